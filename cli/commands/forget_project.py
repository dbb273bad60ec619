"""Removes a project for good."""

from __future__ import annotations

from cli.client.http import Client
from cli.commands.confirmation import confirm, require_terminal
from cli.errors import FAILED, ApiError
from cli.views.console import stdout
from cli.views.printable import plain

GONE = 404


async def forget(client: Client, project_id: str, *, ask: bool) -> int:
    """Remove a project, and first ask whether to. Without a terminal, nothing is removed unless `ask` is false."""
    name = str((await client.get(f"/projects/{project_id}"))["name"])
    if ask:
        require_terminal("remove the project")
        if not await confirm(f"Remove {name} ({project_id}) for good?"):
            return FAILED
    try:
        await client.delete(f"/projects/{project_id}")
    except ApiError as error:
        if error.status != GONE:  # an earlier attempt removed it, and its response was lost
            raise
    stdout().print(plain(f"Removed: {name} ({project_id})"))
    return 0
