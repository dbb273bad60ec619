"""The modules of every package import each other in one direction, imports for type checking included."""

from __future__ import annotations

import ast
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = [
    *("activities", "api", "artifacts", "cli", "config", "crew", "models", "pipelines", "sandbox", "store"),
    *("worker", "workflows"),
]


def import_graph(package: str) -> dict[str, set[str]]:
    """Return the modules of a package, each with the modules that it imports from the same package."""
    modules = {_name(path): path for path in (CHECKOUT / package).rglob("*.py")}
    return {
        name: {imported for imported in _imports(name, path, modules.keys()) if imported != name}
        for name, path in modules.items()
    }


def _name(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(name: str, path: Path, modules: Collection[str]) -> set[str]:
    package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            submodules = {f"{base}.{alias.name}" for alias in node.names} & set(modules)
            found |= submodules or {base}
    return found & set(modules)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    TopologicalSorter(import_graph(package)).prepare()  # raises CycleError, which has the modules
