"""The interface of the module `product`, for testers."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

_SOURCE = Path(__file__).parent / "runner" / "product.py"


@cache
def product_interface() -> str:
    """Return the public names of `product`, as Python: signatures and docstrings, without the code."""
    tree = ast.parse(_SOURCE.read_text(encoding="utf-8"))
    return ast.unparse(ast.Module([*tree.body[:1], *_public(tree.body)], []))


def _public(body: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for node, following in zip(body, [*body[1:], None], strict=True):
        match node:
            case ast.FunctionDef(name=name) if not name.startswith("_"):
                node.body = node.body[:1]
                found.append(node)
            case ast.ClassDef(name=name):
                node.body = [node.body[0], *_public(node.body[1:])]
                found.append(node)
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                found.append(node)
                if isinstance(following, ast.Expr):
                    found.append(following)
    return found
