"""Finds the tests in the source: whatever the code does when it runs, all of these must pass."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .mocks import supplied
from .modules import Modules, is_test_file, may_be_test_file
from .statements import blocks, statements

MAX_TESTS = 10_000
PRODUCT = "product"
"""The module through which acceptance tests drive the product."""

NEEDS_PYTEST = "needs pytest"
"""The outcome of a test that only pytest runs, which is not there. Nothing that the code does can cause it."""

_HOOKS = {f"{when}_{what}" for when in ("setup", "teardown") for what in ("module", "function")}
_HOOKS |= {"setUpModule", "tearDownModule"}
"""Functions that pytest calls around the test functions of a module."""


class Test(NamedTuple):
    """One test: a method of a class in a module. `name` is unittest's, `module.Class.method`."""

    module: str
    name: str


class Discovery(NamedTuple):
    """The test modules, their tests, those that can never run, with the reason, and those that only pytest runs."""

    modules: list[str]
    tests: list[Test]
    never_run: dict[str, str]
    need_pytest: list[str]


def discover(files: Mapping[str, str], *, acceptance: bool = False) -> Discovery:
    """Find the tests of a file set: those that `python -m unittest` would run, and those that it would miss.

    These are the `test*` methods of the classes in test files (and in packages that define a `TestCase`), their own and
    those of base classes in the file set, and the `test_*` functions of test files. Tests that exist only once the code
    runs are not found here. Acceptance tests never run if they need pytest, or import anything but the standard library
    and `product`.
    """
    modules = Modules(files)
    found = Discovery([], [], {}, [])
    for path in sorted(files):
        name = modules.name_of(path)
        if name is None or not (may_be_test_file(path) or path.endswith("__init__.py")):
            continue
        if modules.parsed(name) is None:
            if is_test_file(path):
                found.never_run[name] = f"{path} cannot be parsed: {modules.parse_error(name)}"
            continue
        tests, never_run, need_pytest = in_module(modules, name)
        if acceptance and (others := modules.imported(name) - sys.stdlib_module_names - {PRODUCT}):
            what = f"{path} imports {', '.join(sorted(others))}"
            why = f"acceptance tests drive the product through `{PRODUCT}`; {what}"
            found.never_run.update(dict.fromkeys([test.name for test in tests] or need_pytest or [name], why))
            continue
        if acceptance:
            never_run.update(dict.fromkeys(need_pytest, "it needs pytest, which is not available"))
        else:
            found.need_pytest.extend(need_pytest)
        if tests or (is_test_file(path) and not need_pytest):
            found.modules.append(name)
        found.tests.extend(tests)
        found.never_run.update(never_run)
    return found


def in_module(modules: Modules, name: str) -> tuple[list[Test], dict[str, str], list[str]]:
    """Return the tests of a module, those that never run, with the reason, and the names of those that need pytest."""
    tests: list[Test] = []
    never_run: dict[str, str] = {}
    need_pytest: list[str] = []
    module = modules.parsed(name)
    assert module is not None
    functions = list(_functions(module.tree)) if may_be_test_file(modules.path_of(name)) else []
    if functions and (_HOOKS & set(_names_of_functions(module.tree)) or modules.has_autouse_fixture(name)):
        need_pytest += dict.fromkeys(f"{name}.{each.name}" for each in functions)
    else:
        for each in functions:
            if _takes_fixtures(each, supplied(modules, name, each)):
                need_pytest.append(f"{name}.{each.name}")
            else:
                tests.append(Test(name, f"{name}.{each.name}"))
        for label in _defined_twice(module.tree.body, "test_", *_FUNCTIONS) if functions else ():
            never_run[f"{name}.{label} (the first)"] = "a second function of the same name replaces it"
    for label in _defined_twice(module.tree.body, "", ast.ClassDef):
        never_run[f"{name}.{label} (the first)"] = "a second class of the same name replaces it"
    for label, node in module.classes.items():
        methods = modules.methods(name, node)
        if not methods or label in module.deleted:
            continue
        if modules.is_test_case(name, node):
            tests += [Test(name, f"{name}.{label}.{method}") for method in sorted(methods)]
            for method in _defined_twice(node.body, "test", *_FUNCTIONS):
                never_run[f"{name}.{label}.{method} (the first)"] = "a second method of the same name replaces it"
        elif label.startswith("Test") and not modules.is_base(name, node):
            need_pytest += [f"{name}.{label}.{method}" for method in sorted(methods)]
    if modules.needs(name, "pytest"):
        need_pytest += [test.name for test in tests]
        return [], never_run, list(dict.fromkeys(need_pytest))
    # Of two alternatives, only one may need pytest.
    run = {test.name for test in tests}
    return list(dict.fromkeys(tests)), never_run, [each for each in dict.fromkeys(need_pytest) if each not in run]


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in statements(module.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _names_of_functions(module: ast.Module) -> Iterator[str]:
    return (node.name for node in statements(module.body) if isinstance(node, ast.FunctionDef))


def _takes_fixtures(function: ast.FunctionDef | ast.AsyncFunctionDef, supplied: int | None) -> bool:
    """Return whether a test function cannot simply be called: it has arguments that its decorators do not supply (None:
    they may supply any), or has to be awaited."""
    if supplied is None:
        return False
    given = function.args
    positional = len(given.posonlyargs) + len(given.args) > len(given.defaults) + supplied
    keywords = any(default is None for default in given.kw_defaults)
    return positional or keywords or isinstance(function, ast.AsyncFunctionDef)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _defined_twice(
    body: list[ast.stmt], prefix: str, *kinds: type[ast.ClassDef] | type[ast.FunctionDef] | type[ast.AsyncFunctionDef]
) -> Iterator[str]:
    """Yield names of tests that are defined twice in one block. Alternatives (if and else) are different blocks."""
    for block in blocks(body):
        seen: set[str] = set()
        for node in block:
            if isinstance(node, kinds) and node.name.startswith(prefix) and _is_test(node):
                if node.name in seen and not node.decorator_list:
                    yield node.name
                seen.add(node.name)


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return any(not isinstance(inner, ast.ClassDef) and _is_test(inner) for inner in node.body)
    return isinstance(node, _FUNCTIONS) and node.name.startswith("test")
