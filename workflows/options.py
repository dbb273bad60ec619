"""Named timeouts and retry policies."""

from datetime import timedelta

from temporalio.common import RetryPolicy

HEARTBEAT = timedelta(seconds=4)
"""A step whose worker died is found out after this long, then runs again on another."""

STEP_GRACE = timedelta(minutes=1)
"""What the engine grants a step beyond its own timeout, which the activity keeps itself."""

STEP_RETRIES = RetryPolicy(initial_interval=timedelta(milliseconds=500), backoff_coefficient=1)
"""Without end, and each time as soon as the first time, however often a step loses its worker. The activity says itself
when what failed otherwise is tried again: it counts the agent's failures, and waits for what is away."""

WORKFLOW_TASK = timedelta(seconds=5)
"""When a worker dies in the middle of a workflow task, another takes it over after this long; the default is 10 s."""

LOCAL_TRIES = 3
"""How often a local activity is tried. It holds its workflow task meanwhile, of which a worker has few: 40 projects
whose records could not be written stopped a service (measured). What fails so often is run as a regular activity, which
waits in Temporal and holds nothing."""

LOCAL_SECONDS = timedelta(seconds=10)
"""How long all tries of a local activity may take together, for the same reason."""

RECORD_TIMEOUT = timedelta(seconds=10)
RECORD_TRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_attempts=LOCAL_TRIES
)
RECORD_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=30)
)
"""Without end: what was decided is written down, however long PostgreSQL is unavailable."""


def records_queue(task_queue: str) -> str:
    """The task queue of records that were not written locally: they must not wait behind steps that take minutes."""
    return f"{task_queue}-records"


SHORT_STEP_TRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), backoff_coefficient=1, maximum_attempts=LOCAL_TRIES
)
