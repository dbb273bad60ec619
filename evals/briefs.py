"""Reads the briefs of the evals. Each is a folder:

brief.md             what the product owner asks for; it names the command, `python -m NAME`
hidden/test_*.py     hidden acceptance tests, which the crew never sees; each docstring begins with requirement ids
reference/           a solution as a crew would deliver it: the package NAME and its unit tests
stub/                the same entry point, which does nothing useful: every hidden and acceptance test fails on it
script.json          what the scripted provider answers: `specification`, `plan` and `acceptance_tests`
source/              only for a change to existing code: what is there before

Hidden and acceptance tests drive the product through the sandbox's module `product` and never import it. An eval needs
`brief.md`, `hidden/` and, if there is one, `source/`; the rest shows that the hidden tests are right.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

BRIEFS = Path(__file__).with_name("briefs")

Files: TypeAlias = Mapping[str, str]
"""Texts by path."""


@dataclass(frozen=True, slots=True)
class Script:
    """The typed outputs of the analyst and the architect, and the tester's acceptance tests."""

    specification: Mapping[str, Any]
    plan: Mapping[str, Any]
    acceptance_tests: Files


@dataclass(frozen=True)
class EvalCase:
    """What an eval needs of a brief. `source` is None unless the brief changes existing code."""

    name: str
    text: str
    hidden: Files
    source: Files | None

    @property
    def hidden_tests(self) -> int:
        """The number of hidden tests."""
        nodes = (node for text in self.hidden.values() for node in ast.walk(ast.parse(text)))
        return sum(isinstance(node, ast.FunctionDef) and node.name.startswith("test") for node in nodes)


@dataclass(frozen=True)
class Brief(EvalCase):
    """One brief with what shows that its hidden tests are right."""

    reference: Files
    stub: Files
    script: Script


def load_cases(folder: Path) -> list[EvalCase]:
    """Read what an eval needs of every brief below a folder, sorted by name, or of the one that the folder is.

    Raises:
        OSError: a file is missing.
        ValueError: a file is not text in UTF-8, or there are no hidden tests.
        SyntaxError: a hidden test is not Python.
    """
    paths = [folder / "brief.md"] if (folder / "brief.md").exists() else sorted(folder.glob("*/brief.md"))
    cases = [EvalCase(**_case(path.parent.resolve())) for path in paths]
    for case in cases:
        if not case.hidden_tests:
            raise ValueError(f"{case.name} has no hidden tests")
    return cases


def load(folder: Path) -> Brief:
    """Read one brief.

    Raises:
        OSError: a file is missing.
        ValueError: script.json does not have the three objects of a script.
    """
    return Brief(
        **_case(folder),
        reference=_files(folder / "reference"),
        stub=_files(folder / "stub"),
        script=_script(folder / "script.json"),
    )


def load_all(folder: Path = BRIEFS) -> list[Brief]:
    """Read every brief below a folder, sorted by name."""
    return [load(each.parent) for each in sorted(folder.glob("*/brief.md"))]


def _case(folder: Path) -> dict[str, Any]:
    return {
        "name": folder.name,
        "text": (folder / "brief.md").read_text(encoding="utf-8"),
        "hidden": _files(folder / "hidden"),
        "source": _files(folder / "source") if (folder / "source").exists() else None,
    }


def _script(path: Path) -> Script:
    try:
        return Script(**json.loads(path.read_text(encoding="utf-8")))
    except (TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not a script: {error}") from error


def _files(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is missing")
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}
