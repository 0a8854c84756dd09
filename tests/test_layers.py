"""Third-party packages and modules of the standard library that each package may import.

Imports between the project's own packages are contracts of import-linter in pyproject.toml (`make lint`).
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
THIRD_PARTY = {
    "client": {"boto3", "botocore", "click", "numpy", "rich", "scipy"},
    "container": {"gunicorn", "numpy", "orjson", "scipy", "uvicorn", "uvicorn_worker", "zmq"},
    "data_prep": {
        "boto3",
        "botocore",
        "click",
        "google",
        "matplotlib",
        "numpy",
        "polars",
        "rich",
        "scipy",
        "zstandard",
    },
    "lambda": {"boto3", "botocore"},
    "local_aws": {"boto3", "botocore", "click", "hypercorn", "ministack"},
    "spectral_lda": {"numba", "numpy", "scipy", "threadpoolctl"},
    "stacks": {"aws_cdk", "constructs", "pydantic", "yaml"},
}
# A file that alone in its package may import an optional package.
OPTIONAL = {"spectral_lda/estimator.py": {"sklearn"}}
FUNCTIONS = {path.parent.name for path in (ROOT / "lambda").glob("*/handler.py")}
OWN = {*THIRD_PARTY, *FUNCTIONS, "common"}


class _Runtime(ast.NodeTransformer):
    """Drops what only type checkers read."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports at run time, at its top or inside a function."""
    for node in ast.walk(_Runtime().visit(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; name the package"
            yield f"{node.module}"


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", THIRD_PARTY)
def test_a_package_imports_only_the_third_party_packages_of_its_row(package: str) -> None:
    assert sources(package), f"{package}/ has no Python file"
    for path in sources(package):
        allowed = THIRD_PARTY[package] | OPTIONAL.get(path.relative_to(ROOT).as_posix(), set()) | OWN
        for module in imported_modules(path):
            top = module.partition(".")[0]
            assert top in allowed or top in sys.stdlib_module_names, f"{path} imports {module}"


def test_the_app_imports_the_cdk_and_the_stacks_only_and_is_short() -> None:
    tops = {module.partition(".")[0] for module in imported_modules(ROOT / "app.py")}
    assert tops <= {"aws_cdk", "stacks"}
    assert len((ROOT / "app.py").read_text().splitlines()) < 40


def test_only_the_artifact_package_of_the_engine_reads_and_writes() -> None:
    forbidden = {"io", "os", "pathlib", "tarfile", "struct", "gzip", "shutil", "tempfile", "logging"}
    allowed = {"parallel.py": {"os"}}  # os.register_at_fork
    for path in sources("spectral_lda"):
        if path.parent.name != "artifact":
            used = {module.partition(".")[0] for module in imported_modules(path)} & forbidden
            used -= allowed.get(path.name, set())
            assert not used, f"{path.relative_to(ROOT)} imports {sorted(used)}"


def test_every_package_has_a_row_and_is_checked_by_import_linter() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"lambda"}
    assert packages - {"tests", "benchmarks"} == set(THIRD_PARTY)
    linted = set(
        tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    )
    assert linted == {*THIRD_PARTY, *FUNCTIONS, "common"} - {"lambda"}
