"""The tools that read the inputs of a step."""

from __future__ import annotations

from collections.abc import Sequence

from artifacts.file_sets import unpack
from artifacts.media_types import FILES
from crew.model.prompt import shown
from crew.model.tool import Arguments, Tool, ToolError
from crew.model.workspace import Workspace
from crew.protocol import InputArtifact

MAX_READ_CHARACTERS = 15_000
"""Characters of an artifact that one call of `read_artifact` returns: less than the result of a tool may have."""


class ReadArtifact(Arguments):
    name: str
    offset: int = 0


def read_artifact_tool(inputs: Sequence[InputArtifact]) -> Tool:
    """Return the tool that reads the inputs of a step, piece by piece."""

    async def read(arguments: ReadArtifact) -> str:
        found = [each for each in inputs if arguments.name in (each.name, each.type)]
        if not found:
            raise ToolError(
                f"there is no input {arguments.name[:100]!r}; there are {', '.join(e.name for e in inputs)}"
            )
        text = shown(max(found, key=lambda each: each.version))
        piece = text[arguments.offset : arguments.offset + MAX_READ_CHARACTERS]
        more = len(text) - arguments.offset - len(piece)
        return piece + (
            f"\n[... {more:,} characters more, from offset {arguments.offset + len(piece)} ...]" if more > 0 else ""
        )

    return Tool("read_artifact", "Read an input of this step, from an offset on.", ReadArtifact, read, is_pure=True)


class ListFiles(Arguments):
    """No arguments."""


class ReadFile(Arguments):
    path: str


def reading_tools(inputs: Sequence[InputArtifact]) -> tuple[Tool, ...]:
    """Return the tools that read the inputs of a step: those for files only if an input consists of files.

    A path begins with the name of its input, such as `source_code/shop/__main__.py`.
    """
    files = Workspace(
        {
            f"{each.name}/{path}": text
            for each in sorted(inputs, key=lambda each: each.version)
            if each.media_type == FILES
            for path, text in unpack(each.content).items()
        }
    )

    async def list_files(_: ListFiles) -> str:
        return files.listing()

    async def read_file(arguments: ReadFile) -> str:
        return files.read(arguments.path)

    reading = (
        Tool("list_files", "List the files of the inputs with their sizes.", ListFiles, list_files, is_pure=True),
        Tool("read_file", "Read a file of the inputs.", ReadFile, read_file, is_pure=True),
    )
    return (read_artifact_tool(inputs), *(reading if files.files else ()))
