"""Later deadlines over HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.api_client import V1, Json, assert_problem, get, respond, start, wait_for_request, wait_for_status

pytestmark = pytest.mark.usefixtures("worker")

HOUR = timedelta(hours=1)


async def extend(http: httpx2.AsyncClient, request: Json, **fields: Any) -> httpx2.Response:
    return await http.patch(f"{V1}/hitl/{request['request_id']}", json=fields)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_deadline_is_extended_once_and_says_by_whom(http: httpx2.AsyncClient) -> None:
    request = await wait_for_request(http, await start(http))
    before = moment(request["expires_at"])
    mine = {"extend_by": "4h", "extended_by": "Ada", "extension_id": str(uuid4())}
    first = await extend(http, request, **mine)
    assert first.status_code == 200, first.text
    assert first.json()["status"] == "extended"
    assert moment(first.json()["expires_at"]) == before + 4 * HOUR
    again = await extend(http, request, **mine)
    assert (again.status_code, again.json()) == (200, first.json())
    assert_problem(await extend(http, request, **mine | {"extend_by": "5h"}), 422, "extension_id")
    assert_problem(await extend(http, request, **mine | {"extended_by": "Bo"}), 422, "extension_id")
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert shown["expires_at"] == first.json()["expires_at"]
    (extension,) = shown["extensions"]
    assert (extension["extended_by"], moment(extension["was"])) == ("Ada", before)
    assert abs(moment(extension["extended_at"]) - datetime.now(UTC)) < HOUR
    absolute = (before + 8 * HOUR).isoformat()
    second = await extend(http, request, expires_at=absolute)
    assert moment(second.json()["expires_at"]) == before + 8 * HOUR
    assert len((await get(http, f"/hitl/{request['request_id']}"))["extensions"]) == 2
    assert_problem(await extend(http, request, extend_by="1h", was=request["expires_at"]), 409, "has changed")
    await respond(http, request["request_id"], "approve")
    problem = assert_problem(await extend(http, request, extend_by="1h"), 409, "approved")
    assert problem["request"]["status"] == "approved"


async def test_of_extensions_at_the_same_time_one_wins_and_the_others_are_told(http: httpx2.AsyncClient) -> None:
    request = await wait_for_request(http, await start(http))
    was = request["expires_at"]
    answers = await asyncio.gather(*(extend(http, request, extend_by=f"{n}h", was=was) for n in range(1, 7)))
    won = [one for one in answers if one.status_code == 200]
    assert len(won) == 1, [one.text for one in answers]
    for lost in answers:
        if lost.status_code != 200:
            problem = assert_problem(lost, 409, "has changed")
            assert problem["request"]["expires_at"] == won[0].json()["expires_at"]
    shown = await get(http, f"/hitl/{request['request_id']}")
    assert [one["expires_at"] for one in shown["extensions"]] == [won[0].json()["expires_at"]]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "either expires_at or extend_by"),
        ({"extend_by": "1h", "expires_at": "2030-01-01T00:00:00Z"}, "either expires_at or extend_by"),
        ({"extend_by": "0s"}, "must be later"),
        ({"extend_by": "-PT1H"}, "must be later"),
        ({"extend_by": "400d"}, "at most 365 days"),
        ({"extend_by": "999999999d"}, "extend_by"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "must be later"),
        ({"expires_at": "9999-01-01T00:00:00Z"}, "at most 365 days"),
        ({"extend_by": "soon"}, "extend_by"),
        ({"extend_by": "1h", "colour": "red"}, "colour"),
    ],
)
async def test_an_extension_that_is_not_later_or_too_far_is_refused(
    http: httpx2.AsyncClient, fields: Json, words: str
) -> None:
    request = await wait_for_request(http, await start(http))
    assert_problem(await extend(http, request, **fields), 422, words)
    assert (await get(http, f"/hitl/{request['request_id']}"))["expires_at"] == request["expires_at"]


async def test_a_paused_projects_deadline_can_be_extended(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    await http.post(f"{V1}/projects/{project_id}/pause")
    await wait_for_status(http, project_id, "paused")
    assert (await extend(http, request, extend_by="4h")).status_code == 200
    await http.post(f"{V1}/projects/{project_id}/resume")
    await wait_for_status(http, project_id, "waiting")
    after = moment((await get(http, f"/hitl/{request['request_id']}"))["expires_at"])
    assert after > moment(request["expires_at"]) + 4 * HOUR


async def test_an_ended_projects_request_is_not_extended(http: httpx2.AsyncClient) -> None:
    project_id = await start(http)
    request = await wait_for_request(http, project_id)
    await http.post(f"{V1}/projects/{project_id}/cancel")
    await wait_for_status(http, project_id, "cancelled")
    assert_problem(await extend(http, request, extend_by="1h"), 409, "cancelled")
