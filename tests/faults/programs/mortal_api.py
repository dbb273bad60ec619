"""The shipped API, except that it is killed just before it starts a workflow, after its commit, and just after it has
sent a signal named MORTAL_SIGNAL."""

from __future__ import annotations

import os
import signal
from typing import Any
from unittest import mock

from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    WorkflowHandle,
)

from api.__main__ import main
from workflows.client import connect


class _Start(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await super().signal_workflow(input)
        if input.signal == os.environ.get("MORTAL_SIGNAL"):
            os.kill(os.getpid(), signal.SIGKILL)


class _Mortal(Interceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Start(next)


async def _mortal(**options: bool) -> Client:
    config = (await connect(**options)).config()
    config["interceptors"] = [_Mortal()]
    return Client(**config)


if __name__ == "__main__":
    with mock.patch("api.services.connect", _mortal):
        main()
