"""Markdown as HTML: CommonMark with tables and strikethrough, and nothing that the reader would not see.

Raw HTML is shown as text, an image as its description, and what renderers usually drop (the definitions of links, words
after the language of a fenced block) is shown, too: who approves an artifact should have seen what agents read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from api.artifacts.rendering import languages
from api.artifacts.rendering.cleaning import SCHEMES
from api.artifacts.rendering.colours import coloured
from api.artifacts.rendering.deadline import Deadline
from api.artifacts.rendering.text import escaped, preformatted, visible

DEPTH = 60
"""Blocks within blocks. Past its own limit, the parser leaves out what is left without a word."""

CAUTION = "[!CAUTION]"
"""What a quote begins with that is to be seen first, as on GitHub."""

_ADDRESS = re.compile(rf"(?:{'|'.join(SCHEMES)}):", re.IGNORECASE)
_ANY_SCHEME = re.compile(r"[^/?#]*:")


class TooInvolvedError(Exception):
    """The Markdown is nested too deeply, or takes too long."""


def rendered(text: str, deadline: Deadline) -> str:
    """The Markdown as HTML, which is still to be cleaned.

    Raises:
        TooInvolvedError: it is nested too deeply, or takes too long.
    """
    try:
        html: str = _MARKDOWN.render(visible(text), {"deadline": deadline})
    except RecursionError:
        raise TooInvolvedError from None
    return html


def _linkable(url: str) -> bool:
    """Whether it is a link at all; one elsewhere than to the web stays as it was written."""
    return bool(_ADDRESS.match(url)) or not _ANY_SCHEME.match(url)


def _watch_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.level >= DEPTH or _late(state.env):
        raise TooInvolvedError
    return False


def _watch_inline(state: StateInline, silent: bool) -> bool:
    if _late(state.env):
        raise TooInvolvedError
    return False


def _late(env: Any) -> bool:
    deadline: Deadline = env["deadline"]
    return deadline.passed


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A link's definition, kept where it is written."""
    if not reference(state, start, end, silent):
        return False
    if not silent:
        state.push("definition", "p", 0).content = state.getLines(start, state.line, state.blkIndent, False)
    return True


def _tidy(state: StateCore) -> None:
    """Links within the project become text with their address as a title; alignments become classes; so do alarms."""
    for place, block in enumerate(state.tokens):
        if block.type == "blockquote_open" and any(
            each.content.startswith(CAUTION) for each in state.tokens[place + 1 : place + 3] if each.type == "inline"
        ):
            block.attrs["class"] = "caution"
        if style := block.attrs.pop("style", None):
            block.attrs["class"] = f"align-{str(style).removeprefix('text-align:')}"
        opened: list[str] = []
        for token in block.children or ():
            if token.type == "link_open":
                href = str(token.attrs["href"])
                if not _ADDRESS.match(href):
                    token.tag, token.attrs = "span", {"class": "local", "title": href}
                opened.append(token.tag)
            elif token.type == "link_close":
                token.tag = opened.pop()


def _draw_definition(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return f'<p class="definition">{escaped(tokens[at].content)}</p>\n'


def _draw_fence(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    info = unescapeAll(tokens[at].info).strip()
    name, *rest = info.split(maxsplit=1) or [""]
    language = languages.by_alias(name)
    caption = "".join(rest) if language else info
    above = f'<p class="caption">{escaped(caption)}</p>\n' if caption else ""
    code = coloured(tokens[at].content, language, env["deadline"])
    return f"{above}{preformatted(code, language.name if language else None)}\n"


def _draw_image(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    image = tokens[at]
    source = " ".join(str(image.attrs[name]) for name in ("src", "title") if name in image.attrs)
    described = self.renderInlineAsText(image.children or [], options, env) or str(image.attrs["src"])
    return f'<span class="image" title="{escape(source)}">{escaped(described)}</span>'


def _made() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "xhtmlOut": False, "maxNesting": 2 * DEPTH})
    markdown.enable(["table", "strikethrough"])
    markdown.validateLink = _linkable  # type: ignore[method-assign]
    markdown.block.ruler.before("table", "watch", _watch_block)
    markdown.inline.ruler.before("text", "watch", _watch_inline)
    markdown.block.ruler.at("reference", _definition)
    markdown.core.ruler.push("tidy", _tidy)
    markdown.add_render_rule("definition", _draw_definition)
    markdown.add_render_rule("fence", _draw_fence)
    markdown.add_render_rule("image", _draw_image)
    return markdown


_MARKDOWN = _made()
