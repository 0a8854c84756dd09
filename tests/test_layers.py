"""Imports run one way: the table of docs/architecture.md, enforced."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {
    "app",
    "stacks",
    "data_prep",
    "spectral_lda",
    "container",
    "client",
    "local_aws",
    "benchmarks",
    "tests",
}

# folder -> the rooms of ours it may import, and the third-party packages it may import
LAYERS: dict[str, tuple[set[str], set[str]]] = {
    "stacks": ({"stacks"}, {"aws_cdk", "constructs"}),
    "data_prep": (
        {"data_prep"},
        {"numpy", "scipy", "google", "boto3", "botocore", "click", "matplotlib", "rich"},
    ),
    "spectral_lda": ({"spectral_lda"}, {"numpy", "scipy", "numba", "threadpoolctl"}),
    "container": (
        {"container", "spectral_lda", "data_prep"},
        {"numpy", "scipy", "orjson", "gunicorn", "uvicorn", "uvicorn_worker", "zmq"},
    ),
    "client": (
        {"client", "data_prep", "spectral_lda"},
        {"boto3", "botocore", "click", "numpy", "rich", "scipy"},
    ),
    "local_aws": ({"local_aws"}, {"ministack", "boto3", "botocore", "hypercorn"}),
}
# file -> the optional package that it alone in its room may import
OPTIONAL = {"spectral_lda/estimator.py": {"sklearn"}}


def imported_modules(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function, but not for type checking alone."""
    for node in ast.walk(without_type_checking(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively; name the package"
            yield f"{node.module}"


def without_type_checking(tree: ast.Module) -> ast.Module:
    class Dropper(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | None:
            if ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
                return None
            return self.generic_visit(node)

    Dropper().visit(tree)
    return tree


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", LAYERS)
def test_a_folder_imports_only_what_its_layer_may(folder: str) -> None:
    ours, packages = LAYERS[folder]
    assert sources(folder), f"{folder}/ holds no Python"
    for path in sources(folder):
        others = packages | OPTIONAL.get(path.relative_to(ROOT).as_posix(), set())
        for module in imported_modules(path):
            top = module.partition(".")[0]
            allowed = top in ours if top in OURS else top in others or top in sys.stdlib_module_names
            assert allowed, f"{path.relative_to(ROOT)} imports {module}"


def test_the_container_takes_only_the_codec_from_data_prep() -> None:
    for path in sources("container"):
        for module in imported_modules(path):
            assert not module.startswith("data_prep") or module.startswith("data_prep.recordio"), (
                f"{path.relative_to(ROOT)} imports {module}"
            )


def test_app_composes_stacks_and_nothing_else() -> None:
    tops = {module.partition(".")[0] for module in imported_modules(ROOT / "app.py")}
    assert tops <= {"aws_cdk", "stacks"}
    assert len((ROOT / "app.py").read_text().splitlines()) < 40


def test_a_function_imports_itself_common_the_standard_library_and_boto3() -> None:
    packages = {folder.name for folder in (ROOT / "lambda").iterdir() if (folder / "__init__.py").exists()}
    functions = {name for name in packages if (ROOT / "lambda" / name / "handler.py").exists()}
    assert functions == {
        *("inspect_dataset", "evaluate_model", "smoke_test"),
        *("inspect_transform", "delete_model"),
    }
    assert packages == functions | {"common"}
    for package in packages:
        for path in sources(f"lambda/{package}"):
            for module in imported_modules(path):
                top = module.partition(".")[0]
                allowed = {package, "common", "boto3", "botocore"} | sys.stdlib_module_names
                assert top in allowed, f"{path.relative_to(ROOT)} imports {module}"


def test_only_the_artifact_module_of_the_kernel_reads_and_writes() -> None:
    forbidden = {"io", "os", "pathlib", "tarfile", "struct", "gzip", "shutil", "tempfile", "logging"}
    needed = {"parallel.py": {"os"}}  # to be told of forks
    for path in sources("spectral_lda"):
        if path.parent.name != "artifact":
            used = {module.partition(".")[0] for module in imported_modules(path)} & forbidden
            used -= needed.get(path.name, set())
            assert not used, f"{path.relative_to(ROOT)} imports {sorted(used)}"


def test_every_room_is_in_the_table() -> None:
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert rooms <= set(LAYERS) | {"tests", "benchmarks"}
