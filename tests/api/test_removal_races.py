"""A removal at the same moment as something else: one of both counts, and nothing is left behind."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
from sqlalchemy import text

from store import removal
from store.transaction import Store
from tests.api.removed_projects import forget, rows
from tests.api_client import (
    BRIEF,
    V1,
    assert_problem,
    cancel,
    delivered,
    get,
    start,
    wait_for_request,
)

pytestmark = pytest.mark.usefixtures("worker")


async def test_of_many_who_remove_a_project_one_does(http: httpx2.AsyncClient, store: Store) -> None:
    project_id = await delivered(http)
    statuses = [answer.status_code for answer in await asyncio.gather(*(forget(http, project_id) for _ in range(6)))]
    assert sorted(statuses) == [204] + [404] * 5
    assert await rows(store, project_id) == {"auth_event": 1}


async def test_a_retry_and_a_removal_at_the_same_moment(http: httpx2.AsyncClient, store: Store) -> None:
    for _ in range(4):
        project_id = await start(http)
        await wait_for_request(http, project_id)
        await cancel(http, project_id)
        retry, gone = await asyncio.gather(
            http.post(f"{V1}/projects/{project_id}/retry", json={}), forget(http, project_id)
        )
        assert (retry.status_code, gone.status_code) in {(202, 409), (404, 204)}, (retry.text, gone.text)
        if gone.status_code == 204:
            assert await rows(store, project_id) == {"auth_event": 1}
        else:
            await wait_for_request(http, project_id)


async def test_a_follow_up_and_a_removal_at_the_same_moment(http: httpx2.AsyncClient, store: Store) -> None:
    for _ in range(4):
        parent = await delivered(http)
        new = {"name": "Again", "description": BRIEF, "parent": {"project_id": parent, "kind": "duplicate"}}
        child, gone = await asyncio.gather(http.post(f"{V1}/projects/", json=new), forget(http, parent))
        assert gone.status_code == 204, gone.text
        if child.status_code == 201:
            assert (await get(http, f"/projects/{child.json()['id']}"))["removed_parent"] == "duplicate"
        else:
            assert_problem(child, 422, "parent.project_id")


async def test_readers_and_a_removal_at_the_same_moment(http: httpx2.AsyncClient, store: Store) -> None:
    for pause in (0, 0.002, 0.005, 0.01, 0.02):
        project_id = await delivered(http, description=f"# Brief {uuid4()}\n\n- It works.\n")
        artifact = (await get(http, f"/projects/{project_id}/artifacts"))["items"][0]["artifact_id"]
        async with store.writing() as connection:  # so that the contents are removed, too
            await connection.execute(text("UPDATE content SET stored_at = now() - interval '2 days'"))

        async def later(project_id: str = project_id, pause: float = pause) -> httpx2.Response:
            await asyncio.sleep(pause)
            return await forget(http, project_id)

        paths = [
            f"projects/{project_id}{each}" for each in ("", "/export", "/status", "/decisions", "/usage", "/retry")
        ]
        paths += [f"artifacts/{artifact}{each}" for each in ("", "/content")]
        *answers, gone = await asyncio.gather(*(http.get(f"{V1}/{path}") for path in paths), later())
        assert gone.status_code == 204, gone.text
        assert {answer.status_code for answer in answers} <= {200, 404, 409}, [answer.text[:200] for answer in answers]


async def test_a_removal_gives_way_to_other_writers(http: httpx2.AsyncClient, store: Store) -> None:
    """Another writer has a task's row and waits for the project's, which the removal has."""
    project_id = await delivered(http)
    async with store.writing() as writer, store.writing() as remover:
        await writer.execute(text("UPDATE task SET error = 'late' WHERE project_id = :id"), {"id": project_id})
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await removal.remove(remover, UUID(project_id))
        await remover.rollback()
        await writer.execute(text("UPDATE project SET reason = 'late' WHERE id = :id"), {"id": project_id})
    assert (await get(http, f"/projects/{project_id}"))["reason"] == "late"
    assert (await forget(http, project_id)).status_code == 204
