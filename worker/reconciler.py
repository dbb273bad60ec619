"""Compare every open record with its workflow. A workflow that was ended in Temporal is recorded as ended; one whose
project is unknown, or has ended, is ended. Any other that is stuck is reported as a problem, for a person to restart
or end. Nothing restarts by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from config.settings import Settings
from models.contracts.enums import ProjectStatus, WorkflowProblemKind
from store import open_workflows
from store.open_workflows import OpenWorkflow
from store.transaction import Store
from worker.one_of_many import one_of_many
from worker.workflow_check import WorkflowChecker
from workflows.client import find_workflow, means_workflow_is_gone
from workflows.progress import WAITING

log = structlog.get_logger(__name__)

REPORTED_PROBLEMS = "TemporalReportedProblems"
"""The search attribute with which a server (1.30 or newer) marks a workflow whose tasks keep failing."""

CONCURRENCY = 8
"""Workflows described at the same time."""

SAMPLE = 50
"""Workflows checked in each pass although nothing points to them, in turn: visibility may be wrong."""

QUERIES = 20
"""Workflows queried in each pass. Temporal may have to replay each of them for it."""


@dataclass(slots=True)
class _Listing:
    """The workflows running on our task queue, according to visibility, which may lag behind."""

    waiting: dict[str, bool] = field(default_factory=dict)
    run_ids: dict[str, str] = field(default_factory=dict)
    with_problems: set[str] = field(default_factory=set)


class Reconciler:
    """Compares records and workflows, one pass at a time."""

    def __init__(self, store: Store, client: Client, settings: Settings) -> None:
        self._store, self._client, self._settings = store, client, settings
        self._checker = WorkflowChecker(store, client)
        self._last_sampled = ""
        self._unneeded: set[str] = set()

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
        await self._end_unneeded(unknown, ended, listing.run_ids)
        to_check, to_query = self._select(records, listing, pending)
        self._checker.start_pass(to_query)
        changed = 0
        for group in _groups(to_check, CONCURRENCY):
            finding = (find_workflow(self._client, record.workflow_id) for record in group)
            runs = await asyncio.gather(*finding, return_exceptions=True)
            if None in runs:
                await self._require_namespace()  # if it was removed meanwhile, all its workflows seem to be missing
            for record, run in zip(group, runs, strict=True):
                with one_of_many("workflow_not_checked", workflow_id=record.workflow_id):
                    if isinstance(run, BaseException):
                        raise run
                    changed += await self._checker.check(record, run)
        self._checker.end_pass()
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
            listing.run_ids[run.id] = run.run_id
            if any(key.name == REPORTED_PROBLEMS for key, _ in run.typed_search_attributes):
                listing.with_problems.add(run.id)
        return listing

    async def _end_unneeded(self, unknown: set[str], ended: set[str], running: Mapping[str, str]) -> None:
        """End the workflows whose project was unknown, or had ended, in the last pass, too. If all are unknown, this is
        probably the wrong database, and none is ended. `running` are the runs by the id of their workflow.

        A project's end is the last thing that its workflow records. One that runs on is from an earlier moment.
        """
        again, self._unneeded = (unknown | ended) & self._unneeded, unknown | ended
        if again and len(unknown) == len(running):
            log.error("no_project_is_known", workflows=len(running))
            return
        for workflow_id in sorted(again):
            what, reason = (
                ("project_unknown", "Its project is not in the records.")
                if workflow_id in unknown
                else ("project_has_ended", "Its project has ended according to the records.")
            )
            log.warning(what, workflow_id=workflow_id)
            with one_of_many("workflow_not_ended", workflow_id=workflow_id):
                try:
                    # This run only: a project that had ended may be retried by now.
                    await self._client.get_workflow_handle(workflow_id, run_id=running[workflow_id]).terminate(reason)
                except RPCError as error:
                    if not means_workflow_is_gone(error):  # it has ended meanwhile
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


def _groups(records: list[OpenWorkflow], size: int) -> Iterable[list[OpenWorkflow]]:
    return (records[start : start + size] for start in range(0, len(records), size))
