"""Splits a formula into numbers, names and signs."""

import re
from dataclasses import dataclass

_PATTERN = re.compile(r"(?P<number>[0-9]*\.[0-9]+|[0-9]+)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>[-+*/^(),])")
_SPACE = re.compile(r"[ \t]*")


class WrongExpressionError(Exception):
    """Something cannot stand where it is. Columns count from 1."""

    def __init__(self, column: int, reason: str) -> None:
        super().__init__(f"column {column}: {reason}")


@dataclass(frozen=True)
class Token:
    """`kind` is number, name, sign, unknown (a character that is none of these) or end."""

    kind: str
    text: str
    column: int


def tokenize(text: str, start: int = 0) -> list[Token]:
    """Return the tokens from an index on. The last one is of the kind end, or unknown."""
    tokens: list[Token] = []
    at = _skip_space(text, start)
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None:
            return [*tokens, Token("unknown", text[at], at + 1)]
        tokens.append(Token(str(match.lastgroup), match[0], at + 1))
        at = _skip_space(text, match.end())
    return [*tokens, Token("end", "", len(text) + 1)]


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()
