"""The workflow sandbox and the modules that it passes through, which are imported once and not for each run."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

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
    "orjson",
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


def sandboxed_runner(*, strict: bool = False) -> SandboxedWorkflowRunner:
    """Return the worker's runner. `strict` imports all workflow code again for each run, which tests do."""
    if strict:
        return SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        )
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH, *PARTS)
    return SandboxedWorkflowRunner(
        # Any other module that a workflow imports should be listed above or not be imported.
        restrictions=restrictions.with_import_notification_policy(
            SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
            | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
        )
    )
