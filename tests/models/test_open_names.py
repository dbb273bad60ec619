"""Roles and artifact types are open: a name may be a plain text, which `is` never takes for a member of the enum."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator

from tests.checkout import CHECKOUT

OPEN = {"BuiltInRole", "BuiltInArtifact", "T"}
"""The enums of open names; tests call the artifact types T."""


def identities(tree: ast.AST) -> Iterator[ast.Compare]:
    """Yield each comparison by `is` with a member of an open enum."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for operator, *sides in zip(node.ops, [node.left, *node.comparators], node.comparators, strict=False):
                if isinstance(operator, ast.Is | ast.IsNot) and any(map(is_member, sides)):
                    yield node


def is_member(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in OPEN


def test_open_names_are_compared_by_their_values() -> None:
    assert [*identities(ast.parse("x is BuiltInRole.CODER or T.PLAN is not x"))]
    packages = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["mypy"]["packages"]
    paths = [path for package in packages for path in (CHECKOUT / package).rglob("*.py")]
    assert len(paths) > 500
    found = [f"{path}:{node.lineno}" for path in paths for node in identities(ast.parse(path.read_text()))]
    assert found == []
