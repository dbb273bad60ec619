"""Temporal from the outside: connect, name workflows, start them and find them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowHandle
from temporalio.common import (
    Priority,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError, RPCStatusCode

from config.environment import utf8_environment
from models.contracts import search_attributes
from models.contracts.project import ProjectInput, ProjectResult
from models.contracts.workflow_state import HandoffInput, HandoffResult
from telemetry.engine import engine_metrics
from telemetry.tracing import temporal_interceptors
from workflows import options
from workflows.progress import PHASE, WAITING
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow

PIPELINE = SearchAttributeKey.for_keyword(search_attributes.PIPELINE)
GENERATION = "generation"
"""The memo field that says how many times the workflow had been restarted from its records when a run began."""
_ENGINE_LOG = TelemetryFilter(core_level="WARN", other_level="ERROR")
"""What the SDK logs by default."""


@cache
def _runtime(*, with_metrics: bool) -> Runtime:
    """Return the process's runtime. The engine's own log goes through `logging`, so that it has the same format."""
    logs = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    return Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(_ENGINE_LOG, forwarding=logs),
            metrics=engine_metrics().buffer if with_metrics else None,
            attach_service_name=False,
        )
    )


async def connect(*, lazy: bool = False, with_metrics: bool = False) -> Client:
    """Return a client from Temporal's own configuration (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, ..., or a profile).

    `lazy` connects at the first call, so that the server need not be available yet. With metrics, the caller has to
    read `engine_metrics()` from time to time.
    """
    config = ClientConfig.load_client_connect_config(override_env_vars=utf8_environment())
    config.setdefault("target_host", "127.0.0.1:7233")
    runtime = _runtime(with_metrics=with_metrics)
    return await Client.connect(
        **config,
        data_converter=pydantic_data_converter,
        lazy=lazy,
        runtime=runtime,
        interceptors=temporal_interceptors(),
    )


def project_workflow_id(project_id: object) -> str:
    return f"project-{project_id}"


def task_workflow_id(task_id: object) -> str:
    return f"task-{task_id}"


_REUSE = {False: WorkflowIDReusePolicy.REJECT_DUPLICATE, True: WorkflowIDReusePolicy.ALLOW_DUPLICATE}


async def start_project(client: Client, task_queue: str, project: ProjectInput, *, again: bool = False) -> bool:
    """Start a project's workflow once: its id prevents a second start. Return whether this call started it.

    `again` starts it even if a workflow with this id has closed.

    Raises:
        temporalio.service.RPCError: Temporal is unavailable.
    """
    try:
        await client.start_workflow(
            ProjectWorkflow.run,
            project,
            id=project_workflow_id(project.project_id),
            task_queue=task_queue,
            task_timeout=options.WORKFLOW_TASK,
            id_reuse_policy=_REUSE[again],
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=project.name[:200],
            priority=Priority(fairness_key=str(project.project_id)),
            memo={GENERATION: project.generation},
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(PIPELINE, project.pipeline.name),
                    SearchAttributePair(PHASE, project.pipeline.stages[0].name),
                    SearchAttributePair(WAITING, False),
                ]
            ),
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def start_handoff(client: Client, task_queue: str, handoff: HandoffInput, *, again: bool = False) -> bool:
    """Start the workflow of a standalone handoff, as `start_project` does."""
    try:
        await client.start_workflow(
            HandoffWorkflow.run,
            handoff,
            id=task_workflow_id(handoff.task_id),
            task_queue=task_queue,
            task_timeout=options.WORKFLOW_TASK,
            id_reuse_policy=_REUSE[again],
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=f"{handoff.handoff.to_agent} for {handoff.name}"[:200],
            priority=Priority(fairness_key=str(handoff.project_id)),
            memo={GENERATION: handoff.generation},
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


def project_handle(client: Client, project_id: object) -> WorkflowHandle[ProjectWorkflow, ProjectResult]:
    return client.get_workflow_handle_for(ProjectWorkflow.run, project_workflow_id(project_id))


def handoff_handle(client: Client, workflow_id: str) -> WorkflowHandle[HandoffWorkflow, HandoffResult]:
    return client.get_workflow_handle_for(HandoffWorkflow.run, workflow_id)


async def find_workflow(client: Client, workflow_id: str) -> WorkflowExecutionDescription | None:
    """Return the description of a workflow's latest run, or None if Temporal has none.

    Raises:
        temporalio.service.RPCError: Temporal is unavailable, or lacks the namespace.
    """
    try:
        return await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if not means_workflow_is_gone(error):
            raise
    return None


async def delete_histories(client: Client, workflow_ids: Iterable[str]) -> None:
    """Delete all runs of workflows, as far as visibility knows them.

    Raises:
        temporalio.service.RPCError: Temporal is unavailable, or lacks the namespace.
    """
    for workflow_id in workflow_ids:
        async for run in client.list_workflows(f'WorkflowId = "{workflow_id}"'):
            execution = WorkflowExecution(workflow_id=workflow_id, run_id=run.run_id)
            request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
            try:
                await client.workflow_service.delete_workflow_execution(request)
            except RPCError as error:
                if not means_workflow_is_gone(error):
                    raise


def means_workflow_is_gone(error: RPCError) -> bool:
    """Return whether an error means that the workflow does not exist or has closed.

    A missing namespace has the same status code, but says nothing about the workflow.
    """
    if error.status is not RPCStatusCode.NOT_FOUND:
        return False
    missing = NamespaceNotFoundFailure.DESCRIPTOR
    return not any(detail.Is(missing) for detail in error.grpc_status.details)


async def generation_of(run: WorkflowExecutionDescription) -> int:
    """Return the generation that a run was started with."""
    return int(await run.memo_value(GENERATION, 0))
