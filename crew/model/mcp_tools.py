"""Tools of MCP servers: offered to a role that lists them, called as long as their definitions stay the same."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Never, TextIO

import orjson
from pydantic import ConfigDict, model_validator

from config.mcp_servers import LocalServer, McpConfigError, McpServer, load_mcp_servers
from config.outbound import http_client
from crew.model.redaction import MIN_IN_RESPONSE, redact_keys
from crew.model.tool import Arguments, Tool, ToolError, changed
from crew.protocol import AgentError
from models.contracts.roles import Role

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import Tool as Definition

CONNECT_SECONDS = 30.0
"""How long a server may take to start and to list its tools."""

CALL_SECONDS = 120.0
"""How long a call may take. The model reads that it did not end, and may try something else."""

CLOSE_SECONDS = 10.0
"""How long a server may take to end. The library ends the process of one that does not, and this waits for that."""

MAX_TOOLS = 1_000
"""Tools of one server that are looked at."""

MAX_DESCRIPTION = 4_000
"""Characters of a tool's description that a model reads."""


class McpTools:
    """The MCP servers of a worker.

    Args:
        path: the file that describes them.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @asynccontextmanager
    async def opened(self, role: Role) -> AsyncIterator[tuple[Tool, ...]]:
        """Connect to the servers whose tools a role lists, inside the block, and return these tools.

        Raises:
            AgentError: a server is not configured or not usable, or does not have a tool (not retryable).
        """
        if not role.mcp_tools:
            yield ()
            return
        servers = self._servers(role.mcp_tools)
        async with AsyncExitStack() as stack:
            opened = {name: await stack.enter_async_context(_opened(name, each)) for name, each in servers.items()}
            names = [name.split("/", 1) for name in role.mcp_tools]
            yield tuple(
                opened[server].tool(tool, asks_first=f"{server}/{tool}" not in role.without_asking)
                for server, tool in names
            )

    def _servers(self, tools: Sequence[str]) -> Mapping[str, McpServer]:
        try:
            known = load_mcp_servers(self._path)
        except McpConfigError as error:
            raise AgentError(f"the MCP servers cannot be used: {error}.", retryable=False) from None
        wanted = dict.fromkeys(name.split("/", 1)[0] for name in tools)
        if missing := [name for name in wanted if name not in known]:
            there = f"{self._path} has {', '.join(known) or 'none'}" if self._path else "BOTARMY_MCP_SERVERS is not set"
            raise AgentError(
                f"the role lists tools of the MCP server {missing[0]}, which is not known: {there}.", retryable=False
            )
        return {name: known[name] for name in wanted}


class _Connection:
    """A server that is connected, with its tools as they were at first."""

    def __init__(self, name: str, client: Client, secrets: Sequence[str]) -> None:
        self._name = name
        self._client = client
        self._secrets = [secret for secret in secrets if len(secret) >= MIN_IN_RESPONSE]
        self._tools: Mapping[str, Definition] = {}

    async def list(self) -> None:
        """Read the tools."""
        self._tools = await self._list()

    def tool(self, name: str, *, asks_first: bool) -> Tool:
        """Return a tool of the server.

        Raises:
            AgentError: the server does not have it.
        """
        definition = self._tools.get(name)
        if definition is None:
            has = ", ".join(list(self._tools)[:20]) or "none"
            raise AgentError(f"the MCP server {self._name} has no tool {name}; it has {has}.", retryable=False)
        return Tool(
            name=exposed_name(f"{self._name}/{name}"),
            description=(definition.description or name)[:MAX_DESCRIPTION],
            arguments=arguments_of(definition.input_schema),
            run=self._caller(name),
            source=f"{self._name}/{name}",
            asks_first=asks_first,
        )

    def _caller(self, name: str) -> Callable[[Any], Awaitable[str]]:
        async def call(arguments: ExternalArguments) -> str:
            await self._check_unchanged(name)
            try:
                async with asyncio.timeout(CALL_SECONDS):
                    result = await self._client.call_tool(name, arguments.given)
            except TimeoutError:
                raise ToolError(f"the MCP server did not answer within {CALL_SECONDS:.0f} s.") from None
            except Exception as error:
                raise ToolError(redact_keys(f"the MCP server says: {_cause(error)}", self._secrets)) from error
            text = redact_keys("\n".join(map(_text, result.content)), self._secrets)
            if result.is_error:
                raise ToolError(text or "the tool failed, and did not say why.")
            return text or "The tool returned nothing."

        return call

    async def _check_unchanged(self, name: str) -> None:
        """Raise AgentError if the server's definition of a tool is not the one that the model and people have read."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                now = (await self._list()).get(name)
        except TimeoutError:
            raise ToolError(f"the MCP server did not list its tools within {CONNECT_SECONDS:.0f} s.") from None
        except Exception as error:
            raise ToolError(redact_keys(f"the MCP server says: {_cause(error)}", self._secrets)) from error
        if now is None or _digest(now) != _digest(self._tools[name]):
            raise changed(f"{self._name}/{name}", is_gone=now is None)

    async def _list(self) -> dict[str, Definition]:
        found: dict[str, Definition] = {}
        cursor: str | None = None
        while len(found) <= MAX_TOOLS:
            page = await self._client.list_tools(cursor=cursor)
            for each in page.tools:
                if each.name in found:
                    raise ValueError(f"it lists the tool {each.name[:100]} twice")
                found[each.name] = each
            cursor = page.next_cursor
            if cursor is None:
                return found
        raise ValueError(f"it lists more than {MAX_TOOLS:,} tools")


@asynccontextmanager
async def _opened(name: str, server: McpServer) -> AsyncIterator[_Connection]:
    """Connect to a server inside the block.

    Raises:
        AgentError: that is not possible (not retryable).
    """
    try:
        import mcp  # noqa: F401 - an extra
    except ImportError:
        raise AgentError(
            "MCP servers need the extra `mcp`: pip install 'botarmy[mcp]', and restart the worker.", retryable=False
        ) from None
    ready, closing = asyncio.get_running_loop().create_future(), asyncio.Event()
    # In a task of its own: a server that dies cancels the task that connected to it, which must not be the step.
    holder = asyncio.create_task(_hold(server, ready, closing))
    try:
        await asyncio.wait([holder, ready], timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                connection = _Connection(name, ready.result() if ready.done() else await holder, server.secrets)
                await connection.list()
        except TimeoutError:
            raise AgentError(
                f"the MCP server {name} did not start and list its tools within {CONNECT_SECONDS:.0f} s.",
                retryable=False,
            ) from None
        except Exception as error:
            cause = redact_keys(_cause(error), server.secrets)
            raise AgentError(f"the MCP server {name} cannot be used: {cause}", retryable=False) from error
        yield connection
    finally:
        closing.set()
        await asyncio.wait([holder], timeout=CLOSE_SECONDS)
        holder.cancel()


def _nowhere() -> TextIO:
    """Return where a server's log goes: it would fill ours."""
    return Path(os.devnull).open("w")


async def _hold(server: McpServer, ready: asyncio.Future[Client], closing: asyncio.Event) -> Never:
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.client.streamable_http import streamable_http_client

    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # it logs each line that is no message, with a traceback
    async with AsyncExitStack() as stack:
        if isinstance(server, LocalServer):
            parameters = StdioServerParameters(
                command=server.command, args=[*server.args], env={**server.env}, cwd=server.cwd
            )
            target: Any = stdio_client(parameters, stack.enter_context(_nowhere()))
        else:
            http = http_client(server.url, headers=server.headers, timeout=CALL_SECONDS, follow_redirects=False)
            target = streamable_http_client(server.url, http_client=await stack.enter_async_context(http))
        client = Client(target, read_timeout_seconds=CALL_SECONDS, cache=None)
        ready.set_result(await stack.enter_async_context(client))
        await closing.wait()
    raise ConnectionError("closed")


class ExternalArguments(Arguments):
    """Arguments of a tool whose schema its server wrote."""

    model_config = ConfigDict(extra="allow", frozen=True)
    definition: ClassVar[Mapping[str, Any]]

    @property
    def given(self) -> dict[str, Any]:
        return dict(self.model_extra or {})

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        return dict(cls.definition)

    @model_validator(mode="before")
    @classmethod
    def _fit(cls, given: object) -> object:
        import jsonschema

        if error := jsonschema.exceptions.best_match(
            jsonschema.Draft202012Validator(cls.definition).iter_errors(given)
        ):
            raise ValueError(f"{'.'.join(map(str, error.absolute_path)) or 'arguments'}: {error.message[:500]}")
        return given


def arguments_of(schema: Mapping[str, Any]) -> type[ExternalArguments]:
    """Return the arguments of a tool with this JSON schema."""
    return type("Given", (ExternalArguments,), {"definition": schema, "__module__": __name__})


def exposed_name(tool: str) -> str:
    """Return the name under which a model sees a tool `server/name`."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", tool.replace("/", "__", 1))[:64]


def _digest(definition: Definition) -> str:
    return hashlib.sha256(
        orjson.dumps(definition.model_dump(mode="json", by_alias=True), option=orjson.OPT_SORT_KEYS)
    ).hexdigest()


def _text(content: Any) -> str:
    if content.type == "text":
        return str(content.text)
    return f"[{content.type} is left out: only text is read]"


def _cause(error: BaseException) -> str:
    """Return what went wrong in one line; groups of errors name their first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return " ".join(f"{type(error).__name__}: {error}".split())[:500].removesuffix(": ")
