"""Converts what marks an item in pasted text to Markdown: bullets, letters, emoji, definitions; and sets the lines that
lead into a list apart from the list before them."""

# ruff: noqa: E501, RUF001 - characters of many languages, in long patterns
from __future__ import annotations

import re
from collections.abc import Iterator

from crew.reading.markdown_blocks import LISTED
from crew.reading.scope_words import CROSSES
from crew.reading.section_headings import section_of
from crew.reading.section_titles import is_section_title
from crew.reading.sections import Section

_BULLET = re.compile(r"^([ \t]*)(?:[・•◦▪▫‣⁃∙●○■□◆◇►▶▸➢➤➔→✓✔☐☑☒✅🔹🔸👉·\uf0b7\uf0a7–—][ \t]*|[o§][ \t]*\t[ \t]*)(?=\S)")  # fmt: skip
_CROSSED = re.compile(rf"^([ \t]*)(?=[{CROSSES}])")
_ENUMERATED = re.compile(r"^([ \t]*)(?:[(（][a-z\d]{1,3}[)）]|[a-z]\)|[①-⑳]|[一二三四五六七八九十]{1,3}、|\d{1,3}(?:[、．）]|[.)](?=[\u3040-\u9fff\uac00-\ud7af])))[ \t]*(?=\S)")  # fmt: skip
_LETTERED = re.compile(r"^[ \t]*([a-zA-Z])\.[ \t]+(?=\S)")
_BARE_NUMBER = re.compile(r"^[ \t]*(\d{1,2})[ \t]+(?=[^\W\d])")
_COMMAND = re.compile(r"^/[a-z][\w-]*\b(?!/)")
"""Of a bot: "/start"."""
_NESTED_NUMBER = re.compile(r"^([ \t]{2,})(\d{1,3}(?:\.\d{1,3}){1,4})\.?[ \t]+(?=\S)")
"""Below an item: "1. Tasks", "   1.1 Create a task"."""
_AUTOMATIC = re.compile(r"^([ \t]*)#\.[ \t]+(?=\S)")
_SHAPE = re.compile(
    r"^(?:[■□◆◇●○▶►★▼▽][ \t]*(?P<words>\S.*)|【(?P<inner>[^【】]{1,40})】|\[(?P<square>[^\[\]]{2,40})\])$"
)
"""A line that stands for a heading in East Asian texts, if its words name a section."""
_TIGHT = re.compile(r"^([ \t]*)(?:[-+]|\*(?!.*\*)|\d{1,3}[.)])(?=[^\W\d_])")
"""An item whose writer left out the space: "-Search". Next to another item only: "-v" may be an option."""
_WIDE_RULE = re.compile(r"^[ \t]{0,3}(?=[|:-])(?:[ \t:-]*\|){24}")
"""The line below the header of a wide table, for which the parser would take seconds to fill its rows."""
_SYMBOL = re.compile(
    rf"^([ \t]*)(?:(?![{CROSSES}])[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]|\d\ufe0f?\u20e3)\ufe0f?[ \t]+(?=\S)"
)
_DEFINITION = re.compile(r"^[ \t]{0,3}:[ \t]+(?=\S)")
_TEXT = re.compile(r"\*\*\S|[^\s#>|`~=\-+*:]")
_MAX_LINE = 80
_SHORT_LINE = 60
"""Characters of a line that ends before the margin of a text with hard wraps."""
_MAX_RUN = 120


def mark_lists(lines: list[str]) -> Iterator[str]:
    """Yield the lines, with items in Markdown and a blank line before each paragraph that leads into a list."""
    leads = _lead_in_starts(lines)
    before = ""
    for index, line in enumerate(lines):
        after = lines[index + 1] if index + 1 < len(lines) else ""
        listed = _marked(lines, index)
        if _DEFINITION.match(after) and _is_text(line) and len(line) <= _MAX_LINE:
            listed = f"- {line.strip()}:"
        elif _DEFINITION.match(line) and before.startswith(("- ", "  ")):
            listed = "  " + _DEFINITION.sub("", line)
        if listed != line and before.strip() and LISTED.match(listed) and not LISTED.match(before):
            yield ""  # otherwise it would continue the paragraph above
        if _WIDE_RULE.match(listed):
            listed = f"\\{listed.lstrip()}"
        is_table = line.startswith("|") and (LISTED.match(before) or before[:1].isspace())
        if before.strip() and (leads[index] or is_table or _is_heading_line(listed, before, after)):
            yield ""  # otherwise it would continue the item or paragraph above
        yield listed
        before = listed


def _marked(lines: list[str], index: int) -> str:
    line = lines[index]
    if (shape := _SHAPE.match(line.rstrip())) and (
        shape["inner"] or is_section_title(shape["words"] or shape["square"])
    ):
        return f"## {shape['inner'] or shape['words'] or shape['square']}"
    above = lines[index - 1] if index else ""
    if (nested := _NESTED_NUMBER.match(line)) and (LISTED.match(above) or _NESTED_NUMBER.match(above)):
        return f"{nested[1]}- {nested[2]}. {line[nested.end() :]}"
    for pattern in (_BULLET, _CROSSED, _ENUMERATED, _AUTOMATIC):
        if (listed := pattern.sub(r"\1- ", line)) != line:
            return listed
    if (tight := _TIGHT.match(line)) and _has_listed_sibling(lines, index):
        return f"{tight[1]}- {line[tight.end() :]}"
    if (number := _BARE_NUMBER.match(line)) and _is_counted(int(number[1]), lines, index):
        return "- " + line[number.end() :]
    if _COMMAND.match(line) and any(
        map(_COMMAND.match, lines[max(0, index - 1) : index] + lines[index + 1 : index + 2])
    ):
        return f"- {line}"
    if (letter := _LETTERED.match(line)) and _has_sibling(letter[1], lines, index):
        return "- " + line[letter.end() :]
    if (symbol := _SYMBOL.match(line)) and _has_marked_sibling(lines, index):
        rest = line[symbol.end() :]
        is_heading = section_of(rest.strip()) not in (None, Section.EXCLUDED) or LISTED.match(
            "".join(lines[index + 1 : index + 2])
        )
        return line if is_heading else f"{symbol[1]}- {rest}"
    return line


def _is_counted(number: int, lines: list[str], index: int) -> bool:
    """Return whether the line above or below has the number before or after this one, or a heading is above number 1."""
    above = lines[index - 1] if index else ""
    if number == 1 and is_section_title(above.strip().rstrip(":")):
        return True
    around = [(above, -1), *((line, 1) for line in lines[index + 1 : index + 2])]
    return any((other := _BARE_NUMBER.match(line)) and int(other[1]) == number + step for line, step in around)


def _has_sibling(letter: str, lines: list[str], index: int) -> bool:
    """Return whether a nearby line has the next letter (b. after a.), so that this is a list and not an initial."""
    around = [_LETTERED.match(line) for line in lines[max(0, index - 2) : index + 3]]
    return any(match is not None and abs(ord(match[1]) - ord(letter)) == 1 for match in around)


def _has_listed_sibling(lines: list[str], index: int) -> bool:
    """Return whether the line above or below is an item, with or without a space."""
    around = [*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2]]
    return any(_TIGHT.match(line) or LISTED.match(line) for line in around)


def _has_marked_sibling(lines: list[str], index: int) -> bool:
    """Return whether a nearby line begins with an emoji, or a bullet, too."""
    around = [*lines[max(0, index - 2) : index], *lines[index + 1 : index + 3]]
    return any(_SYMBOL.match(line) or _CROSSED.match(line) or _BULLET.match(line) for line in around)


def _is_text(line: str) -> bool:
    """Return whether a line is one of a paragraph, at the margin."""
    return _TEXT.match(line) is not None and not LISTED.match(line) and not _BULLET.match(line)


def _lead_in_starts(lines: list[str]) -> list[bool]:
    """Return for each line whether it begins a paragraph, right after an item, that leads into another list: hard-wrapped
    words that end with a colon, or name a section."""
    starts = [False] * len(lines)
    run, listed_after, ends_with_colon = "", False, False  # of the paragraph, read from its end
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if not _is_text(line):
            if line.strip():
                listed_after = bool(LISTED.match(line) or _BULLET.match(line) or line.startswith("|"))
            run = ""
            continue
        if not run:
            ends_with_colon = line.rstrip().endswith((":", "\uff1a"))
        run = f"{line.strip()} {run}"[: _MAX_RUN + 1]
        begins = at > 0 and (LISTED.match(lines[at - 1]) or lines[at - 1][:1].isspace() or _BULLET.match(lines[at - 1]))
        if begins and listed_after and not line[:1].islower():
            starts[at] = ends_with_colon or (len(run) <= _MAX_RUN and section_of(run.strip()) is not None)
    return starts


def _is_heading_line(line: str, before: str, after: str) -> bool:
    """Return whether a line next to a list serves as a heading: "Out of scope:"."""
    if not _is_text(line) or len(line) > _MAX_LINE:
        return False
    if _is_text(before) and (line[:1].islower() or len(before) >= _SHORT_LINE or _is_excluded(f"{before} {line}")):
        return False  # it continues the line above
    colon = line.rstrip().endswith((":", "\uff1a"))
    beside = LISTED.match(before) or before[:1].isspace() or _BULLET.match(after) or LISTED.match(after)
    return bool(beside) and (colon or section_of(line.strip()) is not None)


def _is_excluded(text: str) -> bool:
    return section_of(text.strip()) is Section.EXCLUDED
