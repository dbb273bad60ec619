"""Syntax highlighting: spans with Pygments' short classes, whose colours are in web/css/code.css."""

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
from api.artifacts.rendering.text import escape, reveal_hidden

_NEWLINES = re.compile(r"\r\n?")

_HIGHLIGHTED = (
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
"""The token types that get a class; a span around every name and comma would double the HTML."""

_WITH_CLASS = {
    token_type for token_type in STANDARD_TYPES if any(is_token_subtype(token_type, shown) for shown in _HIGHLIGHTED)
}

CLASSES = frozenset(STANDARD_TYPES[token_type] for token_type in _WITH_CLASS)


def highlight(code: str, language: Language | None, deadline: Deadline) -> str:
    """Return the code as HTML. It is not highlighted without a language, if a line is too long, and from the point at
    which the deadline passes."""
    if language is None or deadline.has_passed or not language.can_highlight(code):
        return escape(code)
    out = io.StringIO()
    # Lexers would normalise it like this; done here, so that the characters they have read can be counted.
    code = _NEWLINES.sub("\n", reveal_hidden(code)).removeprefix("\ufeff")
    HtmlFormatter(nowrap=True).format(_tokens(code, language, deadline), out)
    html = out.getvalue()
    return html if code.endswith("\n") else html.removesuffix("\n")


def _tokens(code: str, language: Language, deadline: Deadline) -> Iterator[tuple[_TokenType, str]]:
    read = 0
    # A lexer drops one byte order mark: give it one that is not part of the code.
    for token_type, text in language.create_lexer().get_tokens("\ufeff" + code):
        yield _nearest_with_class(token_type), text
        read += len(text)
        if deadline.has_passed:
            yield Token, code[read:]
            return


def _nearest_with_class(token_type: _TokenType) -> _TokenType:
    """Return the nearest type that has a class, or plain text if there is none."""
    return next((parent for parent in reversed(token_type.split()) if parent in _WITH_CLASS), Token)
