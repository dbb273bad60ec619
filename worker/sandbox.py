"""What the workflow sandbox passes through: modules without side effects, imported once instead of once a run."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

# Importing SQLModel anew costs 0.3 s a workflow run. Workflows take from these packages types and references only;
# import-linter keeps it so.
PASSED_THROUGH = (
    "activities",
    "models",
    "store",
    "orjson",
    "psycopg",
    "pydantic_settings",
    "redis",
    "sqlalchemy",
    "sqlmodel",
    "structlog",
    "uuid_utils",
    "workflows.gate",
    "workflows.options",
    "yaml",
)


def sandboxed_runner() -> SandboxedWorkflowRunner:
    """The runner of the worker and of the tests."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
