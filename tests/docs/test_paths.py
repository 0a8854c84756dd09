"""Every path and every relative link in the documentation exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = (
    *("stacks", "lambda", "data_prep", "spectral_lda", "container", "local_aws"),
    *("client", "tests", "docs", "benchmarks", ".ci"),
)
# In backticks: a path below one of the folders, with or without wildcards.
PATH = re.compile(rf"`((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./*-]*)`")
# The target of a link, empty for the page itself, and the anchor.
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_exists(page: Path) -> None:
    paths = PATH.findall(page.read_text(encoding="utf-8"))
    assert [path for path in paths if not list(ROOT.glob(path))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_to_a_page_and_its_heading(page: Path) -> None:
    links = [
        (page.parent / link if link else page, anchor)
        for link, anchor in LINK.findall(page.read_text(encoding="utf-8"))
    ]
    assert [target for target, _ in links if not target.exists()] == []
    assert [link for link in links if link[1] and link[1] not in anchors(link[0])] == []
