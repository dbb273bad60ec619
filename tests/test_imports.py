"""The import graph has no cycle, neither between packages nor within one, with the imports for type checkers included,
and no module uses what another one keeps private. import-linter checks the layers."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tests.checkout import CHECKOUT

PACKAGES = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES)


def test_no_module_imports_itself_indirectly(graph: grimp.ImportGraph) -> None:
    check({module: graph.find_modules_directly_imported_by(module) for module in graph.modules})


def test_no_package_imports_itself_indirectly(graph: grimp.ImportGraph) -> None:
    imports = defaultdict[str, set[str]](set)
    for module in graph.modules:
        package, *_ = module.split(".")
        imports[package] |= {name.split(".")[0] for name in graph.find_modules_directly_imported_by(module)} - {package}
    assert set(imports) == set(PACKAGES)
    check(imports)


def check(imports: dict[str, set[str]]) -> None:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


FOLDERS = [*PACKAGES, "benchmarks", "migrations", "tests"]
IMPORT = re.compile(rf"^\s*from\s+((?:\.|(?:{'|'.join(FOLDERS)})\b)\S*)\s+import\s+(\([^)]*\)|.*)", re.MULTILINE)
PRIVATE = re.compile(r"(?<!as )\b_[a-zA-Z]\w*")


def private_names(source: str) -> list[str]:
    """The private names of our modules that a module imports."""
    return [f"{module}.{name}" for module, names in IMPORT.findall(source) for name in PRIVATE.findall(names)]


def test_every_private_name_that_is_imported_is_found() -> None:
    lines = (
        "from api.b import _c",
        "from .d import (",
        "  e,",
        "  _f as g,",
        ")",
        "  from store import h as _h, __main__",
    )
    assert private_names("\n".join((*lines, "from x import _k"))) == ["api.b._c", ".d._f"]


def test_no_private_name_is_imported() -> None:
    """Ruff's rule for this is a preview; SLF covers attributes."""
    found = {
        str(path.relative_to(CHECKOUT)): names
        for folder in FOLDERS
        for path in (CHECKOUT / folder).rglob("*.py")
        if (names := private_names(path.read_text()))
    }
    assert not found
