"""A suspended process is always resumed."""

from __future__ import annotations

import signal
import subprocess
import sys

import psutil
import pytest

from cli.stack.suspend import suspended
from tests.cli.stack.stack_under_test import eventually

SUSPEND = """
import sys
from cli.stack.suspend import suspended
with suspended(int(sys.argv[1])):
    print(flush=True)
    sys.stdin.read()
"""


async def test_a_suspended_process_is_resumed_even_if_the_suspending_one_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as held:
        process = psutil.Process(held.pid)
        with suspended(held.pid):
            assert process.status() == psutil.STATUS_STOPPED
        await eventually(lambda: process.status() != psutil.STATUS_STOPPED)
        with pytest.raises(TimeoutError, match="did not stay stopped"), suspended(held.pid):
            process.resume()  # as another backup that finishes first does
        await eventually(lambda: process.status() != psutil.STATUS_STOPPED)
        with subprocess.Popen(
            [sys.executable, "-c", SUSPEND, str(held.pid)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as suspender:
            assert suspender.stdout
            suspender.stdout.readline()
            assert process.status() == psutil.STATUS_STOPPED
            suspender.kill()
        await eventually(lambda: process.status() != psutil.STATUS_STOPPED)
        held.send_signal(signal.SIGKILL)
