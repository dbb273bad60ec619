"""What a stack is doing, seen from outside."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import httpx2
import psutil
from rich.console import Console
from rich.table import Table

from cli.stack.datadir import DataDir
from cli.stack.foreground import without_password
from cli.stack.programs import health
from cli.stack.state import COMPONENTS, DamagedStateError, StackState

HEALTH_NAMES = {"database": "postgres"}
"""What the API's health check calls otherwise than `pids` does."""


@dataclass(frozen=True)
class Inspection:
    """`supervisor` is its pid, None when nothing runs; `state` is None while it starts, or when it is `damaged`."""

    data_dir: str
    supervisor: int | None
    state: StackState | None
    health: dict[str, str] = field(default_factory=dict)
    damaged: str = ""

    @property
    def running(self) -> bool:
        return self.supervisor is not None

    @property
    def well(self) -> bool:
        return bool(self.health) and all(status == "ok" for status in self.health.values())

    def as_json(self) -> dict[str, object]:
        addresses = asdict(self.state) if self.state else {}
        about = {"running": self.running, "well": self.well, "supervisor": self.supervisor, "data_dir": self.data_dir}
        return {**about, **addresses, "health": self.health}


async def inspect(data: DataDir) -> Inspection:
    supervisor = data.holder()
    try:
        state = StackState.read(data.state_file) if supervisor is not None else None
    except DamagedStateError as error:
        return Inspection(str(data.path), supervisor, None, damaged=str(error))
    if state is None:
        return Inspection(str(data.path), supervisor, None)
    try:
        seen = await health(state.api)
        found = {"api": "ok"} | {HEALTH_NAMES.get(name, name): status for name, status in seen.items()}
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        found = {"api": "down"} | {name: "unknown" for name in state.pids if name != "api"}
    found |= {name: "down" for name, pid in state.pids.items() if not psutil.pid_exists(pid)}
    return Inspection(str(data.path), supervisor, state, found)


def show(found: Inspection, console: Console) -> None:
    """Print it as a table, without passwords."""
    if not found.running:
        console.print(f"Nothing runs on {found.data_dir}.")
    elif found.damaged:
        console.print(
            f"It runs (pid {found.supervisor}), and {found.damaged}. Stop it with `down`, then start it again."
        )
    elif found.state is None:
        console.print(f"Starting or stopping on {found.data_dir} (pid {found.supervisor}).")
    else:
        state = found.state
        addresses = {"postgres": state.database, "redis": state.redis, "temporal": state.temporal, "api": state.api}
        table = Table("component", "health", "pid", "address", box=None, pad_edge=False)
        for name in COMPONENTS:
            pid = str(state.pids.get(name, "external"))
            table.add_row(name, found.health.get(name, "unknown"), pid, without_password(addresses.get(name, "")))
        no_ui = "none; botarmy up --temporal-ui starts it" if "temporal" in state.pids else "none"
        table.add_row("temporal ui", "", "", state.temporal_ui or no_ui)
        console.print(table)
