"""The import graph has no cycle, neither between packages nor within one, with the imports for type checkers included.
import-linter checks the layers."""

from __future__ import annotations

import tomllib
from graphlib import CycleError, TopologicalSorter

import grimp

from tests.conftest import CHECKOUT

PACKAGES = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


def test_no_module_imports_itself_indirectly() -> None:
    graph = grimp.build_graph(*PACKAGES)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None
