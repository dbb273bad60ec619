"""A backup that is taken while projects run is restored: no completed step is lost or repeated, the others run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.stack.stack_under_test import botarmy, processes_of
from tests.proving import Proof
from tests.signing_in import AUTHORIZATION, ENVIRONMENT

Items = list[dict[str, Any]]


@pytest.mark.item(32)
@pytest.mark.timeout(900)
def test_running_projects_continue_from_a_backup(tmp_path: Path, proof: Proof) -> None:
    """With the real worker and API."""
    data_dir, number, rounds = tmp_path / "data", proof.times(full=12, short=6), proof.times(full=2, short=1)
    option = ("--data-dir", data_dir)
    delivered = 0
    phases: set[str] = set()

    def do(command: str, *arguments: str | Path, **settings: str) -> None:
        done = botarmy(command, *arguments, *option, **settings)
        assert done.returncode == 0, done.stdout + done.stderr

    def up() -> str:
        do("up", "--detach", "--port", "0", BOTARMY_REHEARSAL_STEP_SECONDS="0.5", **ENVIRONMENT)
        api = json.loads((data_dir / "stack.json").read_text())["api"]
        return f"{api}/api/v1/projects/"

    try:
        for round in range(rounds):
            file = tmp_path / f"backup-{round}"
            projects = up()
            for count in range(number):
                body = {"name": f"Project {count}", "description": "# A thing\n\n- It works.\n", "oversight": "low"}
                httpx2.post(projects, json=body, headers=AUTHORIZATION, trust_env=False).raise_for_status()
            _wait_for(projects, lambda items: any("plan" in (item["phase"] or "") for item in items))
            do("backup", file)
            phases |= {item["phase"] or item["status"] for item in _newest(projects)}
            do("down")
            do("restore", file, "--replace")
            projects = up()
            ended = _wait_for(projects, lambda items: all(item["status"] == "completed" for item in items))
            for project in ended:
                events = httpx2.get(
                    f"{projects}{project['id']}/events?limit=200", headers=AUTHORIZATION, trust_env=False
                ).json()["items"]
                assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
                tasks = [event["task_id"] for event in events if event["event_type"] == "task_completed"]
                assert len(tasks) == len(set(tasks))
            do("down")
            delivered = len(ended)
    finally:
        botarmy("down", *option)
    proof.row(
        f"`botarmy backup` while {number} projects run, then `down`, `restore --replace` and `up`",
        rounds,
        "every project continues from the moment of the backup and completes; no step or event is lost or repeated",
        f"{delivered} projects completed; backed up in the phases {', '.join(sorted(phases))}",
    )
    assert delivered == number * rounds
    assert not processes_of(data_dir)


def _newest(projects: str) -> Items:
    items: Items = httpx2.get(
        projects, params={"limit": 200}, headers=AUTHORIZATION, trust_env=False, timeout=30
    ).json()["items"]
    return items


def _wait_for(projects: str, condition: Callable[[Items], bool]) -> Items:
    deadline = time.monotonic() + 150
    while not condition(items := _newest(projects)):
        assert time.monotonic() < deadline, [(item["status"], item["phase"]) for item in items]
        time.sleep(0.1)
    return items
