"""Text as HTML: escaped, and with hidden characters made visible."""

from __future__ import annotations

import html
import re

# Control characters; those that change the direction of the text after them (CVE-2021-42574); tag characters, which are
# invisible to people and read by models.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_REPLACEMENTS = {
    code: chr(0x2400 + code) if code < 0x20 else f"\u2039U+{code:04X}\u203a"
    for code in (*range(0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
    if _HIDDEN.match(chr(code))
}


def reveal_hidden(text: str) -> str:
    """Replace hidden characters with visible ones: NUL by its control picture, U+202E by its name in brackets."""
    return text.translate(_REPLACEMENTS) if _HIDDEN.search(text) else text


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
