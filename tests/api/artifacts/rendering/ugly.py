"""Contents that take a naive renderer very long: media type and text, by name."""

from __future__ import annotations

import re

from artifacts.media_types import MARKDOWN

UGLY = {
    "entities": ("text/plain", "&" * 900_000),
    "entities of Markdown": (MARKDOWN, "&" * 131_000),
    "entities of code": ("text/x-python", ("&" * 900 + "\n") * 145),
    "entities of JSON": ("application/json", '"' + "&" * 130_000 + '"'),
    "hidden characters": ("text/plain", "\x01" * 900_000),
    "one long line": ("text/html", "<b>" * 300_000),
    "nested brackets": (MARKDOWN, "[" * 130_000),
    "nested quotes": (MARKDOWN, ">" * 130_000),
    "emphasis without end": (MARKDOWN, "*a_ " * 32_000),
    "a table of empty cells": (MARKDOWN, "|" * 65_000 + "\n" + "|-" * 32_000 + "\n"),
}


def is_shown(html: str) -> bool:
    """Return whether a page shows one of them, rendered or as text."""
    signs = html.count("&amp;") + html.count("\u2401") + len(re.findall(r"&lt;|&gt;|[\[*|]", html))
    return html.startswith('<article class="rendered ') and signs > 30_000
