"""The parts of a text that its reader does not see: comments of many formats, scripts and styles, templates."""

# ruff: noqa: E501 - a long pattern
from __future__ import annotations

import re

# Code first: it may contain what looks like a comment or a tag.
PIECES = re.compile(
    r"(?P<code>^ {0,3}(?P<mark>`{3,}+|~{3,}+)[^\n]*+\n(?:.*?^ {0,3}(?P=mark)[`~]*[ \t]*$|.*\Z)|`[^`\n]+`)"
    r"|<!--(?P<html>.*?)(?:-->|\Z)|<%--(?P<jsp>.*?)(?:--%>|\Z)|\{/\*(?P<mdx>.*?)(?:\*/\}|\Z)|%%(?P<obsidian>[^%]+)%%"
    r"|(?:^[ \t]*|(?<=>))<(?P<hidden>template\b|(?:div|section|p|span|ul|details)\b(?=[^<>]*\bhidden\b))[^<>]*>(?P<inner>.*?)(?:</(?P=hidden)>|\Z)"
    r"|(?:^[ \t]*|(?<=>))<(?P<machine>style|script|noscript)\b[^<>]*>(?P<script>.*?)(?:</(?P=machine)>|\Z)|(?:^[ \t]*|(?<=>))<title\b[^<>]*>(?P<page>[^<]*)</title>"
    r"|^\[(?://|comment)\]: *(?:#|<>) *[(\"'](?P<remark>[^\n]*)[)\"'][ \t]*$"
    r"|^/{4,}[ \t]*\n(?P<asciidoc>.*?)(?:^/{4,}[ \t]*$|\Z)|^[ \t]*//[ \t]+(?P<line>[^\n]*)$"
    r"|^[ \t]*/\*(?P<star>[^*]*(?:(?<!/)\*(?!/)[^*]*)*)\*/"
    r"|\{%-?[ \t]*comment\b[^%\n]*%\}(?P<liquid>.*?)(?:\{%-?[ \t]*endcomment[ \t]*-?%\}|\Z)|\{#[ \t\n](?P<jinja>[^#]*)#\}"
    r"|^#\+BEGIN_COMMENT[ \t]*\n(?P<org>.*?)(?:^#\+END_COMMENT[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
HIDDEN = (
    "html", "jsp", "mdx", "obsidian", "inner", "script", "page", "remark", "asciidoc", "line", "star", "liquid", "jinja", "org",
)  # fmt: skip
"""The groups of PIECES that hold hidden text."""
