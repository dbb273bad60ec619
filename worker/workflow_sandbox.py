"""The workflow sandbox and the modules that it passes through, which are imported once and not for each run."""

from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info, SandboxImportNotificationPolicy

# Importing SQLModel again costs 0.3 s per workflow run. Workflows import only types and references from these packages,
# which import-linter checks.
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

# Our workflow code except the definitions. Importing it again was a seventh of a worker's work for a project of short
# steps. The tests also run it in the strict sandbox, where using the clock or a random number is an error.
PARTS = (
    "workflows.checkpoint",
    "workflows.gate",
    "workflows.gate_wait",
    "workflows.handoff",
    "workflows.open_gates",
    "workflows.patches",
    "workflows.options",
    "workflows.progress",
    "workflows.recorder",
    "workflows.response_inbox",
    "workflows.rework",
    "workflows.run_context",
)


class _WithoutContexts(WorkflowInstance):
    """A sandboxed workflow that is not asked, on the worker's event loop, for a context of each of its payloads.

    Contexts are for codecs and external storage, and there are none. The questions took a quarter of the worker's time
    for a project of short steps, and four tenths of its event loop's while many steps began (measured).
    """

    def __init__(self, sandboxed: WorkflowInstance) -> None:
        self._sandboxed = sandboxed

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._sandboxed.activate(act)

    def get_info(self) -> Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        return self._sandboxed.get_thread_id()

    def get_serialization_context(self, command_info: Any) -> None:
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return StorageDriverStoreContext(target=None)


class Runner(SandboxedWorkflowRunner):
    """Runs workflows in the sandbox, without contexts of payloads."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _WithoutContexts(super().create_instance(det))


def sandboxed_runner(*, strict: bool = False) -> Runner:
    """Return the worker's runner. `strict` imports all workflow code again for each run, which tests do."""
    if strict:
        return Runner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH, *PARTS)
    return Runner(
        # Any other module that a workflow imports should be listed above or not be imported.
        restrictions=restrictions.with_import_notification_policy(
            SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
            | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
        )
    )
