"""One brief, run through the crew of a running stack, over REST."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

from cli.client.decider import AutomaticDecider, UnattendedFailureError
from cli.client.gate_policy import GatePolicy
from cli.client.http import Client
from cli.client.project_view import ProjectView
from cli.client.projects import create, source_body
from cli.client.request_shapes import Request
from cli.client.session import Session
from cli.client.shapes import Event, Project
from cli.errors import CommandError
from evals.briefs import EvalCase
from evals.delivery import HiddenTests, fetch_package, run_hidden_tests
from evals.usage import EvalUsage, UsageReader
from models.contracts.enums import ProjectStatus
from sandbox import Sandbox

DECIDED_BY = "botarmy eval"
"""Why no person is asked, as the project's log says it."""

CANCEL_SECONDS = 10.0
"""How long to wait for an API that does not answer, before the project is left as it is."""


@dataclass(frozen=True, slots=True)
class EvalResult:
    """The outcome of one brief. `reason` says why it was not delivered. `seconds` is the time until it was, or until
    it was clear that it will not be; `failures` has a text for each hidden test that did not pass, or for their run."""

    brief: str
    project_id: str | None
    reason: str | None
    hidden_tests: int
    hidden_passed: int
    failures: tuple[str, ...]
    usage: EvalUsage
    seconds: float

    @property
    def delivered(self) -> bool:
        return self.reason is None

    @property
    def is_good(self) -> bool:
        return self.delivered and self.hidden_passed == self.hidden_tests and not self.failures


class NotDeliveredError(Exception):
    """The project delivers nothing; the message says why."""


class Evaluation:
    """Runs one brief through the crew. It approves reviews, and never a failed step or a failed verdict.

    A project that does not deliver is cancelled, so that nothing is left to pay for or to decide.

    Args:
        fields: the fields of the new project beside its name and brief.
        stop: ends it, when it is set.
    """

    def __init__(
        self, client: Client, case: EvalCase, fields: Mapping[str, str], sandbox: Sandbox, stop: asyncio.Event
    ) -> None:
        self._client = client
        self._case = case
        self._fields = fields
        self._sandbox = sandbox
        self._stop = stop
        self._reader: UsageReader | None = None

    @property
    def used(self) -> EvalUsage:
        """What the project had used when it was measured last."""
        return self._reader.last if self._reader else EvalUsage()

    async def measure(self) -> None:
        """Read what the project has used, if the API answers."""
        with suppress(CommandError):
            if self._reader is not None:
                await self._reader.read()

    async def run(self) -> EvalResult:
        """Return the result once the project has ended. Whatever goes wrong is a result."""
        started, reason, hidden = time.monotonic(), None, HiddenTests()
        try:
            files = await self._deliver()
        except (CommandError, NotDeliveredError) as error:
            seconds, reason = time.monotonic() - started, str(error)
        else:
            seconds = time.monotonic() - started
            hidden = await run_hidden_tests(self._case, files, self._sandbox)
        await self.measure()
        return EvalResult(
            brief=self._case.name,
            project_id=self._reader.project_id if self._reader else None,
            reason=reason,
            hidden_tests=hidden.found or self._case.hidden_tests,
            hidden_passed=hidden.passed,
            failures=hidden.failures,
            usage=self.used,
            seconds=seconds,
        )

    async def _deliver(self) -> Mapping[str, str]:
        """Return the files of the package.

        Raises:
            CommandError: the API refused, or is unavailable.
            NotDeliveredError: the project delivers nothing.
        """
        body: dict[str, Any] = {"name": self._case.name, "description": self._case.text, **self._fields}
        if self._case.source is not None:
            body["source"] = source_body(self._case.source)
        creating = asyncio.create_task(create(self._client, body))
        try:
            project = await asyncio.shield(creating)
        except asyncio.CancelledError:
            await self._cancel(creating)
            raise
        self._reader = UsageReader(self._client, project.id)
        try:
            await self._follow(project)
            return await fetch_package(self._client, project.id)
        except BaseException:  # also when the command is interrupted
            await asyncio.shield(self._cancel(creating))
            raise

    async def _follow(self, project: Project) -> None:
        """Return when the project has completed."""
        view = ProjectView.of(project, is_rehearsal=False)
        decider = AutomaticDecider(GatePolicy.APPROVE, DECIDED_BY)
        session = asyncio.create_task(Session(self._client, project, view, _Silent(), decider).run())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait((session, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not session.done():
                raise NotDeliveredError("stopped: cost limit reached")
            session.result()
        except UnattendedFailureError as failure:
            raise NotDeliveredError(_reason(failure.request)) from None
        finally:
            session.cancel()
            stopped.cancel()
            await asyncio.gather(session, stopped, return_exceptions=True)
        if view.status != ProjectStatus.COMPLETED:
            raise NotDeliveredError(f"the project was {view.status}{f': {view.reason}' if view.reason else ''}")
        if failed := [row.name for row in view.stages.values() if row.has_failed_verdict]:
            raise NotDeliveredError(f"{', '.join(failed)} found failures")

    async def _cancel(self, creating: asyncio.Task[Project]) -> None:
        """Cancel the project, once the API has said its id."""
        with suppress(CommandError, TimeoutError):  # it has ended, or the API is unavailable
            async with asyncio.timeout(CANCEL_SECONDS):
                await self._client.post(f"/projects/{(await creating).id}/cancel")


def _reason(request: Request) -> str:
    what = (request.task.error or request.question) if request.is_failed_step else "it found failures"
    return f"{request.stage}: {what}"


class _Silent:
    """Displays nothing: the projects of an eval run side by side."""

    shows_spending = shows_writing = False

    def show(self, event: Event, view: ProjectView) -> None: ...

    def message(self, text: str) -> None: ...

    def connection_problem(self, reason: str | None) -> None: ...

    def paused(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None: ...
