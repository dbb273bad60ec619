"""Every committed history replays, so that running projects survive a new version of the workflows."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.workflow import NondeterminismError

from tests import releases
from tests.checkout import CHECKOUT
from tests.histories import FOLDER, committed, replay
from tests.workflows.malformed import bent

HISTORIES = committed()


def test_there_are_histories_of_both_workflows_and_of_every_release() -> None:
    for folder in (FOLDER, *(releases.FOLDER / release / "histories" for release in releases.RELEASES)):
        names = [path.stem for path in HISTORIES if path.parent == folder]
        assert [name for name in names if name.startswith("project-")], folder
        assert [name for name in names if name.startswith("handoff-")], folder


def test_every_release_of_the_changelog_was_recorded() -> None:
    released = re.findall(r"^## \[([\d.]+)\]", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert sorted(released) == releases.RELEASES


def test_every_history_replays() -> None:
    """`tests/faults` replays them under other orders of sets."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.histories", "replay"],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONHASHSEED": "2718"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == f"{len(HISTORIES)} histories replay"


async def test_a_history_that_does_not_match_is_detected(tmp_path: Path) -> None:
    path = FOLDER / "project-approve.json"
    bent = tmp_path / path.name
    history = json.loads(path.read_text())
    (scheduled, *_) = [event for event in history["events"] if "activityTaskScheduledEventAttributes" in event]
    scheduled["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "another"
    bent.write_text(json.dumps(history))
    with pytest.raises(NondeterminismError):
        await replay([bent])


async def test_a_history_whose_response_was_unreadable_for_an_unknown_field_replays(tmp_path: Path) -> None:
    path = releases.FOLDER / "0.1.0" / "histories" / "project-hostile.json"
    history = json.loads(path.read_text())
    signals = [one for event in history["events"] if (one := event.get("workflowExecutionSignaledEventAttributes"))]
    (payload,) = signals[0]["input"]["payloads"]
    assert base64.b64decode(payload["data"]) == b'"yes"'
    payload["data"] = base64.b64encode(bent(a_later_field=1).data).decode()
    changed = tmp_path / path.name
    changed.write_text(json.dumps(history))
    assert await replay([changed]) == 1
