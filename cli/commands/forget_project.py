"""Removes a project for good."""

from __future__ import annotations

from cli.client.decider import EndOfInputError
from cli.client.http import Client
from cli.errors import FAILED, ApiError, UsageError
from cli.views.console import is_interactive, stdout
from cli.views.printable import plain
from cli.views.terminal_prompt import TerminalPrompt

GONE = 404


async def forget(client: Client, project_id: str, *, ask: bool) -> int:
    """Remove a project, and first ask whether to. Without a terminal, nothing is removed unless `ask` is false."""
    name = str((await client.get(f"/projects/{project_id}"))["name"])
    if ask and not is_interactive():
        raise UsageError("there is no terminal to ask on: use --yes to remove the project")
    if ask and not await _confirm(name, project_id):
        stdout().print("Nothing was removed.")
        return FAILED
    try:
        await client.delete(f"/projects/{project_id}")
    except ApiError as error:
        if error.status != GONE:  # an earlier attempt removed it, and its response was lost
            raise
    stdout().print(plain(f"Removed: {name} ({project_id})"))
    return 0


async def _confirm(name: str, project_id: str) -> bool:
    question = plain(f"Remove {name} ({project_id}) for good? [y] yes, [n] no", "bold").append(" > ")
    try:
        return await TerminalPrompt(stdout()).choice(question, "yn") == "y"
    except EndOfInputError:
        return False
