"""Compare every open record with its workflow. A workflow that was ended in Temporal is recorded as ended; one whose
project is unknown, or has ended, is ended. Any other that is stuck is reported as a problem, for a person to restart
or end. Nothing restarts by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from config.settings import Settings
from models.contracts.enums import ProjectStatus, WorkflowProblemKind
from models.contracts.recovery import WorkflowProblem
from models.contracts.workflow_state import WorkflowView
from store import open_workflows, projects
from store.open_workflows import OpenWorkflow
from store.transaction import Store
from worker.workflow_diagnosis import find_difference, run_failure, task_failure
from workflows.client import find_workflow, generation_of, handoff_handle, project_handle
from workflows.progress import WAITING
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow

log = structlog.get_logger(__name__)

REPORTED_PROBLEMS = "TemporalReportedProblems"
"""The search attribute with which a server (1.30 or newer) marks a workflow whose tasks keep failing."""

STUCK_ATTEMPTS = 3
"""Attempts of one workflow task from which on it counts as stuck. A worker that dies during one costs one attempt."""

CONCURRENCY = 8
"""Workflows described at the same time."""

SAMPLE = 50
"""Workflows checked in each pass although nothing points to them, in turn: visibility may be wrong."""

QUERIES = 20
"""Workflows queried in each pass. Temporal may have to replay each of them for it."""

QUERY_TIMEOUT = timedelta(seconds=2)
MAX_UNANSWERED = 3
"""Queries that may fail before the rest of the pass makes no more."""

ENDED_OUTSIDE = {WorkflowExecutionStatus.TERMINATED, WorkflowExecutionStatus.TIMED_OUT}
"""Close statuses of a workflow that could not record how it ended."""


@dataclass(slots=True)
class _Listing:
    """The workflows running on our task queue, according to visibility, which may lag behind."""

    waiting: dict[str, bool] = field(default_factory=dict)
    with_problems: set[str] = field(default_factory=set)


class Reconciler:
    """Compares records and workflows, one pass at a time.

    A workflow and its records differ for a moment whenever one of them changes. A difference counts only if it is the
    same in two passes.
    """

    def __init__(self, store: Store, client: Client, settings: Settings) -> None:
        self._store, self._client, self._settings = store, client, settings
        self._last_sampled = ""
        self._differences: dict[str, str] = {}
        self._unneeded: set[str] = set()
        self._unanswered = 0

    async def reconcile(self) -> int:
        """Make one pass. Return how many records were changed.

        Raises:
            temporalio.service.RPCError: Temporal is unavailable or lacks the namespace, so that nothing is known.
        """
        await self._require_namespace()
        listing = await self._list()
        async with self._store.reading() as connection:
            records = await open_workflows.find(connection)
            pending = await open_workflows.pending_requests(connection)
            unknown = await open_workflows.unknown(connection, listing.waiting)
            ended = await open_workflows.ended(connection, listing.waiting)
        await self._end_unneeded(unknown, ended, len(listing.waiting))
        to_check, to_query = self._select(records, listing, pending)
        changed = self._unanswered = 0
        for group in _groups(to_check, CONCURRENCY):
            runs = await asyncio.gather(*(find_workflow(self._client, record.workflow_id) for record in group))
            if None in runs:
                await self._require_namespace()  # if it was removed meanwhile, all its workflows seem to be missing
            for record, run in zip(group, runs, strict=True):
                try:
                    changed += await self._check(record, run, to_query)
                except RPCError:
                    raise
                except Exception as error:  # one bad row must not keep the others from being checked
                    log.warning("workflow_not_checked", workflow_id=record.workflow_id, reason=repr(error))
        self._differences = {name: text for name, text in self._differences.items() if name in to_query}
        return changed

    async def _require_namespace(self) -> None:
        await self._client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=self._client.namespace)
        )

    async def _list(self) -> _Listing:
        """List the running workflows. If visibility returns none, all are checked in turn."""
        listing = _Listing()
        query = f'TaskQueue = "{self._settings.task_queue}" AND ExecutionStatus = "Running"'
        async for run in self._client.list_workflows(query):
            listing.waiting[run.id] = bool(run.typed_search_attributes.get(WAITING))
            if any(key.name == REPORTED_PROBLEMS for key, _ in run.typed_search_attributes):
                listing.with_problems.add(run.id)
        return listing

    async def _end_unneeded(self, unknown: set[str], ended: set[str], running: int) -> None:
        """End the workflows whose project was unknown, or had ended, in the last pass, too. If all are unknown, this is
        probably the wrong database, and none is ended.

        A project's end is the last thing that its workflow records. One that runs on is from an earlier moment.
        """
        again, self._unneeded = (unknown | ended) & self._unneeded, unknown | ended
        if again and len(unknown) == running:
            log.error("no_project_is_known", workflows=running)
            return
        for workflow_id in sorted(again):
            what, reason = (
                ("project_unknown", "Its project is not in the records.")
                if workflow_id in unknown
                else ("project_has_ended", "Its project has ended according to the records.")
            )
            log.warning(what, workflow_id=workflow_id)
            try:
                await self._client.get_workflow_handle(workflow_id).terminate(reason)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended meanwhile
                    raise

    def _select(
        self, records: list[OpenWorkflow], listing: _Listing, pending: dict[str, set[UUID]]
    ) -> tuple[list[OpenWorkflow], set[str]]:
        """Return the records whose workflow is to be checked, and the ids of the workflows to query."""
        to_query: set[str] = set()
        suspects: list[OpenWorkflow] = []
        others: list[OpenWorkflow] = []
        for record in records:
            name = record.workflow_id
            waiting = listing.waiting.get(name)
            if record.task_id is None and waiting is not None and waiting != bool(pending.get(name)):
                to_query.add(name)
            if record.problem is not None and record.problem.kind is WorkflowProblemKind.INCONSISTENT:
                to_query.add(name)
            if waiting is None or name in listing.with_problems or name in to_query or record.problem is not None:
                suspects.append(record)
            else:
                others.append(record)
        others.sort(key=lambda record: record.workflow_id)
        sample = [record for record in others if record.workflow_id > self._last_sampled][:SAMPLE]
        self._last_sampled = sample[-1].workflow_id if len(sample) == SAMPLE else ""
        # Standalone handoffs have no search attribute that could point to a difference.
        to_query |= {record.workflow_id for record in sample if record.task_id or record.status is ProjectStatus.PAUSED}
        to_query |= {record.workflow_id for record in sample[: max(0, QUERIES - len(to_query))]}
        return suspects + sample, set(sorted(to_query)[:QUERIES])

    async def _check(self, record: OpenWorkflow, run: WorkflowExecutionDescription | None, to_query: set[str]) -> bool:
        """Check one workflow. Return whether its record was changed."""
        if run is None:
            if record.unstarted:
                return False  # the sweeper starts it
            return await self._report(record, WorkflowProblemKind.MISSING, "Temporal has no such workflow.")
        if run.status is not WorkflowExecutionStatus.RUNNING:
            return await self._check_closed(record, run)
        if run.raw_description.pending_workflow_task.attempt >= STUCK_ATTEMPTS:
            cause = await task_failure(self._client, run)
            if cause is not None:
                return await self._report(record, WorkflowProblemKind.STUCK, cause, run.run_id)
        if record.workflow_id in to_query:
            difference = await self._query_difference(record)
            previous = self._differences.pop(record.workflow_id, None)
            if difference is not None:
                self._differences[record.workflow_id] = difference
                known = record.problem is not None and record.problem.kind is WorkflowProblemKind.INCONSISTENT
                if known or previous == difference:
                    return await self._report(record, WorkflowProblemKind.INCONSISTENT, difference, run.run_id)
                return False
        if record.problem is not None:
            async with self._store.transaction(record.project_id) as tx:
                return await open_workflows.record_problem(tx, record, None)
        return False

    async def _check_closed(self, record: OpenWorkflow, run: WorkflowExecutionDescription) -> bool:
        """Record the end of a workflow that could not record it itself. Anything else is a problem.

        A workflow records how it ended before it closes, except for a cancelled standalone handoff. A run of another
        generation was closed by a restart.
        """
        status = run.status
        assert status is not None
        is_current = await generation_of(run) == record.generation
        is_cancelled_handoff = record.task_id is not None and status is WorkflowExecutionStatus.CANCELED
        if is_current and (status in ENDED_OUTSIDE or is_cancelled_handoff):
            return await self._record_end(record, status)
        failure = await run_failure(self._client, run) if status is WorkflowExecutionStatus.FAILED else None
        detail = f"Its workflow is {status.name.lower().replace('_', ' ')} in Temporal, and still open in the records."
        detail += f" It failed with: {failure}" if failure is not None else ""
        return await self._report(record, WorkflowProblemKind.MISSING, detail, run.run_id)

    async def _record_end(self, record: OpenWorkflow, status: WorkflowExecutionStatus) -> bool:
        async with self._store.reading() as connection:
            now = await open_workflows.get(connection, record.workflow_id)
        if now is None or now.generation != record.generation:
            return False
        async with self._store.transaction(record.project_id) as tx:
            if record.task_id is None:
                await projects.set_status(tx, ProjectStatus.FAILED, "ended", "its workflow was ended in Temporal")
            else:
                await open_workflows.cancel_handoff(tx, record.workflow_id)
        log.warning("ended_outside", workflow_id=record.workflow_id, status=status.name)
        return True

    async def _report(
        self, record: OpenWorkflow, kind: WorkflowProblemKind, detail: str, run_id: str | None = None
    ) -> bool:
        known = record.problem
        if known is not None and (known.kind, known.detail, known.run_id) == (kind, detail, run_id):
            return False
        since = known.since if known is not None and known.kind is kind else datetime.now(UTC)
        problem = WorkflowProblem(kind=kind, detail=detail, since=since, run_id=run_id)
        async with self._store.transaction(record.project_id) as tx:
            recorded = await open_workflows.record_problem(tx, record, problem)
        if recorded:
            log.warning("workflow_problem", workflow_id=record.workflow_id, kind=str(kind), detail=detail)
        return recorded

    async def _query_difference(self, record: OpenWorkflow) -> str | None:
        """Query a workflow. Return where it differs from the records, or the last result if it does not answer."""
        try:
            if self._unanswered >= MAX_UNANSWERED:
                return self._differences.get(record.workflow_id)
            view = await self._query(record)
        except (RPCError, WorkflowQueryFailedError):
            self._unanswered += 1
            return self._differences.get(record.workflow_id)
        # The records are read after the query: what the workflow knew then had been recorded before.
        async with self._store.reading() as connection:
            pending = (await open_workflows.pending_requests(connection)).get(record.workflow_id, set())
            now = await open_workflows.get(connection, record.workflow_id)
        return find_difference(view, now, pending) if now is not None else None

    async def _query(self, record: OpenWorkflow) -> WorkflowView:
        if record.task_id is None:
            handle = project_handle(self._client, record.project_id)
            return await handle.query(ProjectWorkflow.state, rpc_timeout=QUERY_TIMEOUT)
        handoff = handoff_handle(self._client, record.workflow_id)
        stage = await handoff.query(HandoffWorkflow.state, rpc_timeout=QUERY_TIMEOUT)
        return WorkflowView(status=ProjectStatus.ACTIVE, phase=stage.stage, stages=(stage,))


def _groups(records: list[OpenWorkflow], size: int) -> Iterable[list[OpenWorkflow]]:
    return (records[start : start + size] for start in range(0, len(records), size))
