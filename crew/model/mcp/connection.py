"""A connection to an MCP server, for one step."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Never, TypeVar

import orjson

from config.mcp_servers import LocalServer, McpServer
from config.outbound import http_client
from config.redaction import environment_secrets
from crew.model.mcp.arguments import ExternalArguments, SchemaError, arguments_of, check_schema
from crew.model.mcp.sizes import limit_response
from crew.model.redaction import MIN_IN_RESPONSE, redact_keys
from crew.model.tool import Tool, ToolError, changed
from crew.protocol import AgentError

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import Tool as Definition

_T = TypeVar("_T")

CONNECT_SECONDS = 30.0
"""How long a server may take to start and to list its tools."""

CALL_SECONDS = 120.0
"""How long a call may take. The model reads that it did not end, and may try something else."""

CLOSE_SECONDS = 10.0
"""How long to wait for the end of a server, which is killed before."""

CAUSE_SECONDS = 0.1
"""How long to wait, after a request has failed, for the end of the connection, which may tell why."""

MAX_TOOLS = 1_000
"""Tools of one server that are looked at."""

MAX_DESCRIPTION = 4_000
"""Characters of a tool's description that a model reads."""


class _Connection:
    """A server that is connected, with its tools as they were at first.

    Args:
        holder: ends when the connection does.
    """

    def __init__(self, name: str, client: Client, holder: asyncio.Task[Never], secrets: Sequence[str]) -> None:
        self._name = name
        self._client = client
        self._holder = holder
        self._secrets = secrets
        self._tools: Mapping[str, Definition] = {}

    async def list(self) -> None:
        """Read the tools."""
        self._tools = await self._list()

    def tool(self, source: str, exposed: str, *, asks_first: bool) -> Tool:
        """Return a tool of the server.

        Args:
            source: the tool as `server/name`.
            exposed: the name under which a model sees it.

        Raises:
            AgentError: the server does not have it, or a model cannot use it (not retryable).
        """
        name = source.split("/", 1)[1]
        definition = self._tools.get(name)
        if definition is None:
            has = ", ".join(each[:100] for each in list(self._tools)[:20]) or "none"
            raise AgentError(f"the MCP server {self._name} has no tool {name}; it has {has}.", retryable=False)
        try:
            check_schema(definition.input_schema)
        except SchemaError as error:
            problem = redact_keys(f"the schema of the tool {source} cannot be used: {error}.", self._secrets)
            raise AgentError(problem, retryable=False) from None
        return Tool(
            name=exposed,
            description=(definition.description or name)[:MAX_DESCRIPTION],
            arguments=arguments_of(definition.input_schema),
            run=self._caller(name),
            source=source,
            asks_first=asks_first,
        )

    def _caller(self, name: str) -> Callable[[Any], Awaitable[str]]:
        async def call(arguments: ExternalArguments) -> str:
            now = (await self._request(self._list, CONNECT_SECONDS, "list its tools")).get(name)
            if now is None or _digest(now) != _digest(self._tools[name]):
                raise changed(f"{self._name}/{name}", is_gone=now is None)
            result = await self._request(lambda: self._client.call_tool(name, arguments.given), CALL_SECONDS, "answer")
            text = redact_keys(_text(result), self._secrets)
            if result.is_error:
                raise ToolError(text or "the tool failed, and did not say why.")
            return text or "The tool returned nothing."

        return call

    async def _request(self, request: Callable[[], Awaitable[_T]], seconds: float, what: str) -> _T:
        """Return what the server answers.

        Raises:
            ToolError: it is late, refuses, or is gone.
        """
        asked = asyncio.ensure_future(request())
        try:
            await asyncio.wait([asked, self._holder], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if asked.done() and asked.exception() is not None:
                await asyncio.wait([self._holder], timeout=CAUSE_SECONDS)
            if self._holder.done() and (lost := self._holder.exception()):
                raise lost
            if not asked.done():
                raise ToolError(f"the MCP server did not {what} within {seconds:.0f} s.")
            return asked.result()
        except ToolError:
            raise
        except Exception as error:
            raise ToolError(redact_keys(f"the MCP server says: {_cause(error)}", self._secrets)) from error
        finally:
            asked.cancel()

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
async def connected(name: str, server: McpServer) -> AsyncIterator[_Connection]:
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
    # A shorter value is an ordinary word, such as `1` or `production`.
    own = [secret for secret in server.secrets if len(secret) >= MIN_IN_RESPONSE]
    secrets = sorted({*own, *environment_secrets()}, key=len, reverse=True)
    ready, closing = asyncio.get_running_loop().create_future(), asyncio.Event()
    # In a task of its own: a server that dies cancels the task that connected to it, which must not be the step.
    holder = asyncio.create_task(_hold(server, ready, closing))
    try:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.wait([holder, ready], return_when=asyncio.FIRST_COMPLETED)
                connection = _Connection(name, ready.result() if ready.done() else await holder, holder, secrets)
                await connection.list()
        except TimeoutError:
            raise AgentError(
                f"the MCP server {name} did not start and list its tools within {CONNECT_SECONDS:.0f} s.",
                retryable=False,
            ) from None
        except Exception as error:
            cause = redact_keys(_cause(error), secrets)
            raise AgentError(f"the MCP server {name} cannot be used: {cause}", retryable=False) from error
        yield connection
    finally:
        closing.set()
        await asyncio.wait([holder], timeout=CLOSE_SECONDS)
        holder.cancel()
        if holder.done() and not holder.cancelled():
            holder.exception()  # which is no news here


async def _hold(server: McpServer, ready: asyncio.Future[Client], closing: asyncio.Event) -> Never:
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    from crew.model.mcp.program import running_program  # which needs the extra, too

    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # it logs each message that it cannot read, with a traceback
    async with AsyncExitStack() as stack:
        if isinstance(server, LocalServer):
            target: Any = running_program(server)
        else:
            http = http_client(
                server.url,
                headers={"Accept-Encoding": "identity", **server.headers},
                timeout=CALL_SECONDS,
                follow_redirects=False,
                event_hooks={"response": [limit_response]},
            )
            target = streamable_http_client(server.url, http_client=await stack.enter_async_context(http))
        client = Client(target, read_timeout_seconds=CALL_SECONDS, cache=None)
        await stack.enter_async_context(client)
        # The schema of a result is the server's, and checking it can take forever. Nobody reads the result by it.
        client.session.validate_tool_result = _accept  # type: ignore[method-assign, assignment]
        ready.set_result(client)
        await closing.wait()
    raise ConnectionError("closed")


async def _accept(*_: object) -> None:
    """Accept a result."""


def _digest(definition: Definition) -> str:
    """Return the hash of what a tool says of itself. Its `_meta` is left out: neither a model nor a person reads it,
    and servers write into it what differs in each response, such as a time."""
    shown = definition.model_dump(mode="json", by_alias=True, exclude={"meta"})
    return hashlib.sha256(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _text(result: Any) -> str:
    """Return what a model reads of a result. Its structure repeats the text, as the protocol recommends, or is all."""
    if not result.content and result.structured_content is not None:
        return orjson.dumps(result.structured_content).decode()
    return "\n".join(map(_text_of, result.content))


def _text_of(content: Any) -> str:
    text = getattr(content.resource if content.type == "resource" else content, "text", None)
    return f"[{content.type} is left out: only text is read]" if text is None else str(text)


def _cause(error: BaseException) -> str:
    """Return what went wrong in one line; groups of errors name their first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return " ".join(f"{type(error).__name__}: {error}".split())[:500].removesuffix(": ")
