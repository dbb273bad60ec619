"""Components for the supervisor: a worker, an API, or a test program that behaves like one."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2
import psutil
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from cli.stack.checkout import python_path
from cli.stack.component import Component, NotReadyError
from cli.stack.ports import free_port


class Program(Component):
    """A Python package that is run with `python -m`, in a folder without a `.env`."""

    start_seconds = 60.0
    stop_seconds = 20.0

    def __init__(self, name: str, package: str, environment: Mapping[str, str], folder: Path) -> None:
        self.name, self.folder = name, folder
        self._package, self._environment = package, environment

    def command(self) -> Sequence[str]:
        return [sys.executable, "-P", "-m", self._package]

    def environment(self) -> Mapping[str, str]:
        return {**python_path(), "PYTHONUNBUFFERED": "1", **self._environment}


class Api(Program):
    """An API; it is ready when it answers."""

    def __init__(self, name: str, package: str, environment: Mapping[str, str], folder: Path) -> None:
        super().__init__(name, package, environment, folder)
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def address(self) -> str:
        return self.url

    async def prepare(self) -> None:
        self._port = self._port or free_port()

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), "BOTARMY_PORT": str(self._port)}

    async def check(self, pid: int) -> None:
        if self._port not in {connection.laddr.port for connection in psutil.Process(pid).net_connections("tcp")}:
            raise NotReadyError("it does not listen yet")
        async with httpx2.AsyncClient(base_url=self.url, trust_env=False) as client:
            (await client.get("/health/")).raise_for_status()


class Worker(Program):
    """A worker; it is ready when Temporal lists its process as a poller."""

    def __init__(self, name: str, package: str, environment: Mapping[str, str], folder: Path, temporal: Client) -> None:
        super().__init__(name, package, environment, folder)
        self._temporal = temporal
        self._queue = environment["BOTARMY_TASK_QUEUE"]

    async def check(self, pid: int) -> None:
        for kind in (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY):
            described = await self._temporal.workflow_service.describe_task_queue(
                DescribeTaskQueueRequest(
                    namespace=self._temporal.namespace, task_queue=TaskQueue(name=self._queue), task_queue_type=kind
                )
            )
            if f"{pid}@{socket.gethostname()}" not in {poller.identity for poller in described.pollers}:
                raise NotReadyError("it does not poll yet")
