"""Looks whether each open record has its workflow, and whether that goes on. What was ended in Temporal is written down
as ended; what else does not go on is told of, for a person to start again or to end. Nothing starts again by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, HistoryEventFilterType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryReverseRequest,
)
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError

from config.settings import Settings
from models.contracts.enums import ProjectStatus, WorkflowProblemKind
from models.contracts.project import WorkflowView
from models.contracts.recovery import WorkflowProblem
from store import open_workflows, projects
from store.open_workflows import OpenWorkflow
from store.transaction import Store
from workflows.client import find_workflow, generation_of, handoff_handle, project_handle
from workflows.project import WAITING, ProjectWorkflow
from workflows.task import HandoffWorkflow

log = structlog.get_logger(__name__)

REPORTED_PROBLEMS = "TemporalReportedProblems"
"""The search attribute with which a server (1.30 or newer) marks a workflow whose tasks keep failing."""

STUCK_ATTEMPTS = 3
"""So many attempts at one workflow task are no hiccup: a worker that dies in the middle of one costs one."""

AT_ONCE = 8
"""Workflows that are looked at together."""

SAMPLE = 50
"""Workflows that are looked at each time although nothing points to them, in turn: a list may lie."""

QUERIES = 20
"""Workflows that are asked each time for what they wait for; each may have to be replayed for it."""

QUERY_TIMEOUT = timedelta(seconds=2)
UNANSWERED = 3
"""After so many queries that nobody answered no more are made until the next look."""

ENDED_OUTSIDE = {WorkflowExecutionStatus.TERMINATED, WorkflowExecutionStatus.TIMED_OUT}
"""How a workflow closes that could not write how it ended."""


@dataclass(slots=True)
class _Listed:
    """What visibility says of the workflows that run on our queue: hints, which may be late."""

    waiting: dict[str, bool] = field(default_factory=dict)
    troubled: set[str] = field(default_factory=set)


class Reconciler:
    """Compares records and workflows, look by look. What a workflow and the records say of its gates differs for a
    moment whenever one of them moves on; it counts when it is the same at two looks."""

    def __init__(self, store: Store, client: Client, settings: Settings) -> None:
        self._store, self._client, self._settings = store, client, settings
        self._sampled = ""
        self._differed: dict[str, str] = {}
        self._unanswered = 0

    async def reconcile(self) -> int:
        """Look once; returns how many records were changed.

        Raises:
            temporalio.service.RPCError: Temporal is unavailable, or lacks the namespace: nothing is known then.
        """
        await self._require_namespace()
        listed = await self._list()
        async with self._store.reading() as connection:
            rows = await open_workflows.find(connection)
            pending = await open_workflows.pending_requests(connection)
        suspects, doubtful = self._sort(rows, listed, pending)
        changed = self._unanswered = 0
        for group in _groups(suspects, AT_ONCE):
            found = await asyncio.gather(*(find_workflow(self._client, row.workflow_id) for row in group))
            if None in found:
                await self._require_namespace()  # one that was removed meanwhile has no workflows either
            for row, described in zip(group, found, strict=True):
                try:
                    changed += await self._judge(row, described, doubtful)
                except RPCError:
                    raise
                except Exception as error:  # an odd row keeps no other from being looked at
                    log.warning("workflow_not_judged", workflow_id=row.workflow_id, reason=repr(error))
        self._differed = {name: what for name, what in self._differed.items() if name in doubtful}
        return changed

    async def _require_namespace(self) -> None:
        await self._client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=self._client.namespace)
        )

    async def _list(self) -> _Listed:
        """The workflows that run, as visibility has them. Where it has none to give, all are looked at in turn."""
        listed = _Listed()
        query = f'TaskQueue = "{self._settings.task_queue}" AND ExecutionStatus = "Running"'
        async for one in self._client.list_workflows(query):
            listed.waiting[one.id] = bool(one.typed_search_attributes.get(WAITING))
            if any(key.name == REPORTED_PROBLEMS for key, _ in one.typed_search_attributes):
                listed.troubled.add(one.id)
        return listed

    def _sort(
        self, rows: list[OpenWorkflow], listed: _Listed, pending: dict[str, set[UUID]]
    ) -> tuple[list[OpenWorkflow], set[str]]:
        """The rows whose workflow is to be looked at, and the ids of those that are to be asked what they wait for."""
        doubtful: set[str] = set()
        suspects: list[OpenWorkflow] = []
        rest: list[OpenWorkflow] = []
        for row in rows:
            name = row.workflow_id
            waits = listed.waiting.get(name)
            if row.task_id is None and waits is not None and waits != bool(pending.get(name)):
                doubtful.add(name)
            if row.problem is not None and row.problem.kind is WorkflowProblemKind.INCONSISTENT:
                doubtful.add(name)
            if waits is None or name in listed.troubled or name in doubtful or row.problem is not None:
                suspects.append(row)
            else:
                rest.append(row)
        rest.sort(key=lambda row: row.workflow_id)
        sample = [row for row in rest if row.workflow_id > self._sampled][:SAMPLE]
        self._sampled = sample[-1].workflow_id if len(sample) == SAMPLE else ""
        # Of a handoff of its own nothing is listed that could point to it.
        doubtful |= {row.workflow_id for row in sample if row.task_id or row.status is ProjectStatus.PAUSED}
        doubtful |= {row.workflow_id for row in sample[: max(0, QUERIES - len(doubtful))]}
        return suspects + sample, set(sorted(doubtful)[:QUERIES])

    async def _judge(
        self, row: OpenWorkflow, described: WorkflowExecutionDescription | None, doubtful: set[str]
    ) -> bool:
        """Write down what the look has shown; returns whether anything was to be written."""
        if described is None:
            if row.unstarted:
                return False  # it is started late, as the sweeper does
            return await self._tell(row, WorkflowProblemKind.MISSING, "Temporal has no such workflow.")
        if described.status is not WorkflowExecutionStatus.RUNNING:
            return await self._judge_closed(row, described)
        if described.raw_description.pending_workflow_task.attempt >= STUCK_ATTEMPTS:
            cause = await self._failing(described)
            if cause is not None:
                return await self._tell(row, WorkflowProblemKind.STUCK, cause, described.run_id)
        if row.workflow_id in doubtful:
            difference = await self._difference(row)
            before = self._differed.pop(row.workflow_id, None)
            if difference is not None:
                self._differed[row.workflow_id] = difference
                known = row.problem is not None and row.problem.kind is WorkflowProblemKind.INCONSISTENT
                if known or before == difference:
                    return await self._tell(row, WorkflowProblemKind.INCONSISTENT, difference, described.run_id)
                return False
        if row.problem is not None:
            async with self._store.transaction(row.project_id) as tx:
                return await open_workflows.record_problem(tx, row, None)
        return False

    async def _judge_closed(self, row: OpenWorkflow, described: WorkflowExecutionDescription) -> bool:
        """A workflow writes how it ended before it closes, and the records of the handoff of its own that is cancelled
        are written here. One of another generation was closed so that the next could begin."""
        status = described.status
        assert status is not None
        ours = await generation_of(described) == row.generation
        outside = status in ENDED_OUTSIDE or (row.task_id is not None and status is WorkflowExecutionStatus.CANCELED)
        if ours and outside:
            return await self._settle(row, status)
        word = status.name.lower().replace("_", " ")
        cause = await self._failure(described) if status is WorkflowExecutionStatus.FAILED else ""
        detail = f"Its workflow is {word} in Temporal, and the records do not say so.{cause}"
        return await self._tell(row, WorkflowProblemKind.MISSING, detail, described.run_id)

    async def _settle(self, row: OpenWorkflow, status: WorkflowExecutionStatus) -> bool:
        async with self._store.reading() as connection:
            now = await open_workflows.get(connection, row.workflow_id)
        if now is None or now.generation != row.generation:
            return False
        async with self._store.transaction(row.project_id) as tx:
            if row.task_id is None:
                await projects.set_status(tx, ProjectStatus.FAILED, "ended", "its workflow was ended in Temporal")
            else:
                await open_workflows.cancel_handoff(tx, row.workflow_id)
        log.warning("ended_outside", workflow_id=row.workflow_id, status=status.name)
        return True

    async def _tell(self, row: OpenWorkflow, kind: WorkflowProblemKind, detail: str, run_id: str | None = None) -> bool:
        known = row.problem
        if known is not None and (known.kind, known.detail, known.run_id) == (kind, detail, run_id):
            return False
        since = known.since if known is not None and known.kind is kind else datetime.now(UTC)
        problem = WorkflowProblem(kind=kind, detail=detail, since=since, run_id=run_id)
        async with self._store.transaction(row.project_id) as tx:
            told = await open_workflows.record_problem(tx, row, problem)
        if told:
            log.warning("workflow_problem", workflow_id=row.workflow_id, kind=str(kind), detail=detail)
        return told

    async def _failing(self, described: WorkflowExecutionDescription) -> str | None:
        """Why a workflow's tasks fail, as its history says; None where they do not, and only wait or time out."""
        answer = await self._client.workflow_service.get_workflow_execution_history_reverse(
            GetWorkflowExecutionHistoryReverseRequest(
                namespace=described.namespace,
                execution=WorkflowExecution(workflow_id=described.id, run_id=described.run_id),
                maximum_page_size=10,
            )
        )
        for event in answer.history.events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                return None
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                return _cause(event)
        return None

    async def _failure(self, described: WorkflowExecutionDescription) -> str:
        """With what a workflow failed."""
        answer = await self._client.workflow_service.get_workflow_execution_history(
            GetWorkflowExecutionHistoryRequest(
                namespace=described.namespace,
                execution=WorkflowExecution(workflow_id=described.id, run_id=described.run_id),
                history_event_filter_type=HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
            )
        )
        failures = [one.workflow_execution_failed_event_attributes.failure for one in answer.history.events]
        if not failures:
            return ""
        failure = failures[-1]
        while failure.HasField("cause"):
            failure = failure.cause
        return f" It failed with: {failure.message[:500]}"

    async def _difference(self, row: OpenWorkflow) -> str | None:
        """What a workflow says of itself that the records do not bear out; None where they agree, or nobody answers."""
        try:
            if self._unanswered >= UNANSWERED:
                return self._differed.get(row.workflow_id)
            view = await self._view(row)
        except (RPCError, WorkflowQueryFailedError):
            self._unanswered += 1
            return self._differed.get(row.workflow_id)  # nothing new is known
        # Only then the rows: what the workflow had heard of was written before it said so.
        async with self._store.reading() as connection:
            pending = (await open_workflows.pending_requests(connection)).get(row.workflow_id, set())
            now = await open_workflows.get(connection, row.workflow_id)
        return difference(view, now, pending) if now is not None else None

    async def _view(self, row: OpenWorkflow) -> WorkflowView:
        if row.task_id is None:
            handle = project_handle(self._client, row.project_id)
            return await handle.query(ProjectWorkflow.state, rpc_timeout=QUERY_TIMEOUT)
        alone = handoff_handle(self._client, row.workflow_id)
        stage = await alone.query(HandoffWorkflow.state, rpc_timeout=QUERY_TIMEOUT)
        return WorkflowView(status=ProjectStatus.ACTIVE, phase=stage.stage, stages=(stage,))


def difference(view: WorkflowView, row: OpenWorkflow, pending: set[UUID]) -> str | None:
    """Where a workflow's view of itself and the records part, if they do."""
    status = row.status
    for stage in view.stages:
        if stage.request_id is not None and stage.request_id not in pending:
            return f"It waits for a decision on {stage.stage}, round {stage.round}, which is not open in the records."
    asked = {stage.request_id for stage in view.stages}
    idle = all(stage.status != "working" for stage in view.stages)
    if idle and pending - asked:
        return "The records have an open request that the workflow does not wait for."
    if row.task_id is not None:
        return None
    if status is ProjectStatus.STARTING and any(stage.status != "pending" for stage in view.stages):
        return "Its workflow is at work, and the records do not know that it has begun."
    if (view.status is ProjectStatus.PAUSED) != (status is ProjectStatus.PAUSED):
        return f"Its workflow says that it is {view.status}, and the records that it is {status}."
    return None


def _cause(event: HistoryEvent) -> str:
    attributes = event.workflow_task_failed_event_attributes
    word = WorkflowTaskFailedCause.Name(attributes.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
    message = " ".join(attributes.failure.message.split())[:500]
    return f"Its workflow tasks fail ({word.lower().replace('_', ' ')}): {message}"


def _groups(rows: list[OpenWorkflow], size: int) -> Iterable[list[OpenWorkflow]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
