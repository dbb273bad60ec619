"""The tests that a crew has written: their names, and whether they were weakened."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import takewhile

from sandbox.toolchain import toolchains


def tests_in(files: Mapping[str, str]) -> dict[str, str]:
    """Return the docstring of each test method in the files, by `path:Class.method`; the name of each test in another
    language, by `path:name`."""
    return {name: ast.get_docstring(method) or "" for name, _, method in _methods(files)} | _named(files)


class Baseline:
    """The tests of the code that a coder changes, each as strong as it ever was, in the earlier version or since."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._seen = _strengths(files)

    def record(self, files: Mapping[str, str]) -> None:
        """Remember the tests in files that have been written."""
        for name, (skipped, asserts) in _strengths(files).items():
            was_skipped, asserted = self._seen.get(name, (True, 0))
            self._seen[name] = (skipped and was_skipped, max(asserts, asserted))

    def weakened_tests(self, files: Mapping[str, str]) -> list[str]:
        """Return the tests that are removed, skipped, emptied or weaker in the files, one phrase each."""
        now = _strengths(files)
        found = [f"{name} was removed" for name in self._seen if name not in now]
        for name, (skipped, asserts) in now.items():
            was_skipped, asserted = self._seen.get(name, (True, 0))
            if skipped and not was_skipped:
                found.append(f"{name} is skipped")
            elif asserted and not asserts:
                found.append(f"{name} asserts nothing any more")
            elif asserts < asserted:
                found.append(f"{name} asserts less ({asserts} instead of {asserted} times)")
        return found


def _strengths(files: Mapping[str, str]) -> dict[str, tuple[bool, int]]:
    """Return for each test whether it is skipped, and how many assertions it makes; Python's alone are looked into."""
    found = dict.fromkeys(_named(files), (False, 0))
    for name, case, method in _methods(files):
        marks = " ".join(map(_source, (*case.decorator_list, *method.decorator_list)))
        reached = list(takewhile(lambda statement: not isinstance(statement, ast.Return), method.body))
        source = "\n".join(map(_source, reached))
        skipped = "skip" in marks.lower() or "expectedFailure" in marks or "skipTest" in source or "SkipTest" in source
        found[name] = (skipped, sum(_asserts(node) for statement in reached for node in ast.walk(statement)))
    return found


def _source(node: ast.AST) -> str:
    """Return the source of a node, or "" if it is nested too deeply, such as a sum of a thousand terms."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""


def _named(files: Mapping[str, str]) -> dict[str, str]:
    """Return the name of each test that is not a method in Python, by `path:name`."""
    named = (found for toolchain in toolchains().values() for found in toolchain.tests_in(files))
    return {f"{path}:{name}": name for path, name in named}


def _asserts(node: ast.AST) -> bool:
    """Return whether a node is an assertion that can fail: not one about constants, such as `assertTrue(True)`."""
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if not isinstance(node, ast.Call):
        return False
    name = _source(node.func).rpartition(".")[2]
    checks = name.startswith("assert") or name == "raises"
    return checks and not all(isinstance(each, ast.Constant) for each in node.args)


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
