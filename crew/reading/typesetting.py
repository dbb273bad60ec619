"""Converts the commands of LaTeX and the tags of BBCode to lines of Markdown and HTML."""

from __future__ import annotations

import re

_LATEX = re.compile(r"^[ \t]*\\(?:documentclass|section|chapter|begin\{document\})", re.MULTILINE)
_BBCODE = re.compile(r"^[ \t]*\[(?:\*\]|list(?:=[^\]\n]*)?\]|b\](?=[^\n]*\[/b\]))", re.MULTILINE | re.IGNORECASE)
_ASCIIDOC = re.compile(r"^={2,5} \S[^\n=]*$", re.MULTILINE)
_REST = re.compile(r"^\.\. [\w-]+::", re.MULTILINE)
_ROW = re.compile(r"^([^\n&\\]*(?:&[^\n&\\]*)+)\\\\[ \t]*(?:\\hline)?[ \t]*$", re.MULTILINE)
"""Of a table of LaTeX."""
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
        (r"\\(?:begin|end)\{[^{}\n]*\}(?:\[[^\[\]\n]*\]|\{[^{}\n]*\})*|\\hline\b", "\n"),
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


_ADMONITIONS: list[tuple[re.Pattern[str], str]] = [
    (
        re.compile(
            r"^\[(NOTE|TIP|WARNING|IMPORTANT|CAUTION)\][ \t]*\n={4,}[ \t]*\n((?:(?!=)[^\n]*\n)*)={4,}[ \t]*$", re.M
        ),
        r"\1: \2",
    ),
    (re.compile(r"^(?![-*.:=|/ ])([^\n:]{1,80}):{2,4}[ \t]+(?=\S)", re.M), r"- \1: "),
]
_DEFINITIONS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"(?<=\n\n)(?![-*+.:=|#\d ])([^\n:]{1,80})\n[ ]{2,8}(?=[^\s\-*+.:|])", re.M), r"- \1: ")
]


def as_lines(text: str) -> str:
    """Return a text of LaTeX or BBCode as Markdown, one of AsciiDoc or reST with its definitions as items, and every
    other text unchanged."""
    if _LATEX.search(text):
        text = _ROW.sub(lambda row: f"| {row[1].strip().replace('&', '|')} |", text)
    for is_found, replacements in _FORMATS:
        if is_found.search(text):
            for pattern, to in replacements:
                text = pattern.sub(to, text)
    return text


_FORMATS = ((_LATEX, _COMMANDS), (_BBCODE, _TAGS), (_ASCIIDOC, _ADMONITIONS), (_REST, _DEFINITIONS))
