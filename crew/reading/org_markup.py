"""Converts headings of Org to Markdown, without what its keywords and comments hide."""

from __future__ import annotations

import re

from crew.reading.candidates import NotUsed

_STARS = re.compile(r"^(\*{1,6})[ \t]+(?=\S)")
_STATE = re.compile(
    r"(?:(?P<open>TODO|NEXT|DOING|STARTED|WAITING|WAIT|DONE)"
    r"|(?P<closed>CANCELL?ED|COMMENT|DEFERRED|REJECTED|DROPPED|KILL|SOMEDAY|MAYBE))[ \t]+(?=\S)"
)
_COOKIE = re.compile(r"(?<![ \t])[ \t]*\[(?:#[A-Z]|\d*%|\d*/\d*)\]")
_TAGS = re.compile(r"(?<![ \t])[ \t]+:[\w@#%:]+:[ \t]*$")
_ARCHIVED = re.compile(r":(?:ARCHIVE|noexport|cancelled|dropped):", re.IGNORECASE)
_KEYWORD = re.compile(r"^#\+(\w+):[ \t]*(.*)$")
_STRUCK = re.compile(r"(?<![\w+])\+(?=[^\s+])([^+\n]*[^\s+])\+(?![\w+])")
_PLANNED = re.compile(r"^[ \t]*(?:(?:DEADLINE|SCHEDULED|CLOSED):|:(?:PROPERTIES|END|LOGBOOK):[ \t]*$)")


def is_org(lines: list[str]) -> bool:
    """Return whether a text has headings of Org: stars with a state, or below keywords, or above lists of dashes."""
    first = next((line for line in lines if line.strip() and not line.startswith("#+")), "")
    if not _STARS.match(first):
        return False
    stated = any((stars := _STARS.match(line)) and _STATE.match(line, stars.end()) for line in lines)
    keywords = any(map(_KEYWORD.match, lines))
    deep = any(line.startswith("** ") for line in lines)
    return stated or keywords or (deep and any(line.startswith(("- ", "*** ", "#+")) for line in lines))


def org_as_markdown(lines: list[str], comment: str, removed: list[NotUsed]) -> list[str]:
    """Return the lines in Markdown. What is hidden is appended to `removed`, with the reason `comment`."""
    return [kept for line in lines if (kept := _convert(line, comment, removed)) is not None]


def _convert(line: str, comment: str, removed: list[NotUsed]) -> str | None:
    if keyword := _KEYWORD.match(line):
        if keyword[1].upper() == "TITLE":
            return f"# {keyword[2]}"
        removed.append(NotUsed(comment, line))
        return None
    if line.startswith("# ") or _PLANNED.match(line):
        removed.append(NotUsed(comment, line.lstrip("# ")))
        return None
    line = _STRUCK.sub(r"~~\1~~", line)
    stars = _STARS.match(line)
    if stars is None:
        return line
    words = line[stars.end() :]
    state = _STATE.match(words)
    ruled_out = (state and state["closed"]) or _ARCHIVED.search(words)
    words = _TAGS.sub("", _COOKIE.sub("", words[state.end() :] if state else words))
    return f"{'#' * len(stars[1])} {'❌ ' if ruled_out else ''}{words}"
