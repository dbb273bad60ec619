"""Text as HTML: escaped, and with what hides in it shown."""

from __future__ import annotations

import re
from html import escape

# Control characters; those that change the direction of what follows (CVE-2021-42574); tags, which nobody sees and
# every model reads.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_SHOWN = {
    code: chr(0x2400 + code) if code < 0x20 else f"\u2039U+{code:04X}\u203a"
    for code in (*range(0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
    if _HIDDEN.match(chr(code))
}


def visible(text: str) -> str:
    """The text with signs in place of the characters that would not be seen: a NUL has one, a U+202E shows its name."""
    return text.translate(_SHOWN) if _HIDDEN.search(text) else text


def escaped(text: str) -> str:
    return escape(visible(text), quote=False)


def preformatted(html: str, language: str | None = None) -> str:
    """Lines as they are, from text that is escaped or coloured already."""
    # Directly within <pre>, the first newline would be dropped.
    return (
        f'<pre><code class="language-{language}">{html}</code></pre>' if language else f"<pre><code>{html}</code></pre>"
    )


def note(text: str) -> str:
    """What we have to say about the content."""
    return f'<p class="note">{escaped(text)}</p>'


def measured(size: int) -> str:
    """A number of bytes, for people."""
    if size < 1024:
        return f"{size} byte{'' if size == 1 else 's'}"
    number, unit = (size / 1024, "KiB") if size < 2**20 else (size / 2**20, "MiB")
    return f"{number:.1f}".removesuffix(".0") + f" {unit}"
