"""Tools that read files which are there already: those of an input, or of the workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from artifacts.file_sets import unpack
from artifacts.media_types import FILES
from crew.model.tool import Arguments, Tool, ToolError
from crew.model.workspace import Workspace
from crew.protocol import InputArtifact

MAX_LINES = 400
"""Lines that one call of `read_lines` returns."""

MAX_FOUND = 100
"""Lines that one call of `find_text` returns."""

MAX_LINE = 300
"""Characters of a line that was found."""


class Nothing(Arguments):
    """No arguments."""


class Path(Arguments):
    path: str


class Lines(Arguments):
    path: str
    first: int
    last: int


class Text(Arguments):
    text: str


def workspace_tools(workspace: Workspace) -> tuple[Tool, ...]:
    """Return the tools that list and read whole files."""

    async def list_files(_: Nothing) -> str:
        return workspace.listing()

    async def read_file(arguments: Path) -> str:
        return workspace.read(arguments.path)

    return (
        Tool("list_files", "List the files with their sizes.", Nothing, list_files, is_pure=True),
        Tool("read_file", "Read a file.", Path, read_file, is_pure=True),
    )


def search_tools(workspace: Workspace) -> tuple[Tool, ...]:
    """Return the tools for code that is too large to be read whole."""

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
        Tool("find_text", "Find the lines of all files that have a text, as it is.", Text, find_text, is_pure=True),
    )


def file_tools(inputs: Sequence[InputArtifact]) -> tuple[Tool, ...]:
    """Return the tools for an agent that reads the file sets among its inputs, and writes none."""
    files = files_of(inputs)
    workspace = Workspace(files)
    return (*workspace_tools(workspace), *search_tools(workspace)) if files else ()


def files_of(inputs: Sequence[InputArtifact]) -> Mapping[str, str]:
    """Return the files of the newest version of each file set; below a folder of its type if there are several."""
    newest = {each.type: each for each in sorted(inputs, key=lambda each: each.version) if each.media_type == FILES}
    sets = {type: unpack(each.content) for type, each in newest.items()}
    if len(sets) == 1:
        return next(iter(sets.values()))
    return {f"{type}/{path}": text for type, files in sets.items() for path, text in files.items()}
