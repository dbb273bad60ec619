"""Tools for code that is too large to be read whole: some lines of a file, and the lines that have a text."""

from __future__ import annotations

from crew.model.tool import Arguments, Tool, ToolError
from crew.model.workspace import Workspace

MAX_LINES = 400
"""Lines that one call of `read_lines` returns."""

MAX_FOUND = 100
"""Lines that one call of `find_text` returns."""

MAX_LINE = 300
"""Characters of a line that was found."""


class Lines(Arguments):
    path: str
    first: int
    last: int


class Text(Arguments):
    text: str


def search_tools(workspace: Workspace) -> tuple[Tool, ...]:
    """Return the tools of an agent that changes code which a person wrote."""

    async def read_lines(arguments: Lines) -> str:
        lines = workspace.read(arguments.path).splitlines()
        first, last = max(1, arguments.first), min(arguments.last, arguments.first + MAX_LINES - 1, len(lines))
        if first > last:
            raise ToolError(f"{arguments.path} has {len(lines)} lines.")
        return "\n".join([f"Lines {first} to {last} of {len(lines)}:", *lines[first - 1 : last]])

    async def find_text(arguments: Text) -> str:
        if not arguments.text:
            raise ToolError("give a text to find.")
        found = [
            f"{path}:{number}: {line.strip()[:MAX_LINE]}"
            for path, text in sorted(workspace.files.items())
            if arguments.text in text
            for number, line in enumerate(text.splitlines(), 1)
            if arguments.text in line
        ]
        more = [f"[... {len(found) - MAX_FOUND} lines more ...]"] if len(found) > MAX_FOUND else []
        return "\n".join([*found[:MAX_FOUND], *more]) or "No line has this text."

    return (
        Tool("read_lines", "Read some lines of a file, counted from 1.", Lines, read_lines, is_pure=True),
        Tool("find_text", "Find the lines of all files that contain a text, literally.", Text, find_text, is_pure=True),
    )
