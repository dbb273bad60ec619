"""Converts the commands of LaTeX and the tags of BBCode to lines of Markdown and HTML."""

from __future__ import annotations

import re

_LATEX = re.compile(r"^[ \t]*\\(?:documentclass|section|chapter|begin\{document\})", re.MULTILINE)
_BBCODE = re.compile(r"^[ \t]*\[(?:\*\]|list(?:=[^\]\n]*)?\]|b\](?=[^\n]*\[/b\]))", re.MULTILINE | re.IGNORECASE)
_COMMANDS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.MULTILINE), to)
    for pattern, to in (
        (r"^[ \t]*%[ \t]?([^\n]*)$", r"<!-- \1 -->"),
        (r"\\title\{([^{}\n]*)\}", r"# \1\n"),
        (r"\\(?:chapter|section)\*?\{([^{}\n]*)\}", r"\n## \1\n"),
        (r"\\(?:sub)+section\*?\{([^{}\n]*)\}", r"\n### \1\n"),
        (r"^[ \t]*\\item(?:\[([^\[\]\n]*)\])?[ \t]*", r"- \1 "),
        (r"\\(?:sout|st|cancel)\{([^{}\n]*)\}", r"~~\1~~"),
        (r"\\(?:textbf|textit|emph|texttt|underline)\{([^{}\n]*)\}", r"\1"),
        (
            r"\\(?:documentclass|usepackage|author|date|label)(?:\[[^\[\]\n]*\])?\{[^{}\n]*\}|\\maketitle|\\tableofcontents",
            "",
        ),
        (r"\\(?:begin|end)\{[^{}\n]*\}(?:\[[^\[\]\n]*\])?", "\n"),
        (r"\\([%&_#$])", r"\1"),
    )
]
_TAGS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.IGNORECASE), to)
    for pattern, to in (
        (r"\[/?(?:list|ul|ol)(?:=[^\[\]\n]*)?\]", "\n\n"),
        (r"\[(?:\*|li)\][ \t]*", "\n- "),
        (r"\[/(?:li|\*)\]", ""),
        (r"\[(b|h[1-6])\]([^\n]{1,500}?)\[/\1\]", r"**\2**"),
        (r"\[(s|strike|del)\]([^\n]{1,500}?)\[/\1\]", r"~~\2~~"),
        *(
            (rf"\[{name}(?:=[^\[\]\n]*)?\]([^\n]{{1,500}}?)\[/{name}\]", r"\1")
            for name in ("i", "u", "size", "color", "font")
        ),
    )
]


def as_lines(text: str) -> str:
    """Return a text of LaTeX or BBCode as Markdown, and every other text unchanged."""
    for is_found, replacements in ((_LATEX, _COMMANDS), (_BBCODE, _TAGS)):
        if is_found.search(text):
            for pattern, to in replacements:
                text = pattern.sub(to, text)
    return text
