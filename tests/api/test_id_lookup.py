"""Records are found by the beginning of their id, and projects by their name, too."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.api_client import V1, assert_problem, get, start, wait_for_request

pytestmark = pytest.mark.usefixtures("worker")


async def _found(http: httpx2.AsyncClient, text: str, **query: Any) -> list[str]:
    return [one["id"] for one in (await get(http, "/ids", text=text, **query))["items"]]


async def test_each_kind_of_record_is_found_by_the_beginning_of_its_id(http: httpx2.AsyncClient) -> None:
    name = f"Guests {uuid4().hex}"
    project_id = await start(http, name=name)
    request = await wait_for_request(http, project_id, "discovery")
    artifact = (await get(http, f"/projects/{project_id}/artifacts"))["items"][0]["artifact_id"]
    ids = {"project": project_id, "task": request["task_id"], "request": request["request_id"], "artifact": artifact}
    for kind, whole in ids.items():
        for text in (whole, whole[:30], whole.upper()[:30], whole.replace("-", "")[:28], f" {whole[:30]} "):
            assert await _found(http, text, kind=kind) == [whole], (kind, text)
            assert await _found(http, text) == [whole]
        others = [other for other in ids if other != kind]
        assert await _found(http, whole, kind=others) == []
    (match,) = (await get(http, "/ids", text=request["task_id"]))["items"]
    assert match == {"id": request["task_id"], "kind": "task", "label": f"discovery, round 1, of {name}"}


async def test_a_project_is_found_by_its_name_in_any_case(http: httpx2.AsyncClient) -> None:
    name = f"Caf\u00e9 {uuid4().hex}"
    ids = [await start(http, name=name), await start(http, name=name.upper())]
    assert await _found(http, name.lower().replace("\u00e9", "e\u0301"), kind="project") == ids[::-1]
    assert await _found(http, name[:-1]) == []
    assert await _found(http, name, kind="task") == []


async def test_many_matches_are_cut_off(http: httpx2.AsyncClient) -> None:
    name = f"Same {uuid4().hex}"
    ids = [await start(http, name=name) for _ in range(11)]
    found = await get(http, "/ids", text=name)
    assert ([one["id"] for one in found["items"]], found["has_more"]) == (ids[:0:-1], True)


@pytest.mark.parametrize("query", [{}, {"text": ""}, {"text": "a", "kind": "cat"}, {"text": "a" * 256}])
async def test_an_invalid_query_is_refused(http: httpx2.AsyncClient, query: dict[str, str]) -> None:
    assert_problem(await http.get(f"{V1}/ids", params=query), 422)


@pytest.mark.parametrize("text", ["%", "_", "zz", "-", "'", "0" * 33, "\u0130", "01a-%"])
async def test_what_is_no_beginning_of_an_id_finds_nothing(http: httpx2.AsyncClient, text: str) -> None:
    assert await _found(http, text) == []
