"""Which requirements there are, and which tests cover them: read from the Markdown that people may have amended."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from crew.rehearsal.reading.document_requirements import requirements_in
from sandbox.toolchain import toolchains

_ID = re.compile(r"\bR\d{1,3}\b")


def requirement_ids(specification: str) -> list[str]:
    """Return the numbers of the requirements in a specification, in order."""
    return list(dict.fromkeys(each.label for each in requirements_in(specification)))


def uncovered(ids: list[str], files: Mapping[str, str]) -> list[str]:
    """Return the requirements that no test names, in its docstring or its name."""
    named: set[str] = set()
    for name, docstring in tests_in(files).items():
        named.update(_ID.findall(docstring.upper()))
        named.update(_ID.findall(re.sub(r"_", " ", name.rpartition(".")[2]).upper()))
    return [each for each in ids if each.upper() not in named]


def tests_in(files: Mapping[str, str]) -> dict[str, str]:
    """Return the docstring of each test method in the files, by `path:Class.method`; of other languages, the name of
    each test, by `path:name`."""
    methods = {name: ast.get_docstring(method) or "" for name, _, method in _methods(files)}
    named = (found for toolchain in toolchains().values() for found in toolchain.tests_in(files))
    return methods | {f"{path}:{name}": name for path, name in named}


def weakened(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the tests that were removed, skipped or emptied between two versions of the code, one phrase each."""
    old, new = _strength(before), _strength(after)
    found = [f"{name} was removed" for name in old if name not in new]
    for name, (skipped, asserts) in new.items():
        was_skipped, asserted = old.get(name, (False, 0))
        if skipped and not was_skipped:
            found.append(f"{name} is skipped")
        elif asserted and not asserts:
            found.append(f"{name} asserts nothing any more")
    return found


def _strength(files: Mapping[str, str]) -> dict[str, tuple[bool, int]]:
    """Return for each test whether it is skipped, and how many assertions it makes."""
    found = {}
    for name, case, method in _methods(files):
        source = ast.unparse(method)
        marks = " ".join(map(ast.unparse, (*case.decorator_list, *method.decorator_list)))
        skipped = "skip" in marks.lower() or "skipTest" in source or "SkipTest" in source
        found[name] = (skipped, len(re.findall(r"\bassert|\braises\b", source)))
    return found


def _methods(files: Mapping[str, str]) -> Iterator[tuple[str, ast.ClassDef, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield each test method with its name and its class. Files that cannot be parsed have none."""
    for path, text in files.items():
        if not path.rpartition("/")[2].startswith("test") or not path.endswith(".py"):
            continue
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for case in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
            for method in case.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name.startswith("test"):
                    yield f"{path}:{case.name}.{method.name}", case, method
