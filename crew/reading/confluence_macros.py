"""Converts the macros of Confluence and Jira, in their storage format and as wiki markup, to HTML and Markdown."""

# ruff: noqa: E501 - long patterns
from __future__ import annotations

import re

from crew.reading.section_headings import section_of

_STORAGE = re.compile(r"</?(?:ac|ri):[a-z]")
_WIKI = re.compile(
    r"^h[1-6]\. |^\{(?:toc|info|note|tip|warning|panel|code|noformat|quote|expand|excerpt|section|column)(?:[:}])",
    re.MULTILINE,
)
_STORED: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern), to)
    for pattern, to in (
        (
            r'<ac:structured-macro\b(?=[^<>]*ac:name="status")[^<>]*>(?:\s*<ac:parameter ac:name="(?!title")[^<>]*>[^<>]*</ac:parameter>)*'
            r"\s*<ac:parameter[^<>]*>([^<>]*)</ac:parameter>(?:\s*<ac:parameter[^<>]*>[^<>]*</ac:parameter>)*\s*</ac:structured-macro>",
            r" \1 ",
        ),
        (r"<ac:parameter\b[^<>]*>[^<>]*</ac:parameter>|<ac:task-(?:id|uuid)>[^<>]*</ac:task-(?:id|uuid)>", ""),
        (r"<ac:task-status>\s*complete\s*</ac:task-status>\s*<ac:task-body>", "<li>[x] "),
        (r"(?:<ac:task-status>[^<>]*</ac:task-status>\s*)?<ac:task-body>", "<li>"),
        (r"</ac:task-body>", "</li>"),
        (r"<(/?)ac:task-list\b[^<>]*>", r"<\1ul>"),
        (
            r"<ac:(?:plain-text-body|plain-text-link-body)\b[^<>]*>\s*<!\[CDATA\[([^\[\]<>\n]*)\]\]>\s*</ac:[a-z-]+>",
            r" `\1` ",
        ),
        (r"<ac:plain-text-body\b[^<>]*>\s*<!\[CDATA\[", "\n\n````````\n"),
        (r"\]\]>\s*</ac:plain-text-body>", "\n````````\n\n"),
        (r'<ac:emoticon\b[^<>]*ac:name="cross"[^<>]*>', "❌ "),
        (r'<ac:emoticon\b[^<>]*ac:name="tick"[^<>]*>', "✅ "),
        (r'<ri:[a-z-]+\b(?=[^<>]*ri:(?:content-title|filename|value)="([^"<>]*)")[^<>]*>', r" \1 "),
        (r"</?ac:rich-text-body\b[^<>]*>|</?ac:layout[a-z-]*\b[^<>]*>", "\n\n"),
        (r"</?(?:ac|ri):[a-z-]+\b[^<>]*>", ""),
    )
]
_MARKUP: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.MULTILINE), to)
    for pattern, to in (
        (r"^[ \t]*\{(?:code|noformat)(?::[^{}\n]*)?\}[ \t]*$", "````````"),
        (
            r"^[ \t]*\{(?:toc|toc-zone|quote|excerpt|section|column|anchor)(?::[^{}\n]*)?\}[ \t]*$",
            "",
        ),
        (r"\{status:(?:[^{}\n]*\|)?title=([^{}|\n]*)(?:\|[^{}\n]*)?\}", r"\1"),
        (r"\{(?:color|anchor)(?::[^{}\n]*)?\}", ""),
    )
]


_STORED_BOX = re.compile(
    r'<ac:structured-macro\b[^<>]*>|</ac:structured-macro>|<ac:parameter ac:name="title">(?P<title>[^<>]*)</ac:parameter>'
)
_BOX = re.compile(
    r"^[ \t]*\{(?P<name>info|note|tip|warning|panel|expand)(?::(?P<settings>[^{}\n]*))?\}[ \t]*$",
    re.MULTILINE,
)


def without_macros(text: str) -> str:
    """Return a text with what its macros hold: a titled box is a section of its own, a task an item, a program code."""
    if _STORAGE.search(text):
        text = _replace(text, _STORED[:1])
        text = _replace(_without_stored_boxes(text), _STORED[1:])
    if _WIKI.search(text):
        text = _replace(_without_boxes(text), _MARKUP)
    return text


def _replace(text: str, replacements: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, to in replacements:
        text = pattern.sub(to, text)
    return text


def _without_stored_boxes(text: str) -> str:
    titled: list[bool] = []  # of each box that is open

    def replace(found: re.Match[str]) -> str:
        if found["title"] is not None:
            if not titled or titled[-1]:
                return found["title"]
            titled[-1] = True
            return _begin(found["title"])
        if found[0].startswith("</"):
            return _END if titled and titled.pop() else "\n\n"
        if not found[0].endswith("/>"):
            titled.append(False)
        return "\n\n"

    return _STORED_BOX.sub(replace, text)


def _without_boxes(text: str) -> str:
    titled: dict[str, bool] = {}  # of each box that is open

    def replace(found: re.Match[str]) -> str:
        if found["name"] in titled:
            return _END if titled.pop(found["name"]) else ""
        title = _title(found["settings"] or "")
        is_section = bool(title) and (found["name"] in ("panel", "expand") or section_of(title) is not None)
        titled[found["name"]] = is_section
        return _begin(title) if is_section else f"\n\n{title}\n\n"

    return _BOX.sub(replace, text)


def _title(settings: str) -> str:
    """Return the title among the settings of a macro: {panel:borderStyle=solid|title=Scope}, {expand:Scope}."""
    first, *others = settings.split("|")
    named = (each.removeprefix("title=") for each in (first, *others) if each.startswith("title="))
    return next(named, "" if "=" in first else first).strip()


def _begin(title: str) -> str:
    return f"\n\n<details><summary>{title}</summary>\n\n"


_END = "\n\n</details>\n\n"
