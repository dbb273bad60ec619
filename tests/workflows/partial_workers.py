"""Workers that run a part of what the product's worker runs."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.worker import Worker

from activities.agent_step import AgentSteps
from config.settings import Settings
from store.transaction import Store
from tests.workflows.crew_under_test import Script
from worker.worker import activities
from worker.workflow_sandbox import StrictRunner
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow


def step_worker(client: Client, store: Store, script: Script, settings: Settings) -> Worker:
    """A worker that only runs agent steps."""
    steps = AgentSteps(store, script.crew(), settings.max_artifact_bytes, settings.daily_budget)
    return Worker(client, task_queue=settings.task_queue, activities=[steps.run_agent_step])


def workflow_worker(client: Client, store: Store, script: Script, settings: Settings) -> Worker:
    """A worker that only runs workflows with their local activities, and replays every workflow task."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[ProjectWorkflow, HandoffWorkflow],
        activities=activities(store, script.crew(), settings),
        no_remote_activities=True,
        workflow_runner=StrictRunner(),
        max_cached_workflows=0,
    )
