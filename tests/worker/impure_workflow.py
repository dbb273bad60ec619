"""A workflow that is not deterministic, which only the sandbox notices. A module of its own, as the sandbox imports it
again."""

from __future__ import annotations

from datetime import datetime

from temporalio import workflow


@workflow.defn(failure_exception_types=[Exception])
class ReadsTheClock:
    @workflow.run
    async def run(self) -> str:
        return str(datetime.now())  # noqa: DTZ005
