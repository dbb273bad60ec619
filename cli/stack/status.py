"""The status of a stack, as another process sees it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import httpx2
import psutil

from cli.stack.datadir import DataDir
from cli.stack.processes import health
from cli.stack.state import DamagedStateError, StackState

HEALTH_NAMES = {"database": "postgres"}
"""Components whose name in the API's health check differs from that in `pids`."""


@dataclass(frozen=True)
class StackStatus:
    """`supervisor` is its pid, None when no stack runs; `state` is None while it starts, or when it is `damaged`."""

    data_dir: str
    supervisor: int | None
    state: StackState | None
    health: dict[str, str] = field(default_factory=dict)
    damaged: str = ""

    @property
    def is_running(self) -> bool:
        return self.supervisor is not None

    @property
    def is_healthy(self) -> bool:
        return bool(self.health) and all(status == "ok" for status in self.health.values())

    def as_json(self) -> dict[str, object]:
        addresses = asdict(self.state) if self.state else {}
        return {
            "running": self.is_running,
            "well": self.is_healthy,
            "supervisor": self.supervisor,
            "data_dir": self.data_dir,
            **addresses,
            "health": self.health,
        }


async def read_status(data: DataDir) -> StackStatus:
    """Return the status of the stack on the data directory; the API is asked for the health of each component."""
    supervisor = data.holder()
    try:
        state = StackState.read(data.state_file) if supervisor is not None else None
    except DamagedStateError as error:
        return StackStatus(str(data.path), supervisor, None, damaged=str(error))
    if state is None:
        return StackStatus(str(data.path), supervisor, None)
    try:
        reported = await health(state.api)
        statuses = {"api": "ok"} | {HEALTH_NAMES.get(name, name): status for name, status in reported.items()}
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        statuses = {"api": "down"} | {name: "unknown" for name in state.pids if name != "api"}
    statuses |= {name: statuses.get(name.partition("-")[0], "unknown") for name in state.pids}
    statuses |= {name: "down" for name, pid in state.pids.items() if not psutil.pid_exists(pid)}
    return StackStatus(str(data.path), supervisor, state, statuses)
