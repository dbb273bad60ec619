"""Which tests there are, read from the source: whatever the code does when it runs, these have to have passed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .modules import Modules, is_test_file, statements

MAX_TESTS = 10_000


class Test(NamedTuple):
    """One test: a method of a class in a module. `name` is unittest's own, `module.Class.method`."""

    module: str
    name: str


class Count(NamedTuple):
    """The test modules, their tests, and what is written as a test but can never run as one, with the reason."""

    modules: list[str]
    tests: list[Test]
    never_run: dict[str, str]


def count(files: Mapping[str, str]) -> Count:
    """Count the tests of a file set as `python -m unittest` would find them, and those that it would miss.

    Counted are the `test*` methods of the classes in `test*.py` files (and in packages that define a `TestCase`),
    their own and those of base classes in the file set. What exists only once the code runs is not counted here.
    """
    modules = Modules(files)
    found = Count([], [], {})
    for path in sorted(files):
        name = modules.name_of(path)
        if name is None or not (is_test_file(path) or path.endswith("__init__.py")):
            continue
        if modules.parsed(name) is None:
            if is_test_file(path):
                found.never_run[name] = f"{path} cannot be parsed: {modules.why_not(name)}"
            continue
        tests, never_run = _in_module(modules, name)
        if is_test_file(path) or tests:
            found.modules.append(name)
            found.tests.extend(tests)
            found.never_run.update(never_run)
    return found


def _in_module(modules: Modules, name: str) -> tuple[list[Test], dict[str, str]]:
    tests: list[Test] = []
    never_run: dict[str, str] = {}
    module = modules.parsed(name)
    assert module is not None
    for node in statements(module.tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            never_run[f"{name}.{node.name}"] = "a function outside a TestCase: unittest does not run it"
    for label in _twice(module.tree.body, ast.ClassDef):
        never_run[f"{name}.{label} (the first)"] = "a second class of that name takes its place"
    for label, node in module.classes.items():
        methods = modules.methods(name, node)
        if not methods or label in module.deleted:
            continue
        if modules.is_test_case(name, node):
            tests += [Test(name, f"{name}.{label}.{method}") for method in sorted(methods)]
            for method in _twice(node.body, ast.FunctionDef, ast.AsyncFunctionDef):
                never_run[f"{name}.{label}.{method} (the first)"] = "a second method of that name takes its place"
        elif label.startswith("Test") and not modules.is_base(name, node):
            never_run.update(
                {f"{name}.{label}.{method}": "its class is no unittest.TestCase" for method in sorted(methods)}
            )
    return tests, never_run


def _twice(
    body: list[ast.stmt], *kinds: type[ast.ClassDef] | type[ast.FunctionDef] | type[ast.AsyncFunctionDef]
) -> Iterator[str]:
    """Names of tests that are defined twice in the same block. Alternatives (if and else) are in different ones."""
    seen: set[str] = set()
    for node in body:
        if isinstance(node, kinds) and _is_test(node):
            if node.name in seen and not node.decorator_list:
                yield node.name
            seen.add(node.name)


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return any(not isinstance(one, ast.ClassDef) and _is_test(one) for one in node.body)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
