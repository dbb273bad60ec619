"""The tests that a crew has written: their names, and whether they were weakened."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from crew.model.assertions import assertions, replaced_assertions, source_of
from sandbox.runner.discovery import discover, in_module
from sandbox.runner.modules import Modules, may_be_test_file
from sandbox.runner.source import parse
from sandbox.runner.statements import statements
from sandbox.toolchain import toolchains


class PythonTest(NamedTuple):
    """A test method or function, as its source says. `name` is `path:Class.method` or `path:function`; `replaced` holds
    unittest's assertions that its file replaces by its own."""

    name: str
    function: ast.FunctionDef | ast.AsyncFunctionDef
    decorators: list[ast.expr]
    needs_pytest: bool
    replaced: frozenset[str]


def tests_in(files: Mapping[str, str]) -> dict[str, str]:
    """Return the docstring of each Python test in the files that can be run, by `path:Class.method` or `path:function`;
    the name of each test in another language, by `path:name`."""
    python = {each.name: ast.get_docstring(each.function) or "" for each in _python(files) if not each.needs_pytest}
    return python | _named(files)


def need_pytest(files: Mapping[str, str]) -> int:
    """Return how many tests in the files the sandbox does not run because they need pytest."""
    return len(discover(files).need_pytest)


def dotted(name: str) -> str:
    """Return the name by which a run knows a Python test: `package.module.Class.method`."""
    return name.replace("/", ".").replace(".py:", ".")


class Baseline:
    """The tests of the code that a coder changes, each as strong as it ever was, in the earlier version or since."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._seen = _strengths(files)

    def record(self, files: Mapping[str, str], path: str) -> None:
        """Remember the tests in one of the files, which has been written."""
        for name, (skipped, asserts) in _strengths(files, [path]).items():
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


def _strengths(files: Mapping[str, str], paths: Iterable[str] | None = None) -> dict[str, tuple[bool, int]]:
    """Return for each test whether it is skipped, and how many assertions it makes; Python's alone are looked into.

    Args:
        paths: the files to look into, by default all.
    """
    paths = files if paths is None else paths
    found = dict.fromkeys(_named({path: files[path] for path in paths}), (False, 0))
    for test in _python(files, paths):
        marks = " ".join(map(source_of, test.decorators))
        source = "\n".join(map(source_of, test.function.body))
        skipped = "skip" in marks.lower() or "expectedFailure" in marks or "skipTest" in source or "SkipTest" in source
        found[test.name] = (skipped or test.needs_pytest, assertions(test.function.body, test.replaced))
    return found


def _named(files: Mapping[str, str]) -> dict[str, str]:
    """Return the name of each test that is not a method in Python, by `path:name`."""
    named = (found for toolchain in toolchains().values() for found in toolchain.tests_in(files))
    return {f"{path}:{name}": name for path, name in named}


def _python(files: Mapping[str, str], paths: Iterable[str] | None = None) -> Iterator[PythonTest]:
    """Yield the tests of Python files. Files that cannot be parsed have none."""
    modules = Modules(files)
    for path in files if paths is None else paths:
        if not may_be_test_file(path):
            continue
        try:
            tree = parse(files[path])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        name = modules.name_of(path)
        replaced = replaced_assertions(tree)
        of_pytest = set(in_module(modules, name)[2]) if name and modules.parsed(name) else set[str]()
        for case, function in _tests(tree):
            label = f"{path}:{case.name}.{function.name}" if case else f"{path}:{function.name}"
            decorators = [*(case.decorator_list if case else ()), *function.decorator_list]
            yield PythonTest(label, function, decorators, dotted(label) in of_pytest, replaced)


def _tests(tree: ast.Module) -> Iterator[tuple[ast.ClassDef | None, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for function in statements(tree.body):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name.startswith("test_"):
            yield None, function
    for case in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        for method in case.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name.startswith("test"):
                yield case, method
