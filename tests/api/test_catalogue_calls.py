"""Pipelines and kinds of agents over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from tests.api_client import V1, assert_problem, get


async def test_pipelines_are_listed_and_shown(http: httpx2.AsyncClient) -> None:
    listed = {one["name"]: one for one in (await get(http, "/pipelines/"))["items"]}
    assert {"software-delivery", "quick-start", "parallel-branches"} <= listed.keys()
    shipped = ["discovery", "plan", "design", "acceptance", "build", "validate", "launch"]
    assert listed["software-delivery"]["stages"] == shipped
    assert listed["quick-start"]["gates"] == []
    for name in listed:
        shown = await get(http, f"/pipelines/{name}")
        assert [stage["name"] for stage in shown["stages"]] == listed[name]["stages"]
        assert shown["description"] == listed[name]["description"]


@pytest.mark.parametrize("name", ["nope", "%00", "..%2Fsecrets", "%ED%A0%80", "x" * 1000])
async def test_an_unknown_pipeline_is_not_found(http: httpx2.AsyncClient, name: str) -> None:
    assert_problem(await http.get(f"{V1}/pipelines/{name}"), 404)


async def test_every_kind_of_agent_is_listed(http: httpx2.AsyncClient) -> None:
    listed = (await get(http, "/agents/"))["items"]
    assert [one["agent_type"] for one in listed] == ["analyst", "architect", "coder", "tester", "deployer"]
    assert all(one["description"] and one["provider"] == "rehearsal" for one in listed)
