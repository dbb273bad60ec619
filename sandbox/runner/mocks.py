"""The arguments that decorators supply to a test function: a mock for each `patch` of unittest.mock."""

from __future__ import annotations

import ast
import sys

from .modules import Modules
from .statements import dotted

_ARGUMENTS_BEFORE_NEW = {"unittest.mock.patch": 1, "unittest.mock.patch.object": 2}
"""Without a `new`, each of these supplies an argument."""


def supplied(modules: Modules, module: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int | None:
    """Return how many arguments the decorators of a function supply, or None if that is not known: a decorator of the
    code's own may supply any."""
    each = [_supplied_by(modules, module, decorator) for decorator in function.decorator_list]
    return None if None in each else sum(filter(None, each))


def _supplied_by(modules: Modules, module: str, decorator: ast.expr) -> int | None:
    call = decorator if isinstance(decorator, ast.Call) else None
    origin = modules.origin(module, call.func if call else decorator)
    before = _ARGUMENTS_BEFORE_NEW.get(origin)
    if call is None or before is None:
        known = origin.partition(".")[0] in (*sys.stdlib_module_names, "pytest")
        return 0 if known and origin != "unittest.mock.patch.multiple" else None
    if any(isinstance(arg, ast.Starred) for arg in call.args) or any(each.arg is None for each in call.keywords):
        return None
    new = [*call.args[before:], *(each.value for each in call.keywords if each.arg == "new")]
    return int(not new or dotted(new[0])[-1:] == ["DEFAULT"])
