"""Tools of MCP servers: offered to a role that lists them, called as long as their definitions stay the same."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from config.mcp_servers import McpConfigError, McpServer, load_mcp_servers
from crew.model.mcp.connection import connected
from crew.model.tool import Tool
from crew.protocol import AgentError
from models.contracts.roles import Role


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
            opened = {name: await stack.enter_async_context(connected(name, each)) for name, each in servers.items()}
            yield tuple(
                opened[source.split("/", 1)[0]].tool(source, exposed, asks_first=source not in role.without_asking)
                for exposed, source in exposed_names(role.mcp_tools).items()
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


def exposed_name(tool: str) -> str:
    """Return the name under which a model sees a tool `server/name`."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", tool.replace("/", "__", 1))[:64]


def exposed_names(tools: Sequence[str]) -> Mapping[str, str]:
    """Return the tools, each listed once, by the name under which a model sees them.

    Raises:
        AgentError: two would have the same name (not retryable).
    """
    found: dict[str, str] = {}
    for tool in tools:
        if found.setdefault(exposed_name(tool), tool) != tool:
            raise AgentError(
                f"the role lists {found[exposed_name(tool)]} and {tool}, and a model would see both as "
                f"{exposed_name(tool)}: list only one of them.",
                retryable=False,
            )
    return found
