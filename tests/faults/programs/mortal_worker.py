"""The worker as it is shipped, but that it dies when an activity of the kind in MORTAL_ACTIVITY has returned: after its
commit, and before anybody hears of it."""

from __future__ import annotations

import os
import signal
from typing import Any

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
    """A client's interceptor that is one of workers, too, is one of each worker of the client."""

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:
        return _Activity(next)


async def _mortal() -> client.Client:
    return client.Client(**{**(await connect()).config(), "interceptors": [_Mortal()]})


if __name__ == "__main__":
    program.connect = _mortal
    uvloop.run(program.main())
