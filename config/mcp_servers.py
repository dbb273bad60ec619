"""The MCP servers whose tools a role may list, in the JSON that other clients use: {"mcpServers": {NAME: ...}}."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
)

ServerName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class McpConfigError(Exception):
    """The file of MCP servers cannot be used. The message names the file and the problem, without values."""


def _expanded(value: str) -> str:
    """Return a value with `${NAME}` replaced by the environment's variable, so that the file needs no secrets."""

    def expand(found: re.Match[str]) -> str:
        if (given := os.environ.get(found[1])) is None:
            raise ValueError(f"{found[0]} is not set in the environment")
        return given

    return _VARIABLE.sub(expand, value)


Expanded = Annotated[str, AfterValidator(_expanded)]


class _Server(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class LocalServer(_Server):
    """A program that the worker starts for each step that needs it, as the worker's user and without a sandbox. Of the
    worker's environment it receives only what a program needs to start, and `env`."""

    type: Literal["stdio"] = "stdio"
    command: Expanded = Field(min_length=1)
    args: tuple[Expanded, ...] = ()
    env: dict[str, Expanded] = {}
    cwd: Path | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(self.env.values())


class RemoteServer(_Server):
    """A server that is reached over Streamable HTTP."""

    type: Literal["http", "streamable-http"] = "http"
    url: Expanded = Field(pattern=r"^https?://")
    headers: dict[str, Expanded] = {}

    @property
    def secrets(self) -> tuple[str, ...]:
        address = urlsplit(self.url)
        words = (word for value in self.headers.values() for word in (value, *value.split()))
        return (*words, *(value for _, value in parse_qsl(address.query)), address.password or "")


def _kind(given: object) -> str:
    return "remote" if isinstance(given, dict) and "url" in given else "local"


McpServer = Annotated[
    Annotated[LocalServer, Tag("local")] | Annotated[RemoteServer, Tag("remote")], Discriminator(_kind)
]


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)  # other clients' settings are in it, too

    servers: dict[ServerName, McpServer] = Field(alias="mcpServers")


def load_mcp_servers(path: Path | None) -> Mapping[str, McpServer]:
    """Read the file of MCP servers; none without a path.

    Raises:
        McpConfigError: the file cannot be read, or describes a server that cannot be used.
    """
    if path is None:
        return {}
    try:
        return _File.model_validate_json(path.read_bytes()).servers
    except OSError as error:
        raise McpConfigError(f"{path}: {error.strerror or error}") from None
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, problem["loc"])) or "the file"
        raise McpConfigError(f"{path}: {where}: {problem['msg'].removeprefix('Value error, ')}") from None
