"""Named timeouts and retry policies."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models.contracts.stops import STOPPED

HEARTBEAT = timedelta(seconds=4)
"""A dead worker is noticed after this long. Its steps then run on another worker."""

STEP_GRACE = timedelta(minutes=10)
"""How much longer than the step's own timeout Temporal waits. The activity enforces the step's timeout itself, without
the time that it waits for its turn to call a model. A longer wait continues in the next attempt."""

STEP_RETRIES = RetryPolicy(initial_interval=timedelta(milliseconds=500), backoff_coefficient=1)
"""Retries forever and without backoff, because a step may lose its worker any number of times. For all other failures
the activity sets the delay: it counts the agent's failures, and waits for servers that are unavailable."""

WORKFLOW_TASK = timedelta(seconds=5)
"""If a worker dies during a workflow task, another takes over after this long. The default is 10 s."""

LOCAL_ATTEMPTS = 3
"""Attempts of a local activity. It occupies a workflow task slot meanwhile, and a worker has few: 40 projects whose
records could not be written stopped a service (measured). After these attempts it runs as a regular activity, which
waits in Temporal and occupies nothing."""

LOCAL_SECONDS = timedelta(seconds=10)
"""How long all attempts of a local activity may take together, for the same reason."""

RECORD_TIMEOUT = timedelta(seconds=10)
LOCAL_RECORD_RETRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_attempts=LOCAL_ATTEMPTS
)
RECORD_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(seconds=30)
)
"""Retries forever: a decision is recorded however long PostgreSQL is unavailable."""


def records_queue(task_queue: str) -> str:
    """Return the task queue of records that could not be written locally. They must not wait behind steps that take
    minutes."""
    return f"{task_queue}-records"


SHORT_STEP_RETRIES = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=1,
    maximum_attempts=LOCAL_ATTEMPTS,
    non_retryable_error_types=[STOPPED],  # it waits in Temporal, as a regular activity
)
