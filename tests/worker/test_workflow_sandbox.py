"""The workflow sandbox lists modules by name: each exists, and every workflow module is listed."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

from tests.checkout import CHECKOUT
from worker.workflow_sandbox import PARTS, PASSED_THROUGH

DEFINITIONS = ("workflows.project", "workflows.standalone_handoff")
"""Imported again for each run, as the SDK requires."""


def test_every_listed_module_exists() -> None:
    for name in (*PASSED_THROUGH, *PARTS):
        assert find_spec(name), name


def test_every_workflow_module_is_listed() -> None:
    parts: set[str] = set()
    to_read = list(DEFINITIONS)
    while to_read:
        imported = _imported_workflow_modules(to_read.pop())
        to_read += sorted(imported - parts)
        parts |= imported
    assert parts == set(PARTS)


def _imported_workflow_modules(name: str) -> set[str]:
    path = CHECKOUT / Path(*name.split(".")).with_suffix(".py")
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "workflows":
            whole = node.module == "workflows"
            found |= {f"workflows.{one.name}" for one in node.names} if whole else {node.module}
    return found
