"""What the workflow sandbox passes through: modules without side effects, imported once instead of once a run."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

# Importing SQLModel anew costs 0.3 s a workflow run. Workflows take from these packages types and references only;
# import-linter keeps it so.
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

# Our own workflow code besides the definitions: to import it anew made up a seventh of all that a worker does for a
# project of short steps. The tests run it in the strict sandbox, too, where a clock or a random number is an error.
PARTS = (
    "workflows.gate",
    "workflows.handoff",
    "workflows.open_gates",
    "workflows.options",
    "workflows.recorder",
    "workflows.response_inbox",
    "workflows.run_context",
)


def sandboxed_runner(*, strict: bool = False) -> SandboxedWorkflowRunner:
    """The runner of the worker; `strict` imports all workflow code anew for each run, as a test does."""
    if strict:
        return SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        )
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH, *PARTS)
    return SandboxedWorkflowRunner(
        # Whatever else a workflow imports should be named above, or be left out.
        restrictions=restrictions.with_import_notification_policy(
            SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
            | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
        )
    )
