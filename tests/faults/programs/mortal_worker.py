"""The shipped worker, except that it is killed when an activity of the type MORTAL_ACTIVITY returns: after its commit,
before the result is reported."""

from __future__ import annotations

import os
import signal
from typing import Any
from unittest import mock

import uvloop
from temporalio import activity, client, worker

import worker.__main__ as program
from workflows.client import connect

KIND = "MORTAL_ACTIVITY"


class _Activity(worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:
        result = await super().execute_activity(input)
        if activity.info().activity_type == os.environ[KIND]:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


class _Mortal(client.Interceptor, worker.Interceptor):
    """A client interceptor that is also a worker interceptor applies to each worker of the client."""

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:
        return _Activity(next)


async def _mortal(**options: bool) -> client.Client:
    config = (await connect(**options)).config()
    config["interceptors"] = [_Mortal()]
    return client.Client(**config)


if __name__ == "__main__":
    with mock.patch.object(program, "connect", _mortal):
        uvloop.run(program.main())
