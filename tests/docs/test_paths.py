"""What the documentation calls by its path is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = "stacks|lambda|data_prep|spectral_lda|container|local_aws|client|tests|docs|benchmarks"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_and_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [ROOT / path for path in re.findall(rf"`((?:{ROOMS})/[\w./-]*)`", text)]
    linked = [page.parent / path for path in re.findall(r"\]\((?!https?:|#)([^)#]+)", text)]
    assert [str(path) for path in (*named, *linked) if not path.exists()] == []
