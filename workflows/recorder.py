"""Record what a workflow decides: one local activity at a time, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

from workflows import options

with workflow.unsafe.imports_passed_through():
    from activities.extensions import Extensions
    from activities.project_opening import ProjectOpening
    from activities.records import Records
    from models.contracts.enums import ProjectStatus
    from models.contracts.extension import HitlExtension, RecordExtensionInput
    from models.contracts.handoff import ArtifactRef, OpenRequest
    from models.contracts.hitl import HitlResponse, JudgedResponse
    from models.contracts.names import AgentType
    from models.contracts.records import (
        CheckResponseInput,
        OpenProjectInput,
        RecordExpiryInput,
        RecordProblemInput,
        RecordResponsesInput,
        RecordStatusInput,
        RecordStatusResult,
        RequestOutcome,
    )

In = TypeVar("In")
Out = TypeVar("Out")


class Recorder:
    """Runs local activities one at a time: concurrent ones have an open replay bug (temporalio/sdk-python #1578).

    `unrecorded` holds responses that arrived too late for a gate, until they are recorded. `generation` is that of the
    project's run.
    """

    def __init__(self, project_id: UUID, unrecorded: list[JudgedResponse], generation: int = 0) -> None:
        self._project_id = project_id
        self._generation = generation
        self.turn = asyncio.Lock()
        self.unrecorded = unrecorded

    async def responses(self, judged: Sequence[JudgedResponse], keeps: tuple[ArtifactRef, ...] = ()) -> RequestOutcome:
        """Record judged responses. Return the outcome of their request as recorded."""
        fact = RecordResponsesInput(project_id=self._project_id, responses=tuple(judged), keeps=keeps)
        return await self._record(Records.record_responses, fact, f"{len(judged)} response(s)")

    async def knows_request(self, response: HitlResponse) -> bool:
        """Return whether the records have the request that a response answers. If not, an error event is recorded."""
        fact = CheckResponseInput(project_id=self._project_id, response=response)
        return (await self._record(Records.check_response, fact, "a response ahead of its gate")).known

    async def extension(self, extension: HitlExtension) -> datetime | None:
        """Record a later deadline. Return the deadline as recorded, or None if the request is not open."""
        fact = RecordExtensionInput(project_id=self._project_id, extension=extension)
        return (await self._record(Extensions.record_extension, fact, "a later deadline")).deadline

    async def expiry(self, request: OpenRequest, *, accepts: bool) -> RequestOutcome:
        """Record that a request expired. Return its outcome as recorded: the request may have been closed already, or
        its deadline may have been postponed."""
        fact = RecordExpiryInput(
            project_id=self._project_id, request_id=request.request_id, accepts=accepts, deadline=request.expires_at
        )
        return await self._record(Records.record_expiry, fact, "the deadline passed")

    async def status(
        self,
        status: ProjectStatus,
        key: str,
        reason: str | None = None,
        postponed: Mapping[UUID, timedelta] | None = None,
    ) -> RecordStatusResult:
        """Record the project's status. Return the status as recorded: a project that has ended keeps its status."""
        fact = RecordStatusInput(
            project_id=self._project_id,
            status=status,
            key=key,
            reason=reason,
            put_off=dict(postponed or {}),
            generation=self._generation,
        )
        recorded = await self._record(Records.record_status, fact, f"project {status}")
        return recorded or RecordStatusResult(status=status, reason=reason)  # early versions returned nothing

    async def problem(self, message: str) -> None:
        fact = RecordProblemInput(project_id=self._project_id, message=message, key=str(workflow.uuid4()))
        await self._record(Records.record_problem, fact, "a problem")

    async def late_responses(self) -> None:
        """Record all late responses at once."""
        judged, self.unrecorded[:] = list(self.unrecorded), []
        try:
            if judged:
                await self.responses(judged)
        except BaseException:
            self.unrecorded[:0] = judged  # cancelled: they are recorded with the next ones
            raise

    async def open_project(self) -> tuple[AgentType, ...]:
        """Record that the project is active. Return the agents whose steps are short."""
        run_id = workflow.info().first_execution_run_id
        fact = OpenProjectInput(project_id=self._project_id, generation=self._generation, run_id=run_id)
        return (await self._record(ProjectOpening.open_project, fact, "project active")).short_agents

    async def _record(self, activity: Callable[[Any, In], Awaitable[Out]], fact: In, summary: str) -> Out:
        async with self.turn:
            try:
                return await workflow.execute_local_activity_method(
                    activity,
                    fact,
                    schedule_to_close_timeout=options.LOCAL_SECONDS,
                    retry_policy=options.LOCAL_RECORD_RETRIES,
                    summary=summary,
                )
            except FailureError as error:
                raise_if_final(error)
            try:
                return await workflow.execute_activity_method(
                    activity,
                    fact,
                    task_queue=options.records_queue(workflow.info().task_queue),
                    start_to_close_timeout=options.RECORD_TIMEOUT,
                    retry_policy=options.RECORD_RETRIES,
                    summary=summary,
                    priority=Priority(fairness_key=str(self._project_id)),
                )
            except FailureError as error:
                raise_if_final(error)
                raise


def raise_if_final(error: FailureError) -> None:
    """Raise an error that no retry can fix: a cancellation, or one that an activity marked as non-retryable."""
    if is_cancelled_exception(error):
        raise error
    failure = error if isinstance(error, ApplicationError) else error.cause  # that of a local activity is not wrapped
    if isinstance(failure, ApplicationError) and failure.non_retryable:
        raise failure
