"""What all agents of the model crew have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from artifacts.file_sets import unpack
from artifacts.media_types import FILES
from crew.model.clients import ModelClients
from crew.model.conversation import Completed, Conversation
from crew.model.limits import limits_of
from crew.model.prompt import prompt_for, shown
from crew.model.tool import Arguments, Tool, ToolError
from crew.model.workspace import Workspace
from crew.protocol import AgentError, Assignment, InputArtifact, Outcome, Step
from models.contracts.roles import ModelName
from sandbox import Sandbox

MAX_READ_CHARACTERS = 15_000
"""Characters of an artifact that one call of `read_artifact` returns: less than the result of a tool may have."""


@dataclass(frozen=True)
class AgentServices:
    """What the agents of a process share."""

    clients: ModelClients
    sandbox: Sandbox
    default_model: ModelName | None


class ModelAgent(Protocol):
    """An agent for one kind of work."""

    async def run(self, assignment: Assignment, step: Step) -> Outcome: ...


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


def allowed(assignment: Assignment, tools: Sequence[Tool]) -> tuple[Tool, ...]:
    """Return those of an agent's tools that its role lists, and all without a list. Those that end a step stay."""
    listed = assignment.role.tools
    return tuple(tool for tool in tools if listed is None or tool.name in listed or tool.ends)


async def run_conversation(
    services: AgentServices,
    assignment: Assignment,
    step: Step,
    prompt: str,
    tools: Sequence[Tool],
    workspace: Workspace | None = None,
    **fill: str,
) -> Completed:
    """Have one conversation for a step, with the model that the assignment names, about a workspace if there is one.

    Raises:
        AgentError: no model is named, or the conversation failed.
    """
    model = assignment.model or services.default_model
    if model is None:
        raise AgentError("no model is named: set BOTARMY_MODEL, such as openai:gpt-5.", retryable=False)
    return await Conversation(
        services.clients.get(model),
        prompt_for(assignment, prompt, **fill),
        allowed(assignment, tools),
        limits_of(assignment.role, assignment.continued),
        step,
        assignment.continued,
        state=lambda: workspace.version if workspace is not None else None,
    ).run()


def title_of(type: str) -> str:
    """Return the heading of a document of this type."""
    return type.replace("_", " ").capitalize()
