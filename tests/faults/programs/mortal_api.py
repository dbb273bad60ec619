"""The shipped API, except that it is killed just before it starts a workflow, after its commit, and just after it has
sent a signal named MORTAL_SIGNAL or committed an event of the type MORTAL_EVENT."""

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
from models.contracts.event_data import EventData
from store.transaction import Transaction
from workflows.client import connect


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Start(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        _die()
        raise AssertionError("still alive")

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await super().signal_workflow(input)
        if input.signal == os.environ.get("MORTAL_SIGNAL"):
            _die()


class _Mortal(Interceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Start(next)


async def _mortal(**options: bool) -> Client:
    config = (await connect(**options)).config()
    config["interceptors"] = [_Mortal()]
    return Client(**config)


_record = Transaction.record


def _mortal_record(tx: Transaction, data: EventData, **more: Any) -> None:
    _record(tx, data, **more)
    if data.event_type == os.environ.get("MORTAL_EVENT"):
        tx.after_commit(_die)


if __name__ == "__main__":
    with mock.patch("api.services.connect", _mortal), mock.patch.object(Transaction, "record", _mortal_record):
        main()
