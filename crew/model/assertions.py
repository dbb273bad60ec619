"""The assertions of a test that can fail, as its source says: an estimate, by which a weaker test is found."""

from __future__ import annotations

import ast
import unittest
from collections.abc import Iterable, Iterator

_STANDARD = frozenset(name for name in dir(unittest.TestCase) if name.startswith(("assert", "fail")))
_SWALLOWED = ("AssertionError", "Exception", "BaseException")
_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
"""What the lists of a statement consist of that hold its inner statements."""


def assertions(body: Iterable[ast.stmt], replaced: frozenset[str] = frozenset()) -> int:
    """Return how many assertions of a test's body can be reached and can fail.

    Args:
        replaced: the names of assertions that no longer are unittest's.
    """
    reached = list(_reached(body))
    called = {node.func.id for node in reached if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    found = sum(_can_fail(node, replaced) for node in reached)
    for node in reached:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in called:
            found += assertions(node.body, replaced)
    return found


def replaced_assertions(tree: ast.Module) -> frozenset[str]:
    """Return the names of unittest's assertions that a module defines or assigns itself."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
    return _STANDARD & found


def source_of(node: ast.AST) -> str:
    """Return the source of a node, or "" if it is nested too deeply, such as a sum of a thousand terms."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""


def _reached(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes that may run and whose failed assertions end the test, without the bodies of functions."""
    for statement in statements:
        yield statement
        match statement:
            case ast.Return():
                return
            case ast.If(test=ast.Constant(value=value)):
                taken = statement.body if value else statement.orelse
                yield from _reached(taken)
                if any(isinstance(each, ast.Return) for each in taken):
                    return
            case ast.While(test=ast.Constant(value=value)) if not value:
                yield from _reached(statement.orelse)
            case ast.Try() | ast.TryStar():
                swallows = any(map(_swallows, statement.handlers))
                yield from _reached([*([] if swallows else statement.body), *statement.handlers])
                yield from _reached([*statement.orelse, *statement.finalbody])
            case ast.With() | ast.AsyncWith() if any(map(_suppresses, statement.items)):
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                continue
            case _:
                for _, value in ast.iter_fields(statement):
                    if isinstance(value, list) and value and isinstance(value[0], _BLOCKS):
                        yield from _reached(value)
                    else:
                        yield from _expressions(value if isinstance(value, list) else [value])


def _expressions(values: Iterable[object]) -> Iterator[ast.AST]:
    """Yield the nodes of expressions, which may be nested more deeply than a function can call itself."""
    waiting = [each for each in values if isinstance(each, ast.AST)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler takes a failed assertion and raises nothing."""
    takes = handler.type is None or any(name in source_of(handler.type) for name in _SWALLOWED)
    return takes and not any(_fails(node) for each in handler.body for node in ast.walk(each))


def _fails(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _name(node).startswith(("fail", "assert")))


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    suppresses = isinstance(call, ast.Call) and _name(call) == "suppress"
    return suppresses and any(name in source_of(call) for name in _SWALLOWED)


def _can_fail(node: ast.AST, replaced: frozenset[str]) -> bool:
    """Return whether a node is an assertion, and not one about constants or about a thing and itself."""
    if isinstance(node, ast.Assert):
        compared = [node.test.left, *node.test.comparators] if isinstance(node.test, ast.Compare) else [node.test]
        return not _is_certain(compared)
    if not isinstance(node, ast.Call):
        return False
    name = _name(node)
    return (name.startswith("assert") or name == "raises") and name not in replaced and not _is_certain(node.args)


def _is_certain(compared: list[ast.expr]) -> bool:
    same = len(compared) == 2 and source_of(compared[0]) == source_of(compared[1]) != ""
    return same or all(isinstance(each, ast.Constant) for each in compared)


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))
