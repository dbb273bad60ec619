"""Finds the tests in the source: whatever the code does when it runs, all of these must pass."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .modules import Modules, is_test_file, statements

MAX_TESTS = 10_000
PRODUCT = "product"
"""The module through which acceptance tests drive the product."""


class Test(NamedTuple):
    """One test: a method of a class in a module. `name` is unittest's, `module.Class.method`."""

    module: str
    name: str


class Discovery(NamedTuple):
    """The test modules, their tests, and those that can never run, with the reason."""

    modules: list[str]
    tests: list[Test]
    never_run: dict[str, str]


def discover(files: Mapping[str, str], *, acceptance: bool = False) -> Discovery:
    """Find the tests of a file set: those that `python -m unittest` would run, and those that it would miss.

    These are the `test*` methods of the classes in `test*.py` files (and in packages that define a `TestCase`), their
    own and those of base classes in the file set. Tests that exist only once the code runs are not found here.
    Acceptance tests never run if they import anything but the standard library and `product`.
    """
    modules = Modules(files)
    found = Discovery([], [], {})
    for path in sorted(files):
        name = modules.name_of(path)
        if name is None or not (is_test_file(path) or path.endswith("__init__.py")):
            continue
        if modules.parsed(name) is None:
            if is_test_file(path):
                found.never_run[name] = f"{path} cannot be parsed: {modules.parse_error(name)}"
            continue
        tests, never_run = _in_module(modules, name)
        if acceptance and (others := modules.imported(name) - sys.stdlib_module_names - {PRODUCT}):
            what = f"{path} imports {', '.join(sorted(others))}"
            why = f"acceptance tests drive the product through `{PRODUCT}`; {what}"
            found.never_run.update(dict.fromkeys([test.name for test in tests] or [name], why))
            continue
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
            never_run[f"{name}.{node.name}"] = "a function outside a TestCase, which unittest does not run"
    for label in _defined_twice(module.tree.body, ast.ClassDef):
        never_run[f"{name}.{label} (the first)"] = "a second class of the same name replaces it"
    for label, node in module.classes.items():
        methods = modules.methods(name, node)
        if not methods or label in module.deleted:
            continue
        if modules.is_test_case(name, node):
            tests += [Test(name, f"{name}.{label}.{method}") for method in sorted(methods)]
            for method in _defined_twice(node.body, ast.FunctionDef, ast.AsyncFunctionDef):
                never_run[f"{name}.{label}.{method} (the first)"] = "a second method of the same name replaces it"
        elif label.startswith("Test") and not modules.is_base(name, node):
            never_run.update(
                {f"{name}.{label}.{method}": "its class is not a unittest.TestCase" for method in sorted(methods)}
            )
    return tests, never_run


def _defined_twice(
    body: list[ast.stmt], *kinds: type[ast.ClassDef] | type[ast.FunctionDef] | type[ast.AsyncFunctionDef]
) -> Iterator[str]:
    """Yield names of tests that are defined twice in one block. Alternatives (if and else) are different blocks."""
    seen: set[str] = set()
    for node in body:
        if isinstance(node, kinds) and _is_test(node):
            if node.name in seen and not node.decorator_list:
                yield node.name
            seen.add(node.name)


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return any(not isinstance(inner, ast.ClassDef) and _is_test(inner) for inner in node.body)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
