"""Prints the addresses and the health of a stack, without passwords."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from cli.stack.state import COMPONENTS, StackState, order_of
from cli.stack.status import StackStatus
from config.redaction import redacted


def print_addresses(state: StackState, console: Console) -> None:
    """Print where the stack serves. The passwords are only in stack.json."""
    console.print(f"  Page, API    {state.api}\n  Temporal     {state.temporal}")
    if state.temporal_ui:
        console.print(f"  Temporal UI  {redacted(state.temporal_ui)}")
    console.print(f"  Database     {redacted(state.database)}\n  Redis        {redacted(state.redis)}")


def print_status(status: StackStatus, console: Console) -> None:
    """Print the status as a table."""
    if not status.is_running:
        console.print(f"Nothing is running on {status.data_dir}.")
    elif status.damaged:
        console.print(
            f"A stack is running (pid {status.supervisor}), but {status.damaged}. Stop it with `botarmy down`, then "
            "start it again."
        )
    elif status.state is None:
        console.print(f"Starting or stopping on {status.data_dir} (pid {status.supervisor}).")
    else:
        state = status.state
        addresses = {"postgres": state.database, "redis": state.redis, "temporal": state.temporal, "api": state.api}
        table = Table("component", "health", "pid", "address", box=None, pad_edge=False)
        for name in sorted({*COMPONENTS, *state.pids}, key=order_of):
            pid = str(state.pids.get(name, "external"))
            table.add_row(name, status.health.get(name, "unknown"), pid, redacted(addresses.get(name, "")))
        no_ui = "none; start it with: botarmy up --temporal-ui" if "temporal" in state.pids else "none"
        table.add_row("temporal ui", "", "", redacted(state.temporal_ui or no_ui))
        console.print(table)
