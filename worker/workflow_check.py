"""Compare one open record with its workflow, and record what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError

from models.contracts.enums import ProjectStatus, WorkflowProblemKind
from models.contracts.recovery import WorkflowProblem
from models.contracts.workflow_state import WorkflowView
from store import open_workflows, projects, workflow_repairs
from store.open_workflows import OpenWorkflow
from store.transaction import Store
from worker.workflow_diagnosis import find_difference, run_failure, task_failure
from workflows.client import generation_of, handoff_handle, project_handle
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow

log = structlog.get_logger(__name__)

STUCK_ATTEMPTS = 3
"""Attempts of one workflow task from which on it counts as stuck. A worker that dies during one costs one attempt."""

QUERY_TIMEOUT = timedelta(seconds=2)
MAX_UNANSWERED = 3
"""Queries that may fail before the rest of the pass makes no more."""

ENDED_OUTSIDE = {WorkflowExecutionStatus.TERMINATED, WorkflowExecutionStatus.TIMED_OUT}
"""Close statuses of a workflow that could not record how it ended."""


class WorkflowChecker:
    """Checks one workflow after the other, in passes.

    A workflow and its records differ for a moment whenever one of them changes. A difference counts only if it is the
    same in two passes.
    """

    def __init__(self, store: Store, client: Client) -> None:
        self._store, self._client = store, client
        self._differences: dict[str, str] = {}
        self._to_query: set[str] = set()
        self._unanswered = 0

    def start_pass(self, to_query: set[str]) -> None:
        """Start a pass, which queries these workflows."""
        self._to_query = to_query
        self._unanswered = 0

    def end_pass(self) -> None:
        """Forget the differences of workflows that this pass did not query."""
        self._differences = {name: text for name, text in self._differences.items() if name in self._to_query}

    async def check(self, record: OpenWorkflow, run: WorkflowExecutionDescription | None) -> bool:
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
        if record.workflow_id in self._to_query:
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
                return await workflow_repairs.record_problem(tx, record, None)
        return False

    async def _check_closed(self, record: OpenWorkflow, run: WorkflowExecutionDescription) -> bool:
        """Record the end of a workflow that could not record it itself. Anything else is a problem.

        A workflow records how it ended before it closes, except for a cancelled standalone handoff. A run of another
        generation was closed by a restart.
        """
        status = run.status
        assert status is not None
        is_current = await generation_of(run) == record.generation
        if record.unstarted and not is_current:
            return False  # the project is retried, and the sweeper starts it
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
                await workflow_repairs.cancel_handoff(tx, record.workflow_id)
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
            recorded = await workflow_repairs.record_problem(tx, record, problem)
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
