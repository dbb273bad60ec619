"""The statements of a module as its source says. Nothing here recurses: source may be nested as deeply as it parses."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a body and of its blocks (if, try, with, for), but not of functions and classes."""
    left = body[::-1]
    while left:
        node = left.pop()
        yield node
        left += [each for block in reversed(_inner(node)) for each in reversed(block)]


def blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Yield a body and each of its blocks by itself, but not those of functions and classes."""
    left = [body]
    while left:
        block = left.pop()
        yield block
        left += [inner for node in block for inner in _inner(node)]


def certain(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run whenever the body does, and whose ImportError nothing catches, as far as is known:
    those below an `if`, a `with` (which may suppress it) or a loop are left out."""
    left = body[::-1]
    while left:
        node = left.pop()
        yield node
        if isinstance(node, ast.Try):
            left += node.finalbody[::-1]
            if not any(map(_may_catch_import_error, node.handlers)):
                left += node.body[::-1]


def dotted(node: ast.expr) -> list[str]:
    """Return the parts of a dotted name, or an empty list for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


def _inner(node: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or _is_for_main(node):
        return []
    parts = (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))
    own = (getattr(node, block, []) for block in ("orelse", "finalbody"))
    return [block for block in (getattr(node, "body", []), *(part.body for part in parts), *own) if block]


def _is_for_main(node: ast.stmt) -> bool:
    match node:
        case ast.If(test=ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")])):
            return True
    return False


def _may_catch_import_error(handler: ast.ExceptHandler) -> bool:
    kinds: Sequence[ast.expr | None] = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    for kind in kinds:
        error = getattr(builtins, kind.id, None) if isinstance(kind, ast.Name) else None
        if not isinstance(error, type) or issubclass(ModuleNotFoundError, error):
            return True
    return False
