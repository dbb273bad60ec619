"""Projects whose model may be called once a minute: the one that waits shows it, and is cancelled like any other."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from temporalio.client import Client

from cli.stack.embedded import Servers
from config.rate_limits import RateLimit
from config.settings import Settings
from tests.api_client import V1, get, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.test_model_delivery import PIPELINES
from tests.crew.model.test_scripted_projects import STOP_SECONDS
from tests.provider import Fault, Provider, configured
from tests.provider.greeter import GREETER
from tests.provider.scripts import software_delivery
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

OTHER = "openai:other"
BRIEF = "# Greeter\n\n## Requirements\n\n- It greets.\n"


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        limits = {MODEL: RateLimit(requests=1)}
        own = {
            "pipelines_dir": PIPELINES,
            "model_prices": {MODEL: (1.0, 2.0), OTHER: (1.0, 2.0)},
            "model_limits": limits,
        }
        yield settings.model_copy(update=own)


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(software_delivery(GREETER), key=KEY) as provider:
        yield provider


async def test_a_step_that_waits_for_its_turn_shows_it_and_can_be_cancelled(
    http: httpx2.AsyncClient, temporal: Client, provider: Provider
) -> None:
    first = await start(http, description=BRIEF, model=MODEL, pipeline="three-gates")
    await wait_for_request(http, first, "plan")
    second = await start(http, description=BRIEF, model=MODEL, pipeline="three-gates")

    async def shown() -> dict[str, Any] | None:
        """Return the heartbeat's details, which Temporal's UI shows."""
        described = await temporal.get_workflow_handle(f"project-{second}").describe()
        for activity in described.raw_description.pending_activities:
            for details in await temporal.data_converter.decode(activity.heartbeat_details.payloads):
                if "waits for its turn" in details["message"]:
                    return dict(details)
        return None

    details = await eventually(shown)
    assert details["message"].startswith(f"waits for its turn at {MODEL}: ")
    assert details["waited_s"] >= 0
    cancelled = time.monotonic()
    assert (await http.post(f"{V1}/projects/{second}/cancel")).status_code == 202
    await wait_for_status(http, second, "cancelled")
    assert time.monotonic() - cancelled < STOP_SECONDS
    assert provider.calls.total == 1


async def test_a_stop_of_a_step_that_waits_for_a_retry_opens_its_gate_at_once(
    http: httpx2.AsyncClient, temporal: Client, provider: Provider
) -> None:
    provider.faults.arm(Fault(kind="rate_limit", model="other", retry_after=300, times=1))
    project = await start(http, description=BRIEF, model=OTHER, pipeline="three-gates")

    async def waits() -> bool:
        described = await temporal.get_workflow_handle(f"project-{project}").describe()
        return any(each.current_retry_interval.seconds > 60 for each in described.raw_description.pending_activities)

    await eventually(waits)
    (task,) = (await get(http, f"/projects/{project}/status"))["tasks"]
    stopped = time.monotonic()
    body = {"scope": "step", "task_id": task["task_id"], "reason": "Too slow.", "by": "Ada"}
    assert (await http.post(f"{V1}/stops/", json=body)).status_code == 201
    request = await wait_for_request(http, project, "plan")
    assert request["reason"] == "stopped"
    assert time.monotonic() - stopped < STOP_SECONDS
