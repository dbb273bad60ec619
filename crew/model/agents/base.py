"""What all agents of the model crew have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crew.model import briefing
from crew.model.conversation import Completed, Conversation
from crew.model.limits import limits_of
from crew.model.source import Sources
from crew.model.tool import Arguments, Tool, ToolError
from crew.protocol import AgentError, Assignment, InputArtifact, Outcome, Step
from models.contracts.roles import ModelName
from sandbox import Sandbox

PIECE = 60_000
"""Characters of an artifact that one call of `read_artifact` returns."""


@dataclass(frozen=True)
class Workshop:
    """What the agents of a process share."""

    sources: Sources
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
        text = briefing.shown(max(found, key=lambda each: each.version))
        piece = text[arguments.offset : arguments.offset + PIECE]
        more = len(text) - arguments.offset - len(piece)
        return piece + (
            f"\n[... {more:,} characters more, from offset {arguments.offset + len(piece)} ...]" if more > 0 else ""
        )

    return Tool("read_artifact", "Read an input of this step, from an offset on.", ReadArtifact, read, is_pure=True)


def allowed(assignment: Assignment, tools: Sequence[Tool]) -> tuple[Tool, ...]:
    """Return those of an agent's tools that its role lists, and all without a list. Those that end a step stay."""
    listed = assignment.role.tools
    return tuple(tool for tool in tools if listed is None or tool.name in listed or tool.ends)


async def converse(
    workshop: Workshop, assignment: Assignment, step: Step, prompt: str, tools: Sequence[Tool], **fill: str
) -> Completed:
    """Have one conversation for a step, with the model that the assignment names.

    Raises:
        AgentError: no model is named, or the conversation failed.
    """
    model = assignment.model or workshop.default_model
    if model is None:
        raise AgentError("no model is named: set BOTARMY_MODEL, such as openai:gpt-5.", retryable=False)
    return await Conversation(
        workshop.sources.get(model),
        briefing.prompt_for(assignment, prompt, **fill),
        allowed(assignment, tools),
        limits_of(assignment.role, assignment.continued),
        step,
        assignment.continued,
    ).run()


def accept(check: Callable[[Any], str | None], done: str) -> Callable[[Any], Any]:
    """Return the `run` of a tool that ends a step if `check` returns None, and else tells the model what it returns."""

    async def run(arguments: Any) -> str:
        if problem := check(arguments):
            raise ToolError(problem)
        return done

    return run
