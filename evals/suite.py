"""All briefs of an eval, some at a time, under one cost limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from cli.client.address import Address
from cli.client.http import Client
from cli.client.session import PATIENCE
from evals.briefs import EvalCase
from evals.evaluation import EvalResult, Evaluation
from evals.usage import EvalUsage
from sandbox import Sandbox

POLL_SECONDS = 2.0
"""How often the cost of running projects is read."""


class Suite:
    """Runs briefs through the crew of a running stack.

    Args:
        fields: the fields of each project beside its name and brief.
        parallel: how many projects run at a time.
        max_cost_usd: once this is spent, no project is started, and those that run are cancelled. The calls that are
            in flight then may still cost.
        report: called with a line when a project starts or ends.
    """

    def __init__(
        self,
        address: Address,
        cases: Sequence[EvalCase],
        fields: Mapping[str, str],
        sandbox: Sandbox,
        *,
        parallel: int,
        max_cost_usd: float,
        report: Callable[[str], None],
    ) -> None:
        self._address = address
        self._cases = cases
        self._fields = fields
        self._sandbox = sandbox
        self._slots = asyncio.Semaphore(parallel)
        self._max_cost_usd = max_cost_usd
        self._report = report
        self._stop = asyncio.Event()
        self._started: list[Evaluation] = []
        self._running: set[Evaluation] = set()

    async def run(self) -> list[EvalResult]:
        """Return the results in the order of the briefs."""
        async with Client(self._address, PATIENCE) as client, asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch())
            tasks = [group.create_task(self._evaluate(client, case)) for case in self._cases]
            # If this is cancelled, the group cancels all of them at once, so that none starts in another's place.
            await asyncio.wait(tasks)
            watching.cancel()
        return [task.result() for task in tasks]

    async def _evaluate(self, client: Client, case: EvalCase) -> EvalResult:
        async with self._slots:
            if self._stop.is_set():
                return _not_started(case)
            self._report(f"{case.name}: started")
            evaluation = Evaluation(client, case, self._fields, self._sandbox, self._stop)
            self._started.append(evaluation)
            self._running.add(evaluation)
            try:
                result = await evaluation.run()
            finally:
                self._running.remove(evaluation)
            self._report(_ending(result))
            self._check()
            return result

    async def _watch(self) -> None:
        while not self._stop.is_set():
            await asyncio.sleep(POLL_SECONDS)
            for evaluation in tuple(self._running):
                await evaluation.measure()
            self._check()

    def _check(self) -> None:
        """Stop, if the cost limit is reached."""
        spent = sum(evaluation.used.cost_usd for evaluation in self._started)
        if spent > self._max_cost_usd and not self._stop.is_set():
            self._report(f"The cost limit of ${self._max_cost_usd:.2f} is reached: ${spent:.2f} is spent.")
            self._stop.set()


def _not_started(case: EvalCase) -> EvalResult:
    reason = "not started: cost limit reached"
    return EvalResult(case.name, None, reason, case.hidden_tests, 0, (), EvalUsage(), 0.0)


def _ending(result: EvalResult) -> str:
    if not result.delivered:
        return f"{result.brief}: not delivered: {result.reason}"
    return f"{result.brief}: delivered, {result.hidden_passed} of {result.hidden_tests} hidden tests pass"
