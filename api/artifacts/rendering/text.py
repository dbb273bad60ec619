"""Text as HTML: escaped, and with hidden characters made visible."""

from __future__ import annotations

import html
import re

from artifacts.hidden import CONTROLS, DECEPTIVE

HIDDEN = "".join(char for char in map(chr, (*CONTROLS, *DECEPTIVE)) if char not in "\t\n\r")
"""The characters that are made visible; web/js/text.js has the same."""
_ANY_HIDDEN = re.compile(f"[{HIDDEN}]")
_SYMBOLS = {ord(char): chr(0x2400 + ord(char)) if char < " " else f"\u2039U+{ord(char):04X}\u203a" for char in HIDDEN}


def reveal_hidden(text: str) -> str:
    """Replace hidden characters with visible ones: NUL by its control picture, U+202E by its name in brackets."""
    return text.translate(_SYMBOLS) if _ANY_HIDDEN.search(text) else text


def escape(text: str) -> str:
    """Return the text as HTML, with hidden characters revealed."""
    return html.escape(reveal_hidden(text), quote=False)


def preformatted(code_html: str, language: str | None = None) -> str:
    """Return a <pre> block of code that is already HTML."""
    # The <code> also keeps a first newline, which is dropped directly inside <pre>.
    class_attribute = f' class="language-{language}"' if language else ""
    return f"<pre><code{class_attribute}>{code_html}</code></pre>"


def note(text: str) -> str:
    """Return a paragraph with a remark of ours about the content."""
    return f'<p class="note">{escape(text)}</p>'
