"""The tools that read the inputs of a step."""

from __future__ import annotations

from collections.abc import Sequence

from artifacts.file_sets import unpack
from artifacts.media_types import FILES
from crew.model.agents.file_tools import file_tools
from crew.model.agents.pieces import FromCharacter, piece
from crew.model.prompt import shown
from crew.model.tool import Tool, ToolError
from crew.model.workspace import Workspace
from crew.protocol import InputArtifact


class ReadArtifact(FromCharacter):
    name: str


def read_artifact_tool(inputs: Sequence[InputArtifact]) -> Tool:
    """Return the tool that reads the inputs of a step, piece by piece."""

    async def read(arguments: ReadArtifact) -> str:
        found = [each for each in inputs if arguments.name in (each.name, each.type)]
        if not found:
            raise ToolError(
                f"there is no input {arguments.name[:100]!r}; there are {', '.join(e.name for e in inputs)}"
            )
        return piece(shown(max(found, key=lambda each: each.version)), arguments)

    return Tool("read_artifact", "Read an input of this step, from any line on.", ReadArtifact, read, is_pure=True)


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
    return (read_artifact_tool(inputs), *(file_tools(files, "files of the inputs") if files.files else ()))
