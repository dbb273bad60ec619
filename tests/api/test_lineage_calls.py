"""Duplicates and follow-ups over HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from tests.api_client import (
    BRIEF,
    UNKNOWN_ID,
    V1,
    Json,
    assert_problem,
    delivered,
    get,
    start,
    wait_for_request,
    wait_for_status,
)

pytestmark = pytest.mark.usefixtures("worker")

SOURCE = {"content": json.dumps({"files": {"guests.py": "NAMES = []\n"}})}


def _parent(project_id: str, kind: str) -> Json:
    return {"project_id": project_id, "kind": kind}


async def _source(http: httpx2.AsyncClient, project_id: str) -> dict[str, str]:
    """The files that a project began from."""
    found = (await get(http, f"/projects/{project_id}/artifacts", type="source_code"))["items"]
    first = next(one for one in found if one["author"] == "human")
    assert (first["version"], first["accepted_at"] is not None) == (1, True)
    files: dict[str, str] = json.loads((await get(http, f"/artifacts/{first['artifact_id']}"))["content"])["files"]
    return files


async def test_a_duplicate_has_the_settings_of_its_parent(http: httpx2.AsyncClient) -> None:
    given: Json = {"oversight": "high", "pipeline": "quick-start", "budget": "2usd", "owner": "Ada", "tags": ["web"]}
    parent = await start(http, source=SOURCE, **given)
    child = await start(http, name="Another", description=BRIEF + "\n- More.\n", parent=_parent(parent, "duplicate"))
    project = await get(http, f"/projects/{child}")
    assert {name: project[name] for name in ("oversight", "pipeline", "owner", "tags", "crew")} == {
        "oversight": "high",
        "pipeline": "quick-start",
        "owner": "Ada",
        "tags": ["web"],
        "crew": "rehearsal",
    }
    budget = (await get(http, f"/projects/{child}/budget"))["project"]
    assert budget["limits"]["usd"] == 2
    assert project["description"].endswith("- More.\n")
    assert project["parent"] == {"project_id": parent, "kind": "duplicate", "name": "Guest book"}
    shown = (await get(http, f"/projects/{parent}"))["children"]
    assert [{**one, "status": None} for one in shown] == [
        {"project_id": child, "kind": "duplicate", "name": "Another", "status": None}
    ]
    assert await _source(http, child) == {"guests.py": "NAMES = []\n"}
    listed = (await get(http, "/projects/", limit=1))["items"]
    assert listed[0]["parent"] == project["parent"]


async def test_what_a_duplicate_sets_is_its_own(http: httpx2.AsyncClient) -> None:
    parent = await start(http, pipeline="quick-start", oversight="high", owner="Ada", tags=["web"])
    changes: Json = {"pipeline": "software-delivery", "oversight": None, "owner": None, "tags": []}
    child = await start(http, parent=_parent(parent, "duplicate"), **changes)
    project = await get(http, f"/projects/{child}")
    assert {name: project[name] for name in changes} == changes


async def test_a_follow_up_begins_from_the_delivery(http: httpx2.AsyncClient) -> None:
    parent = await delivered(http)
    child = await start(
        http, name="Next", description="# Next\n\n- Guests can leave.\n", parent=_parent(parent, "follow_up")
    )
    files = await _source(http, child)
    assert "README.md" in files
    assert any(path.endswith(".py") for path in files)
    await wait_for_status(http, child, "completed", "waiting")
    assert (await get(http, f"/projects/{child}"))["parent"]["kind"] == "follow_up"


@pytest.mark.parametrize("kind", ["duplicate", "follow_up"])
async def test_a_source_that_is_given_is_used_instead(http: httpx2.AsyncClient, kind: str) -> None:
    parent = await start(http)  # it has delivered nothing
    child = await start(http, source=SOURCE, parent=_parent(parent, kind))
    assert await _source(http, child) == {"guests.py": "NAMES = []\n"}


async def test_a_parent_that_cannot_be_used_is_refused(http: httpx2.AsyncClient) -> None:
    async def post(**parent: Any) -> httpx2.Response:
        return await http.post(f"{V1}/projects/", json={"name": "A", "description": BRIEF, "parent": parent})

    running = await start(http)
    await wait_for_request(http, running)
    assert_problem(await post(project_id=running, kind="follow_up"), 409, "waiting", "completed")
    assert_problem(await post(project_id=UNKNOWN_ID, kind="duplicate"), 422, "parent.project_id", UNKNOWN_ID)
    assert_problem(await post(project_id=running, kind="cousin"), 422, "kind")
