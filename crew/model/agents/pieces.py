"""Texts that are longer than one result of a tool: read piece by piece, from any line on."""

from __future__ import annotations

from pydantic import Field

from crew.model.tool import Arguments, ToolError

MAX_PIECE = 15_000
"""Characters of a text that one call returns: less than the result of a tool may have (`context.MAX_RESULT`)."""


class FromLine(Arguments):
    """Where to begin in a text whose lines are short."""

    first_line: int = Field(default=1, ge=1, description="Counted from 1.")


class FromCharacter(FromLine):
    """Where to begin in any text: `offset` characters after the beginning of a line, which may itself be long."""

    offset: int = Field(default=0, ge=0, description="Characters of that line to leave out.")


def piece(text: str, begin: FromLine, last_line: int | None = None, *, is_cut: bool = False) -> str:
    """Return a text from a line on: to its end, to the last line that is wanted, or as much as one call may return.

    If it stops before the end that is wanted, it ends with a line that says how to read on. If the text
    `is_cut`, there is more of it than is given, which is more than one call may return.

    Raises:
        ToolError: the text ends before, or nothing is wanted.
    """
    lines, offset = text.split("\n"), begin.offset if isinstance(begin, FromCharacter) else 0
    from_line = "\n".join(lines[begin.first_line - 1 : last_line])
    if begin.first_line > (last_line or len(lines)) or offset > len(from_line):
        raise ToolError(f"there is nothing there: it has {len(lines):,} lines and {len(text):,} characters.")
    wanted = from_line[offset:]
    if len(wanted) <= MAX_PIECE:
        return wanted
    # At the end of a line, if there is one.
    end = wanted.rfind("\n", 0, MAX_PIECE) + 1 or MAX_PIECE
    line, last = begin.first_line + from_line.count("\n", 0, offset + end), from_line.rfind("\n", 0, offset + end) + 1
    within = f", offset={offset + end - last}" if offset + end > last else ""
    more = "more" if is_cut else f"{len(wanted) - end:,} characters more"
    return f"{wanted[:end]}\n[... {more}: read on with first_line={line}{within} ...]"
