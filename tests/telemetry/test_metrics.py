"""What `/metrics` of the API and of a worker say after known runs of both crews."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
import yaml
from sqlalchemy import text
from websockets.asyncio.client import connect as connect_websocket

from cli.stack.embedded import Servers
from config.settings import Settings
from crew.model.clients import PROVIDERS
from models.contracts.enums import HitlReason, WorkflowProblemKind
from store.transaction import Store
from telemetry.metrics import CallOutcome, DecisionOutcome, StepOutcome, TokenKind
from tests.api_client import V1, decide, get, start, wait_for_request, wait_for_status
from tests.checkout import CHECKOUT
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.provider import Provider, configured
from tests.provider.greeter import GREETER
from tests.provider.scripts import software_delivery
from tests.signing_in import AUTHORIZATION, signed_in
from tests.telemetry.scraping import Scrape, scrape, scrape_until
from tests.waiting import eventually

OPERATIONS = CHECKOUT / "examples" / "operations"
GREETING = software_delivery(GREETER)
GREETING_BRIEF = "# Greeter\n\nA program that greets.\n\n## Requirements\n\n- It greets.\n"


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"model_prices": {MODEL: (1.0, 2.0)}})


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(GREETING, key=KEY) as provider:
        yield provider


async def tasks_of(http: httpx2.AsyncClient, project: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await get(http, f"/projects/{project}/status"))["tasks"]
    return items


async def test_gates_decisions_and_steps_are_exact(
    http: httpx2.AsyncClient, api_url: str, worker_url: str, store: Store
) -> None:
    before = await scrape(worker_url)
    first, second = [await start(http) for _ in range(2)]
    requests = [await wait_for_request(http, project) for project in (first, second)]
    async with store.database.writing() as connection:
        older = text("UPDATE hitl_request SET created_at = created_at - interval '1 hour' WHERE id = :id")
        await connection.execute(older, {"id": requests[0]["request_id"]})

    async def is_older() -> bool:
        return (await scrape(api_url)).value("botarmy_gate_oldest_age_seconds") > 1800

    await eventually(is_older)
    api = await scrape_until(api_url, "botarmy_gates_open", 2)
    assert api.value("botarmy_gates_open", reason="review") == 2
    assert 3600 < api.value("botarmy_gate_oldest_age_seconds") < 4200
    assert [api.value("botarmy_workflow_problems", kind=kind) for kind in WorkflowProblemKind] == [0, 0, 0]

    await decide(http, requests[1], "reject", comment="Not this one.")
    await wait_for_status(http, second, "rejected")
    await decide(http, requests[0], "amend", content="# Another plan\n")
    approved = 0
    while (await get(http, f"/projects/{first}"))["status"] != "completed":
        if open_requests := (await get(http, f"/projects/{first}/status"))["open_requests"]:
            await decide(http, open_requests[0], "approve")
            approved += 1
        await asyncio.sleep(0.05)
    api = await scrape_until(api_url, "botarmy_gates_open", 0)
    assert api.value("botarmy_gate_oldest_age_seconds") == 0

    worker = await scrape(worker_url)
    decisions = {
        outcome: worker.value("botarmy_gate_decision_seconds_count", outcome=outcome)
        - before.value("botarmy_gate_decision_seconds_count", outcome=outcome)
        for outcome in DecisionOutcome
    }
    assert decisions == {"approve": approved, "amend": 1, "reject": 1, "expired": 0}
    ended = {
        outcome: worker.value("botarmy_step_duration_seconds_count", outcome=outcome)
        - before.value("botarmy_step_duration_seconds_count", outcome=outcome)
        for outcome in StepOutcome
    }
    tasks = len(await tasks_of(http, first)) + len(await tasks_of(http, second))
    assert {outcome: count for outcome, count in ended.items() if count} == {
        "asked": approved + 2,
        "completed": tasks - approved - 2,
    }
    assert worker.value("botarmy_steps_running") == 0


async def test_model_calls_tokens_and_cost_are_what_the_provider_counted(
    http: httpx2.AsyncClient, provider: Provider, worker_url: str
) -> None:
    before = await scrape(worker_url)
    project = await start(http, description=GREETING_BRIEF, model=MODEL, oversight="low")
    await wait_for_status(http, project, "completed", seconds=110)
    usages = [task["usage"] for task in await tasks_of(http, project) if task["usage"]]
    worker = await scrape(worker_url)

    def since(name: str, **labels: str) -> float:
        return worker.sum(name, **labels) - before.sum(name, **labels)

    calls = since("botarmy_model_call_duration_seconds_count", provider="openai", outcome="success")
    assert calls == sum(provider.calls.counts.values()) > 5
    assert since("botarmy_model_call_duration_seconds_count") == calls
    for kind in ("input", "output"):
        tokens = since("botarmy_model_tokens_total", provider="openai", kind=kind)
        assert tokens == sum(usage[f"{kind}_tokens"] for usage in usages) > 0
    cost = sum(usage["cost_usd"] for usage in usages)
    assert since("botarmy_model_cost_usd_total", provider="openai") == pytest.approx(cost)


async def test_the_series_of_each_provider_exist_before_its_first_call(worker_url: str) -> None:
    series = await scrape(worker_url)
    for provider in (*PROVIDERS, "other"):
        wanted: list[tuple[str, dict[str, str]]] = [("botarmy_model_cost_usd_total", {})]
        wanted += [("botarmy_model_tokens_total", {"kind": kind}) for kind in TokenKind]
        wanted += [("botarmy_model_call_duration_seconds_count", {"outcome": each}) for each in CallOutcome]
        for name, labels in wanted:
            assert (name, frozenset({"provider": provider, **labels}.items())) in series


async def test_sockets_and_the_lag_of_each_event_are_counted(http: httpx2.AsyncClient, api_url: str) -> None:
    before = await scrape(api_url)
    project = await start(http, oversight="low")
    address = api_url.replace("http", "ws")
    async with connect_websocket(
        f"{address}/ws?project_id={project}", proxy=None, additional_headers=AUTHORIZATION
    ) as socket:
        ready = json.loads(await socket.recv())
        during = await scrape_until(api_url, "botarmy_websockets_open", 1)
        assert during.value("botarmy_websockets_limit") >= 100
        await wait_for_status(http, project, "completed")
        events = (await get(http, f"/projects/{project}/events", limit=200))["items"]
        head = events[-1]["seq"]
        while json.loads(await asyncio.wait_for(socket.recv(), 60))["seq"] != head:
            pass
    name = "botarmy_event_lag_seconds_count"
    pushed = head - ready["data"]["head"]
    found = await scrape_until(api_url, name, before.value(name) + pushed)
    assert found.value("botarmy_event_lag_seconds_sum") - before.value("botarmy_event_lag_seconds_sum") < 60
    await scrape_until(api_url, "botarmy_websockets_open", 0)


async def test_labels_are_bounded_and_name_nothing_of_users(
    http: httpx2.AsyncClient, api_url: str, worker_url: str, settings: Settings
) -> None:
    def ours(scrape: Scrape) -> dict[str, set[str]]:
        return Scrape({each: 0.0 for each in scrape if each[0].startswith("botarmy_")}).label_values()

    await wait_for_status(http, await start(http, oversight="low"), "completed")
    ours_before = {each for each in await scrape(worker_url) if each[0].startswith("botarmy_")}
    for number in range(3):
        project = await start(http, name=f"Planted {number}", oversight="low")
        await wait_for_status(http, project, "completed")
    api, worker = await scrape(api_url), await scrape(worker_url)
    allowed = {
        "outcome": {*StepOutcome, *CallOutcome, *DecisionOutcome},
        "provider": {*PROVIDERS, "other"},
        "kind": {*TokenKind, *WorkflowProblemKind},
        "reason": set(HitlReason),
    }
    for found in (ours(api), ours(worker)):
        del found["le"]
        assert all(values <= allowed[label] for label, values in found.items()), found
    for found in (api.label_values(), worker.label_values()):
        assert found.keys() <= {
            *allowed, "le", "namespace", "operation", "task_queue", "workflow_type", "activity_type", "worker_type",
            "poller_type", "status_code", "failure_reason", "eager",
        }  # fmt: skip
        values = " ".join(value for each in found.values() for value in each)
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|Planted|Guest", values.replace(settings.task_queue, ""))
    # Another three projects are not another series.
    assert {each for each in worker if each[0].startswith("botarmy_")} == ours_before


def names_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:botarmy|temporal|process)_[a-z_]+\b", text))


def expressions(value: Any) -> list[str]:
    """Return the PromQL of a dashboard or of alert rules."""
    if isinstance(value, dict):
        own = [value["expr"]] if isinstance(value.get("expr"), str) else []
        return own + [each for part in value.values() for each in expressions(part)]
    return [each for part in value for each in expressions(part)] if isinstance(value, list) else []


async def test_every_metric_of_the_dashboard_the_alerts_and_the_page_exists(
    http: httpx2.AsyncClient, api_url: str, worker_url: str
) -> None:
    project = await start(http, description=GREETING_BRIEF, model=MODEL, oversight="low")
    await wait_for_status(http, project, "completed", seconds=110)
    project = await start(http, oversight="low")
    await wait_for_status(http, project, "completed")

    async def both() -> set[str]:
        samples = (await scrape(api_url)).names() | (await scrape(worker_url)).names()
        return samples | {name.removesuffix("_count") for name in samples}  # a histogram's own name

    dashboard = json.loads((OPERATIONS / "grafana-dashboard.json").read_text())
    rules = yaml.safe_load((OPERATIONS / "prometheus-rules.yaml").read_text())
    named = names_in("\n".join([*expressions(dashboard), *expressions(rules)]))
    page = (CHECKOUT / "docs" / "operations.md").read_text()
    named |= names_in(page.partition("## Metrics")[2].partition("\n## ")[0])
    assert len(named) > 15

    async def all_exist() -> bool:
        return named <= await both()

    try:
        await eventually(all_exist, 20)
    except AssertionError:
        assert named - await both() == set()


async def test_many_readers_cost_one_query(http: httpx2.AsyncClient, api_url: str, monkeypatch: Any) -> None:
    from store import figures

    reads = 0
    read = figures.read

    async def counted(connection: Any) -> Any:
        nonlocal reads
        reads += 1
        return await read(connection)

    monkeypatch.setattr(figures, "read", counted)
    loop = asyncio.get_running_loop()
    started = loop.time()
    responses = await asyncio.gather(*(http.get("/metrics") for _ in range(100)), http.get(f"{V1}/projects/"))
    assert {response.status_code for response in responses} == {200}
    assert reads <= 1 + (loop.time() - started) / 5


async def test_other_hosts_may_not_read_the_apis_metrics(api_url: str) -> None:
    async with signed_in(api_url) as client:
        assert (await client.get("/metrics", headers={"Host": "evil.example"})).status_code == 421
