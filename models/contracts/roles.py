"""Roles and artifact types as data: the built-in ones, and what a pipeline may declare beside them."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from .budget import Budget
from .contract import Contract, Duration, Text, numbers
from .names import AgentType, ArtifactType, BuiltInArtifact, BuiltInRole

ToolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
McpToolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}/[A-Za-z0-9_./-]{1,128}$")]
"""A tool of an MCP server as `server/tool`."""

_MODEL = r"[a-z][a-z0-9_-]*:[^\s,]{1,200}"
ModelName = Annotated[
    str,
    BeforeValidator(lambda value: re.sub(r"\s*,\s*", ",", value) if isinstance(value, str) else value),
    StringConstraints(pattern=rf"^{_MODEL}(,{_MODEL}){{0,7}}$"),
]
"""A model as `provider:model`, such as `openai:gpt-5`; or up to eight in order, separated by commas: each is asked when
the one before it fails."""


def each_model(models: ModelName) -> tuple[str, ...]:
    """Return the models in order, each once."""
    return tuple(dict.fromkeys(each.strip() for each in models.split(",")))


class MediaType(StrEnum):
    MARKDOWN = "text/markdown"
    PLAIN = "text/plain"
    ZIP = "application/zip"
    FILES = "application/vnd.botarmy.files+json"


class Writes(StrEnum):
    """What a role submits.

    - `document`: Markdown
    - `files`: a file set
    - `report`: Markdown and a verdict, which is computed
    - `package`: a zip that can be installed, and its log
    """

    DOCUMENT = "document"
    FILES = "files"
    REPORT = "report"
    PACKAGE = "package"


class RoleLimits(Contract):
    """What one step of a role may use. What is None follows from what the role writes."""

    turns: int | None = Field(default=None, ge=1, le=500, description="Responses of the model.")
    tool_calls: int | None = Field(default=None, ge=1, le=5_000)
    output_tokens: int | None = Field(default=None, ge=1, description="Tokens of all responses together.")
    cost_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False, description="US dollars.")
    working_time: Duration | None = Field(default=None, gt=timedelta(0), le=timedelta(days=7))

    _numbers = numbers("turns", "tool_calls", "output_tokens", "cost_usd")


class Role(Contract):
    """A member of the crew. `instructions` become part of a model's prompt; `tools` are all that it may use."""

    name: AgentType
    description: Text = Field(default="", max_length=500)
    instructions: Text = Field(default="", max_length=20_000)
    writes: Writes = Writes.DOCUMENT
    tools: tuple[ToolName, ...] | None = Field(default=None, description="None: the tools of what it writes.")
    mcp_tools: tuple[McpToolName, ...] = Field(
        default=(), max_length=100, description="Tools of MCP servers, as `server/tool`: no others may be called."
    )
    without_asking: tuple[McpToolName, ...] = Field(
        default=(), description="Those of `mcp_tools` whose calls need no permission of a person."
    )
    model: ModelName | None = None
    limits: RoleLimits = RoleLimits()
    budget: Budget | None = Field(default=None, description="What all steps of the role may use in a project.")

    @model_validator(mode="after")
    def _are_listed(self) -> Self:
        if unlisted := [name for name in self.without_asking if name not in self.mcp_tools]:
            raise ValueError(f"without_asking: {', '.join(unlisted)} is not in mcp_tools")
        return self


class ArtifactKind(Contract):
    """An artifact type: its name, its title for people, and the media type of its content."""

    name: ArtifactType
    title: Text = Field(default="", max_length=100)
    media_type: MediaType = MediaType.MARKDOWN


def _role(name: BuiltInRole, writes: Writes, description: str) -> Role:
    return Role(name=name, writes=writes, description=description)


BUILT_IN_ROLES = {
    role.name: role
    for role in (
        _role(
            BuiltInRole.ANALYST,
            Writes.DOCUMENT,
            "Reads the brief and turns it into a plan and numbered requirements.",
        ),
        _role(BuiltInRole.ARCHITECT, Writes.DOCUMENT, "Designs the system and plans its implementation."),
        _role(BuiltInRole.CODER, Writes.FILES, "Writes the package, with a test for each requirement."),
        _role(
            BuiltInRole.TESTER,
            Writes.REPORT,
            "Writes the acceptance tests, runs the tests, and reports what happened against each requirement.",
        ),
        _role(BuiltInRole.DEPLOYER, Writes.PACKAGE, "Builds the package and checks that it installs."),
    )
}

_FILES = (BuiltInArtifact.SOURCE_CODE, BuiltInArtifact.ACCEPTANCE_TESTS)

BUILT_IN_ARTIFACTS = {
    kind.name: kind
    for kind in (
        ArtifactKind(
            name=name,
            title=name.replace("_", " ").capitalize(),
            media_type=MediaType.FILES
            if name in _FILES
            else MediaType.ZIP
            if name == BuiltInArtifact.DEPLOYMENT_PACKAGE
            else MediaType.MARKDOWN,
        )
        for name in BuiltInArtifact
    )
}
