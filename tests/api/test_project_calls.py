"""Projects over HTTP: start and show them, with their log, agents and workflow."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from temporalio.client import Client

from config.settings import Settings
from models.contracts.contract import refuse_other_formats
from pipelines.catalogue import SHIPPED, load_pipeline
from tests.api_client import BRIEF, UNKNOWN_ID, V1, assert_problem, get, start, wait_for_request, wait_for_status
from tests.serving import served
from tests.signing_in import signed_in
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

NOTHING_DONE = {"done": 0, "total": len(load_pipeline(SHIPPED / "software-delivery.yaml").stages)}


async def test_a_project_is_started_and_located(http: httpx2.AsyncClient) -> None:
    answer = await http.post(
        f"{V1}/projects/", json={"name": "  Guest book ", "description": BRIEF, "oversight": "medium"}
    )
    assert answer.status_code == 201
    created = answer.json()
    assert created["name"] == "Guest book"
    assert (created["pipeline"], created["oversight"], created["status"]) == (
        "software-delivery",
        "medium",
        "starting",
    )
    assert created["progress"] == NOTHING_DONE
    assert created["created_at"].endswith("Z")
    assert created["id"][14] == "7"
    shown = (await http.get(answer.headers["location"])).json()
    assert shown["description"] == BRIEF
    assert shown["pipeline_definition"]["name"] == "software-delivery"
    assert shown["head"] >= 2
    await wait_for_status(http, created["id"], "waiting")


@pytest.mark.parametrize("brief", ["{\\rtf1 A}", "\ufeff \n{\\rtf1\\ansi # A}", "%PDF-1.7 A"])
async def test_a_brief_in_the_format_of_another_program_is_refused(http: httpx2.AsyncClient, brief: str) -> None:
    answer = await http.post(f"{V1}/projects/", json={"name": "A", "description": brief})
    assert_problem(answer, 422)
    (error,) = answer.json()["errors"]
    assert (error["in"], error["field"]) == ("body", "description")
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        refuse_other_formats(brief)
    assert str(refused.value) in error["message"]
    assert "save it as plain text or Markdown" in error["message"]


async def test_a_brief_may_be_about_such_a_format(http: httpx2.AsyncClient) -> None:
    for brief in ("# Convert `{\\rtf1 A}`\n", "{\\r}", "PDF"):
        answer = await http.post(f"{V1}/projects/", json={"name": "A", "description": brief})
        assert answer.status_code == 201, answer.text


async def test_the_status_has_tasks_and_open_requests(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id, "discovery")
    status = await get(http, f"/projects/{project_id}/status")
    assert (status["status"], status["phase"], status["progress"]) == ("waiting", "discovery", NOTHING_DONE)
    (task,) = status["tasks"]
    assert task["task_id"] == request["task_id"]
    assert (task["agent_type"], task["stage"], task["status"], task["round"]) == (
        "analyst",
        "discovery",
        "waiting_for_hitl",
        1,
    )
    assert task["accepted"] is False
    assert task["error"] is None
    assert status["open_requests"] == [request]


async def test_a_delivered_project_has_a_complete_log_and_idle_agents(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, pipeline="quick-start")
    project = await wait_for_status(http, project_id, "completed")
    assert project["progress"] == {"done": 2, "total": 2}
    assert project["ended_at"]
    seen, since, head = [], 0, None
    while True:
        page = await get(http, f"/projects/{project_id}/events", since=since, limit=5)
        seen += page["items"]
        if page["next_cursor"] is None:
            head = page["head"]
            break
        since = page["next_cursor"]
    assert [event["seq"] for event in seen] == list(range(1, head + 1))
    assert head == project["head"]
    assert seen[0]["data"]["status"] == "starting"
    assert seen[-1]["data"]["status"] == "completed"
    agents = (await get(http, f"/projects/{project_id}/agents"))["items"]
    assert [(one["agent_type"], one["status"]) for one in agents] == [
        (name, "idle") for name in ("analyst", "architect", "coder", "tester", "deployer")
    ]


async def test_the_workflow_of_a_project_is_shown(http: httpx2.AsyncClient, temporal: Client) -> None:
    project_id = await start(http)
    await wait_for_request(http, project_id)

    async def has_history() -> dict[str, Any] | None:  # the request is recorded before its workflow task has ended
        shown = await get(http, f"/workflows/{project_id}")
        return shown if shown["history_length"] > 3 else None

    shown = await eventually(has_history)
    found = await temporal.get_workflow_handle(f"project-{project_id}").describe()
    assert (shown["workflow_id"], shown["run_id"], shown["status"]) == (found.id, found.run_id, "running")
    assert shown["url"].endswith(f"/namespaces/default/workflows/project-{project_id}")


async def test_without_a_web_ui_there_are_no_links_to_it(http: httpx2.AsyncClient, settings: Settings) -> None:
    project_id = await start(http)
    await wait_for_request(http, project_id)
    without = settings.model_copy(update={"temporal_ui_url": None})
    async with served(without) as url, signed_in(url) as client:
        shown = await get(client, f"/workflows/{project_id}")
        assert (shown["workflow_id"], shown["url"]) == (f"project-{project_id}", None)
        assert (await client.get("/health/detailed")).json()["links"]["temporal_ui"] is None


async def test_the_same_key_gets_the_same_response(http: httpx2.AsyncClient) -> None:
    body = {"name": "Once", "description": BRIEF}
    headers = {"Idempotency-Key": "once and only once"}
    first = await http.post(f"{V1}/projects/", json=body, headers=headers)
    await wait_for_status(http, first.json()["id"], "waiting")
    again = await http.post(f"{V1}/projects/", json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    other = await http.post(f"{V1}/projects/", json=body | {"name": "Twice"}, headers=headers)
    assert_problem(other, 422, "Idempotency-Key")


async def test_fifty_concurrent_requests_with_one_key_start_one_project(http: httpx2.AsyncClient) -> None:
    async def create() -> httpx2.Response:
        return await http.post(
            f"{V1}/projects/",
            json={"name": "At once", "description": BRIEF},
            headers={"Idempotency-Key": "fifty"},
        )

    answers = await asyncio.gather(*(create() for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    everything = (await get(http, "/projects/", limit=200))["items"]
    assert len([project for project in everything if project["name"] == "At once"]) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9"])
async def test_an_invalid_key_is_refused(http: httpx2.AsyncClient, key: str) -> None:
    answer = await http.post(
        f"{V1}/projects/",
        json={"name": "Key", "description": BRIEF},
        headers=[(b"Idempotency-Key", key.encode())],
    )
    assert_problem(answer, 422, "dempotency")


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"name": ""}, 422, "name"),
        ({"name": "  "}, 422, "name"),
        ({"name": "n" * 300}, 422, "name"),
        ({"name": "a\x00b"}, 422, "name"),
        ({"name": 7}, 422, "name"),
        ({"name": None}, 422, "name"),
        ({"description": ""}, 422, "description"),
        ({"description": " \n "}, 422, "description"),
        ({"description": "a\x00b"}, 422, "description"),
        ({"description": "x" * (2**20 + 1)}, 413, "1 MiB"),
        ({"description": "\u00e9" * (2**19 + 1)}, 413, "1 MiB"),
        ({"description": "x" * (2**21)}, 413, "2 MiB"),
        ({"pipeline": "nope"}, 422, "software-delivery"),
        ({"pipeline": "../../etc/passwd"}, 422, "pipeline"),
        ({"oversight": "total"}, 422, "oversight"),
        ({"surprise": 1}, 422, "surprise"),
    ],
)
async def test_an_invalid_project_is_refused(
    http: httpx2.AsyncClient, fields: dict[str, object], status: int, word: str
) -> None:
    answer = await http.post(f"{V1}/projects/", json={"name": "Bad", "description": BRIEF} | fields)
    assert_problem(answer, status, word)


async def test_a_brief_of_exactly_the_limit_is_accepted(http: httpx2.AsyncClient) -> None:
    brief = BRIEF + "x" * (2**20 - len(BRIEF))
    project_id = await start(http, description=brief)
    assert (await get(http, f"/projects/{project_id}"))["description"] == brief


@pytest.mark.parametrize("path", ["", "/status", "/artifacts", "/events", "/agents", "/export"])
async def test_an_unknown_project_is_not_found(http: httpx2.AsyncClient, path: str) -> None:
    assert_problem(await http.get(f"{V1}/projects/{UNKNOWN_ID}{path}"), 404, UNKNOWN_ID)
    assert_problem(await http.get(f"{V1}/projects/not-an-id{path}"), 422, "project_id")


async def test_the_workflow_of_an_unknown_project_is_not_found(http: httpx2.AsyncClient) -> None:
    assert_problem(await http.get(f"{V1}/workflows/{UNKNOWN_ID}"), 404, UNKNOWN_ID)
    assert_problem(await http.get(f"{V1}/workflows/not-an-id"), 422, "project_id")


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/projects/?limit=0", "limit"),
        ("/projects/?limit=201", "limit"),
        ("/projects/?limit=many", "limit"),
        ("/projects/?status=happy", "status"),
        ("/projects/?status=active&status=happy", "status"),
        ("/projects/?search=a%00b", "search"),
        ("/projects/?search=" + "x" * 256, "search"),
        ("/projects/?cursor=%00", "cursor"),
        ("/projects/?cursor=AAAA", "cursor"),
        ("/projects/?cursor=%F0%9F%92%A9", "cursor"),
        ("/projects/{}/events?since=-1", "since"),
        ("/projects/{}/events?since=99999999999999999999999", "since"),
        ("/projects/{}/events?since=soon", "since"),
        ("/projects/{}/artifacts?type=poem", "type"),
    ],
)
async def test_an_invalid_query_names_its_parameter(http: httpx2.AsyncClient, path: str, word: str) -> None:
    project_id = await start(http) if "{}" in path else ""
    problem = assert_problem(await http.get(V1 + path.format(project_id)), 422, word)
    assert problem["errors"][0]["in"] == "query"
