"""Asks before something is removed."""

from __future__ import annotations

from cli.client.decider import EndOfInputError
from cli.errors import UsageError
from cli.views.console import is_interactive, stdout
from cli.views.printable import plain
from cli.views.terminal_prompt import TerminalPrompt


def require_terminal(to_do: str) -> None:
    """Check that a person can be asked.

    Raises:
        UsageError: there is no terminal. The message says what `--yes` would do.
    """
    if not is_interactive():
        raise UsageError(f"there is no terminal to ask on: use --yes to {to_do}")


async def confirm(question: str) -> bool:
    """Return whether the person at the terminal says yes. Otherwise, print that nothing was removed."""
    try:
        asked = plain(f"{question} [y] yes, [n] no", "bold", max_length=1000).append(" > ")
        is_confirmed = await TerminalPrompt(stdout()).choice(asked, "yn") == "y"
    except EndOfInputError:
        is_confirmed = False
    if not is_confirmed:
        stdout().print("Nothing was removed.")
    return is_confirmed
