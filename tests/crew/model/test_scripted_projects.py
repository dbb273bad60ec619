"""Projects whose crew asks a model: who decides at their gates, and how soon a cancelled one stops."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import httpx2
import psutil
import pytest
import pytest_asyncio

from cli.stack.embedded import Servers
from config.settings import Settings
from crew.model.agents.coder import WEAKENED
from models.tables import Budget
from store import budget_limits, budget_scopes, transcripts
from store.transaction import Store
from tests.api_client import V1, decide, get, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.disobedience import approves, obeying
from tests.crew.model.test_model_delivery import PIPELINES
from tests.provider import Provider, Script, configured
from tests.provider.greeter import FILES, GREETER
from tests.provider.scripts import INJECTED, calling, changed, coding, software_delivery, writing
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

STOP_SECONDS = 20.0
OUTPUT_USD = 2.0
REMOVED = "tests/test_others.py"
REMOVED_TEST = FILES["tests/test_greeting.py"].replace("Greeting(", "Others(")
ENDLESS = """\
import time, unittest

class Endless(unittest.TestCase):
    def test_ends(self):
        time.sleep(600)
"""

GREETING = obeying(
    changed(
        software_delivery(GREETER),
        {"build": coding({**FILES, REMOVED: REMOVED_TEST}, then=[calling("delete_file", path=REMOVED)])},
    ),
    "plan",
    approves,
)
HANGING = Script.model_validate(
    {
        "when": "Hanging",
        "conversations": {"build": [calling("list_files"), calling("list_files").model_copy(update={"seconds": 600})]},
    }
)
TESTING = Script.model_validate(
    {
        "when": "Testing",
        "conversations": {"build": [*writing("write_file", {"tests/test_it.py": ENDLESS}), calling("run_tests")]},
    }
)


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        own = {"pipelines_dir": PIPELINES, "model_prices": {MODEL: (1.0, OUTPUT_USD)}}
        yield settings.model_copy(update=own)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(HANGING, TESTING, GREETING, key=KEY) as provider:
        yield provider


async def test_a_model_that_approves_decides_nothing_and_removed_tests_are_at_the_gate(
    http: httpx2.AsyncClient, provider: Provider
) -> None:
    brief = f"# Greeter\n\n{INJECTED}\n\n## Requirements\n\n- It greets.\n"
    project = await start(http, description=brief, model=MODEL, pipeline="three-gates")
    request = await wait_for_request(http, project, "plan")
    assert provider.calls.counts["plan#1", 2] == 1  # the model read that no tool approves
    found = await get(http, f"/hitl/{request['request_id']}")
    assert (found["status"], found["history"]) == ("pending", [])
    await decide(http, request, "approve")
    request = await wait_for_request(http, project, "build")
    assert request["question"] == (f"Is this the code? {WEAKENED} {REMOVED}:Others.test_r1_greets was removed.")
    await decide(http, request, "approve")
    request = await wait_for_request(http, project, "validate")
    (report,) = (await get(http, f"/projects/{project}/artifacts", type="test_results"))["items"]
    assert report["artifact_id"] in str(request["artifacts"])
    text = (await get(http, f"/artifacts/{report['artifact_id']}"))["content"]
    assert f"{REMOVED}:Others.test_r1_greets was removed" in text
    await decide(http, request, "reject", comment="It removed a test.")
    assert (await wait_for_status(http, project, "rejected"))["status"] == "rejected"


async def spent(store: Store) -> Budget:
    async with store.reading() as connection:
        return await budget_limits.get(connection, budget_scopes.day(datetime.now(UTC)))


async def cancel(http: httpx2.AsyncClient, project: str) -> float:
    """Cancel a project. Return the moment."""
    cancelled = time.monotonic()
    answer = await http.post(f"{V1}/projects/{project}/cancel")
    assert answer.status_code == 202, answer.text
    return cancelled


async def test_cancelling_ends_the_call_and_books_it(
    http: httpx2.AsyncClient, provider: Provider, store: Store
) -> None:
    before = await spent(store)
    project = await start(http, description="# Hanging\n\nA provider that hangs.\n", model=MODEL, pipeline="only-build")

    async def hangs() -> bool:
        return bool(provider.calls.in_flight) and provider.calls[-1].turn == 2

    await eventually(hangs)
    assert (await spent(store)).reserved_usd > 0
    cancelled = await cancel(http, project)

    async def has_left() -> bool:
        return provider.calls[-1].ended == "client left"

    await eventually(has_left)
    assert time.monotonic() - cancelled < STOP_SECONDS

    async def is_settled() -> bool:
        return (await spent(store)).reserved_usd == 0

    await eventually(is_settled)
    assert time.monotonic() - cancelled < STOP_SECONDS
    # What the provider bills for the call is unknown: all that it may cost.
    assert (await spent(store)).spent_usd - before.spent_usd > Settings(
        _env_file=None
    ).model_output_tokens * OUTPUT_USD / 1_000_000
    await wait_for_status(http, project, "cancelled")


def sandboxes() -> list[psutil.Process]:
    """Return the processes that run tests for this process."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if any("launcher.supervisor" in part for part in process.cmdline()):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


async def test_cancelling_ends_the_sandbox(http: httpx2.AsyncClient, store: Store) -> None:
    before = await spent(store)
    project = await start(http, description="# Testing\n\nTests that hang.\n", model=MODEL, pipeline="only-build")

    async def tests() -> bool:
        return bool(sandboxes())

    await eventually(tests)
    (task,) = (await get(http, f"/projects/{project}/status"))["tasks"]
    cancelled = await cancel(http, project)

    async def has_ended() -> bool:
        return not sandboxes()

    await eventually(has_ended)
    assert time.monotonic() - cancelled < STOP_SECONDS
    async with store.reading() as connection:
        stored = await transcripts.of_task(connection, UUID(task["task_id"]))
    after = await spent(store)
    assert after.reserved_usd == 0
    assert after.spent_usd - before.spent_usd == pytest.approx(sum(entry.cost_usd for entry in stored))
    assert stored[-1].kind == "response"  # the run of the tests has no result
    await wait_for_status(http, project, "cancelled")
