"""Code, coloured: spans with Pygments' short classes, which web/css/code.css gives their colours."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from pygments.formatters import HtmlFormatter
from pygments.token import (
    STANDARD_TYPES,
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    Token,
    _TokenType,
    is_token_subtype,
)

from api.artifacts.rendering.deadline import Deadline
from api.artifacts.rendering.languages import Language
from api.artifacts.rendering.text import escaped, visible

_NEWLINES = re.compile(r"\r\n?")

_COLOURED = (
    Comment,
    Error,
    Generic.Deleted,
    Generic.Heading,
    Generic.Inserted,
    Generic.Subheading,
    Keyword,
    Name.Attribute,
    Name.Builtin,
    Name.Class,
    Name.Decorator,
    Name.Exception,
    Name.Function,
    Name.Tag,
    Number,
    Operator,
    String,
)
"""The kinds of tokens that are told apart; a span around every name and comma would double the HTML."""

_STANDARD = {kind for kind in STANDARD_TYPES if any(is_token_subtype(kind, one) for one in _COLOURED)}

CLASSES = frozenset(STANDARD_TYPES[kind] for kind in _STANDARD)


def coloured(code: str, language: Language | None, deadline: Deadline) -> str:
    """The code as HTML. It is not coloured where no language is given, where a line is too long, and from where the
    deadline has passed."""
    if language is None or deadline.passed or not language.takes(code):
        return escaped(code)
    out = io.StringIO()
    # As the lexers would have it, so that what they have read can be counted.
    code = _NEWLINES.sub("\n", visible(code)).removeprefix("\ufeff")
    HtmlFormatter(nowrap=True).format(_tokens(code, language, deadline), out)
    html = out.getvalue()
    return html if code.endswith("\n") else html.removesuffix("\n")


def _tokens(code: str, language: Language, deadline: Deadline) -> Iterator[tuple[_TokenType, str]]:
    read = 0
    # A lexer drops one byte order mark, which may not be one of the code's.
    for kind, text in language.lexer().get_tokens("\ufeff" + code):
        yield _standard(kind), text
        read += len(text)
        if deadline.passed:
            yield Token, code[read:]
            return


def _standard(kind: _TokenType) -> _TokenType:
    """The nearest kind that has a class; plain text where there is none."""
    return next((one for one in reversed(kind.split()) if one in _STANDARD), Token)
