"""The import graph has no cycle, neither between packages nor within one, with the imports for type checkers included.
import-linter checks the layers."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tests.conftest import CHECKOUT

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
