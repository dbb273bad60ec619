"""What runs workflow code: without a sandbox in production, and in the strict sandbox in tests and replays."""

from dataclasses import dataclass
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

# The strict sandbox imports these once, and not for each run: SQLModel alone would cost 0.3 s per run. Workflows import
# only types and references from these packages, which import-linter checks.
PASSED_THROUGH = (
    "activities",
    "artifacts",
    "config",
    "crew",
    "models",
    "pipelines",
    "sandbox",
    "store",
    "telemetry",
    "opentelemetry",
    "orjson",
    "prometheus_client",
    "psycopg",
    "pydantic_settings",
    "redis",
    "sqlalchemy",
    "sqlmodel",
    "structlog",
    "uuid_utils",
    "yaml",
)

RESTRICTIONS = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)


class _WithoutContexts(WorkflowInstance):
    """A workflow that is not asked, on the worker's event loop, for a context of each of its payloads.

    Contexts are for codecs and external storage, and there are none. The questions took a quarter of the worker's time
    for a project of short steps, and four tenths of its event loop's while many steps began (measured).
    """

    def __init__(self, instance: WorkflowInstance) -> None:
        self._instance = instance

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._instance.activate(act)

    def get_info(self) -> Info:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()

    def get_serialization_context(self, command_info: Any) -> None:
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return StorageDriverStoreContext(target=None)


class ProductionRunner(UnsandboxedWorkflowRunner):
    """Runs workflows without a sandbox: see docs/decisions/0021-no-workflow-sandbox.md."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _WithoutContexts(super().create_instance(det))


@dataclass(frozen=True)
class StrictRunner(SandboxedWorkflowRunner):
    """Runs workflows in a sandbox that imports all workflow code again for each run. In it, code that reads the clock
    or a random number fails its workflow task. Tests of workflows, recordings of histories and replays use it."""

    restrictions: SandboxRestrictions = RESTRICTIONS

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _WithoutContexts(super().create_instance(det))
