"""Names, owners, tags and the archive over HTTP; the list that is filtered by them, sorted and counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from store import events
from store.transaction import Store
from tests.api_client import (
    UNKNOWN_ID,
    V1,
    Json,
    assert_problem,
    cancel,
    delivered,
    get,
    start,
    wait_for_request,
    wait_for_status,
)

pytestmark = pytest.mark.usefixtures("worker")


async def _change(http: httpx2.AsyncClient, project_id: str, **changes: Any) -> httpx2.Response:
    return await http.patch(f"{V1}/projects/{project_id}", json=changes)


async def _pages(http: httpx2.AsyncClient, **query: Any) -> list[Json]:
    """All projects of a list, read two at a time."""
    found: list[Json] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(http, "/projects/", limit=2, **query, **cursor)
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_a_project_is_renamed_and_its_log_says_so(http: httpx2.AsyncClient) -> None:
    project_id = await start(http, owner="Ada", tags=["web", "web", " urgent "])
    await wait_for_request(http, project_id)
    before = await get(http, f"/projects/{project_id}")
    assert (before["owner"], before["tags"], before["archived_at"]) == ("Ada", ["web", "urgent"], None)
    answer = await _change(http, project_id, name=" Visitors ", owner=None, tags=[], by="Grace")
    assert answer.status_code == 200, answer.text
    item = answer.json()
    assert (item["name"], item["owner"], item["tags"]) == ("Visitors", None, [])
    assert (await _change(http, project_id, name="Visitors")).status_code == 200  # changes nothing
    log = (await get(http, f"/projects/{project_id}/events", limit=200))["items"]
    changes = [event["data"] for event in log if event["event_type"] == "project_change"]
    (changed,) = changes
    assert changed.pop("principal_id")
    assert changed == {"by": "Grace", "name": "Visitors", "owner": None, "tags": []}
    assert (await get(http, f"/projects/{project_id}"))["status"] == before["status"]


async def test_lists_without_redis_learn_of_a_project_that_was_renamed_after_its_end(
    http: httpx2.AsyncClient, store: Store
) -> None:
    done = await delivered(http)
    compared_at = datetime.now(UTC)

    async def found() -> bool:
        async with store.reading() as connection:
            return UUID(done) in await events.heads_of_open_projects(connection, compared_at)

    assert not await found()
    assert (await _change(http, done, name="Renamed")).status_code == 200
    assert await found()


async def test_only_a_project_that_has_ended_is_archived(http: httpx2.AsyncClient) -> None:
    tag = uuid4().hex
    running, done = [await start(http, tags=[tag]), await start(http, tags=[tag], pipeline="quick-start")]
    await wait_for_request(http, running)
    await wait_for_status(http, done, "completed")
    assert_problem(await _change(http, running, archived=True), 409, "waiting", "ended")
    assert (await get(http, f"/projects/{running}"))["archived_at"] is None
    archived = (await _change(http, done, archived=True)).json()["archived_at"]
    assert archived is not None
    assert (await _change(http, done, archived=True)).json()["archived_at"] == archived

    async def listed(**query: Any) -> list[str]:
        return [one["id"] for one in (await get(http, "/projects/", tag=tag, **query))["items"]]

    assert await listed() == [running]
    assert await listed(archived="include") == [done, running]
    assert await listed(archived="only") == [done]
    assert (await _change(http, done, archived=False)).json()["archived_at"] is None
    assert await listed() == [done, running]


async def test_a_retried_project_is_no_longer_archived(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    await wait_for_request(http, project_id)
    await cancel(http, project_id)
    assert (await _change(http, project_id, archived=True)).status_code == 200
    assert (await http.post(f"{V1}/projects/{project_id}/retry", json={})).status_code == 202
    assert (await get(http, f"/projects/{project_id}"))["archived_at"] is None


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "at least one"),
        ({"by": "Ada"}, "at least one"),
        ({"name": None}, "at least one"),
        ({"name": " "}, "name"),
        ({"tags": [""]}, "tags"),
        ({"tags": [str(number) for number in range(21)]}, "tags"),
        ({"colour": "red"}, "colour"),
        ({"archived": 1}, "archived"),
    ],
)
async def test_an_invalid_change_is_refused(http: httpx2.AsyncClient, body: Json, word: str) -> None:
    project_id = await start(http)
    assert_problem(await http.patch(f"{V1}/projects/{project_id}", json=body), 422, word)


async def test_an_unknown_project_cannot_be_changed(http: httpx2.AsyncClient) -> None:
    assert_problem(await _change(http, UNKNOWN_ID, name="A name"), 404, UNKNOWN_ID)


async def test_every_order_is_read_page_by_page(http: httpx2.AsyncClient) -> None:
    tag = uuid4().hex
    names = ["beta", "Alpha", "gamma", "ALPHA", "\u00e9tude"]
    ids = [await start(http, name=name, tags=[tag]) for name in names]
    for project_id in ids:
        await wait_for_request(http, project_id)
    assert (await _change(http, ids[2], owner="Ada")).status_code == 200

    async def order(sort: str) -> list[int]:
        return [ids.index(one["id"]) for one in await _pages(http, tag=tag, sort=sort)]

    assert await order("-created") == [4, 3, 2, 1, 0]
    assert await order("created") == [0, 1, 2, 3, 4]
    by_name = await order("name")
    assert by_name[:4] == [1, 3, 0, 2]
    assert await order("-name") == by_name[::-1]
    assert (await order("-updated"))[0] == 2
    assert await order("updated") == (await order("-updated"))[::-1]


async def test_a_project_that_changes_between_two_pages_is_listed_once(http: httpx2.AsyncClient) -> None:
    tag = uuid4().hex
    ids = [await start(http, tags=[tag]) for _ in range(4)]
    for project_id in ids:
        await wait_for_request(http, project_id)
    first = await get(http, "/projects/", tag=tag, sort="-updated", limit=2)
    (seen, _) = first["items"]
    assert (await _change(http, seen["id"], owner="Ada")).status_code == 200
    rest = await get(http, "/projects/", tag=tag, sort="-updated", limit=9, cursor=first["next_cursor"])
    assert len({one["id"] for one in first["items"] + rest["items"]}) == 4
    assert len(first["items"] + rest["items"]) == 4


async def test_a_cursor_of_another_order_is_refused(http: httpx2.AsyncClient) -> None:
    for _ in range(2):
        await start(http)
    by_name = (await get(http, "/projects/", sort="name", limit=1))["next_cursor"]
    newest = (await get(http, "/projects/", limit=1))["next_cursor"]
    for sort, cursor in (
        ("-created", by_name),
        ("updated", by_name),
        ("name", newest),
        ("name", "!"),
        ("-name", "bnVsbA"),
    ):
        answer = await http.get(f"{V1}/projects/", params={"sort": sort, "cursor": cursor})
        assert_problem(answer, 422, "cursor")


async def test_filters_are_counted(http: httpx2.AsyncClient) -> None:
    owner, tag = uuid4().hex, uuid4().hex
    before = await get(http, "/project-counts")
    done = [await start(http, owner=owner, tags=[tag, "x"], pipeline="quick-start") for _ in range(3)]
    for project_id in done:
        await wait_for_status(http, project_id, "completed")
    assert (await _change(http, done[0], archived=True)).status_code == 200
    after = await get(http, "/project-counts")
    assert {"value": owner, "count": 2} in after["owners"]
    assert {"value": tag, "count": 2} in after["tags"]
    assert after["archived"] == before["archived"] + 1
    assert after["statuses"]["completed"] == before["statuses"].get("completed", 0) + 2
    narrowing: tuple[dict[str, Any], ...] = ({"owner": owner.upper()}, {"tag": ["x", tag]})
    for params in narrowing:
        found = await get(http, "/project-counts", **params)
        assert (found["statuses"], found["archived"]) == ({"completed": 2}, 1)
        assert found["owners"] == [{"value": owner, "count": 2}]
        assert sorted(each["value"] for each in found["tags"]) == sorted([tag, "x"])
    name = (await get(http, f"/projects/{done[1]}"))["name"]
    listed = len(await _pages(http, search=name.upper()))
    assert sum((await get(http, "/project-counts", search=name.upper()))["statuses"].values()) == listed
    nothing = await get(http, "/project-counts", search=uuid4().hex)
    assert nothing == {"statuses": {}, "owners": [], "tags": [], "archived": 0, "capped": []}
    assert [one["id"] for one in await _pages(http, owner=owner.upper(), tag=["x", tag])] == [done[2], done[1]]
    assert await _pages(http, owner=owner, tag=["x", "y"]) == []
