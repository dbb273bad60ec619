"""A pytest plugin that ends a session which hangs, and says in which test.

pytest-timeout compares `--session-timeout` with the time between two tests. At a test's own limit it raises one
exception, in whatever runs at that moment: a server in the test may answer 500 because of it. What hangs after that,
such as the end of a fixture, would hang forever.
"""

from __future__ import annotations

import faulthandler
import os
import threading

import pytest

GRACE_SECONDS = 300.0
"""How long a test may still run when the session's time is over."""
REPORT_SECONDS = 60.0
"""How long xdist's own process may then take to report which test the process that ended was running."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    config = session.config
    seconds = config.getoption("session_timeout")
    if not seconds:
        return
    distributes = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    limit = seconds + GRACE_SECONDS + (REPORT_SECONDS if distributes else 0)
    timer = threading.Timer(limit, _end, (limit, os.dup(2)))  # pytest captures what is written to 2 itself
    timer.daemon = True
    timer.start()


def _end(limit: float, errors: int) -> None:
    test = os.environ.get("PYTEST_CURRENT_TEST", "no test")
    os.write(errors, f"\nThe session has not ended within {limit:g} s. It hangs in {test}:\n".encode())
    faulthandler.dump_traceback(errors)
    os._exit(1)
