"""Tools: what a model may do in a step. A role lists the tools that it has; nothing else exists for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_ai.tools import ToolDefinition

from crew.protocol import AgentError


class Arguments(BaseModel):
    """The arguments of a tool. Unknown ones are an error, which the model reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@cache  # a tenth of what a step takes until its first call (measured)
def schema_of(arguments: type[Arguments]) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments, which is shared: do not change it."""
    return arguments.model_json_schema()


class ToolError(Exception):
    """The call cannot be carried out. The message is for the model, which may try again."""


class InvalidOutputError(ToolError):
    """What the model submitted cannot be used. The message names the problem; the model may correct it twice."""


@dataclass(frozen=True)
class Tool:
    """One tool.

    `run` receives the validated arguments and returns what the model reads; it raises ToolError. `is_pure`: it only
    reads or changes the workspace in memory, so that a later attempt runs it again instead of reading its stored
    result. `ends`: a call that succeeds ends the step. `gives_up`: it ends without a result, and the step is
    resumed if a person says so. `in_sandbox`: it may wait for a run in the sandbox, which limits its time itself,
    from when the run begins. `source`: the SERVER/TOOL of an MCP server. `asks_first`: each call needs a person's
    permission.
    """

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Any], Awaitable[str]]
    is_pure: bool = False
    ends: bool = False
    gives_up: bool = False
    in_sandbox: bool = False
    source: str | None = None
    asks_first: bool = False

    @cached_property
    def definition(self) -> ToolDefinition:
        """The tool as a model sees it."""
        return ToolDefinition(
            name=self.name, description=self.description, parameters_json_schema=schema_of(self.arguments)
        )


def changed(source: str, *, is_gone: bool = False) -> AgentError:
    """Return the error of an MCP server's tool that is not the one that the model and people have read."""
    server, _, name = source.partition("/")
    return AgentError(
        f"the MCP server {server} {'no longer has' if is_gone else 'has changed'} its tool {name} since the step "
        "began. Nothing was called. If the change is right, amend with a comment: that starts a new round.",
        retryable=False,
    )


def require_unchanged(
    tools: Sequence[Tool], described: Sequence[Mapping[str, object]], pinned: Sequence[Mapping[str, object]]
) -> None:
    """Raise AgentError if an MCP server describes a tool in another way than when the step began. Our own may change:
    the conversation then begins again."""
    before = {each["name"]: each for each in pinned}
    for tool, now in zip(tools, described, strict=True):
        if tool.source is not None and now["name"] in before and before[now["name"]] != now:
            raise changed(tool.source)
