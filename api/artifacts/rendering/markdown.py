"""Markdown as HTML: CommonMark with tables and strikethrough, and nothing hidden from the reader.

Raw HTML is shown as text, an image as its description. What renderers usually drop (link definitions, words after the
language of a fenced code block) is shown, too: a person who approves an artifact must see everything that agents read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from api.artifacts.rendering import languages
from api.artifacts.rendering.deadline import Deadline
from api.artifacts.rendering.highlighting import highlight
from api.artifacts.rendering.sanitizer import SCHEMES
from api.artifacts.rendering.text import escape, preformatted, reveal_hidden

MAX_DEPTH = 60
"""Nested blocks. Beyond its own limit the parser silently drops the rest."""

CAUTION = "[!CAUTION]"
"""The first words of a quote that is highlighted as a warning, as on GitHub."""

_ALLOWED_SCHEME = re.compile(rf"(?:{'|'.join(SCHEMES)}):", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"[^/?#]*:")


class TooComplexError(Exception):
    """The content is nested too deeply, or takes too long to render."""


def render_markdown(text: str, deadline: Deadline) -> str:
    """Return the Markdown as HTML, not yet sanitized.

    Raises:
        TooComplexError: it is nested too deeply, or takes too long.
    """
    try:
        rendered: str = _PARSER.render(reveal_hidden(text), {"deadline": deadline})
    except RecursionError:
        raise TooComplexError from None
    return rendered


def _is_link(url: str) -> bool:
    """Return whether this is a relative link or one with an allowed scheme; anything else stays text."""
    return bool(_ALLOWED_SCHEME.match(url)) or not _ANY_SCHEME.match(url)


def _check_block_limits(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.level >= MAX_DEPTH or _is_late(state.env):
        raise TooComplexError
    return False


def _check_inline_limits(state: StateInline, silent: bool) -> bool:
    if _is_late(state.env):
        raise TooComplexError
    return False


def _is_late(env: Any) -> bool:
    deadline: Deadline = env["deadline"]
    return deadline.has_passed


def _parse_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a link definition and keep it in place."""
    if not reference(state, start, end, silent):
        return False
    if not silent:
        state.push("definition", "p", 0).content = state.getLines(start, state.line, state.blkIndent, False)
    return True


def _rewrite_tokens(state: StateCore) -> None:
    """Turn relative links into text with the address as title, and alignments and warnings into classes."""
    for index, block in enumerate(state.tokens):
        if block.type == "blockquote_open" and any(
            token.content.startswith(CAUTION) for token in state.tokens[index + 1 : index + 3] if token.type == "inline"
        ):
            block.attrs["class"] = "caution"
        if style := block.attrs.pop("style", None):
            block.attrs["class"] = f"align-{str(style).removeprefix('text-align:')}"
        open_tags: list[str] = []
        for token in block.children or ():
            if token.type == "link_open":
                href = str(token.attrs["href"])
                if not _ALLOWED_SCHEME.match(href):
                    token.tag, token.attrs = "span", {"class": "local", "title": href}
                open_tags.append(token.tag)
            elif token.type == "link_close":
                token.tag = open_tags.pop()


def _render_definition(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return f'<p class="definition">{escape(tokens[index].content)}</p>\n'


def _render_fence(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    info = unescapeAll(tokens[index].info).strip()
    name, *rest = info.split(maxsplit=1) or [""]
    language = languages.by_alias(name)
    caption = "".join(rest) if language else info
    caption_html = f'<p class="caption">{escape(caption)}</p>\n' if caption else ""
    code = highlight(tokens[index].content, language, env["deadline"])
    return f"{caption_html}{preformatted(code, language.name if language else None)}\n"


def _render_image(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    image = tokens[index]
    source = " ".join(str(image.attrs[name]) for name in ("src", "title") if name in image.attrs)
    text = self.renderInlineAsText(image.children or [], options, env) or str(image.attrs["src"])
    return f'<span class="image" title="{html.escape(source)}">{escape(text)}</span>'


def _create_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "xhtmlOut": False, "maxNesting": 2 * MAX_DEPTH})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = _is_link  # type: ignore[method-assign]
    parser.block.ruler.before("table", "limits", _check_block_limits)
    parser.inline.ruler.before("text", "limits", _check_inline_limits)
    parser.block.ruler.at("reference", _parse_definition)
    parser.core.ruler.push("rewrite", _rewrite_tokens)
    parser.add_render_rule("definition", _render_definition)
    parser.add_render_rule("fence", _render_fence)
    parser.add_render_rule("image", _render_image)
    return parser


_PARSER = _create_parser()
