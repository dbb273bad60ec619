"""An update replaces workers first: requests are bound to their subject once an API that signs responses has run."""

from __future__ import annotations

from sqlalchemy import text

from api.hitl.signing import ResponseSigner
from store import events, hitl
from store.transaction import Store
from tests.activities.first_step import Run, a_step


async def test_requests_are_bound_once_an_api_has_registered_its_key(store: Store, run: Run) -> None:
    async with store.writing() as connection:
        await connection.execute(text("DELETE FROM signing_key"))
    bound = []
    for _ in range(2):
        step = await a_step(store)
        await run(step)
        async with store.reading() as connection:
            request = await hitl.get(connection, step.request_id)
            log = await events.since(connection, step.project_id, 0)
        if request is not None:
            bound.append(request.subject_hash)
            told = [one.data.get("subject_hash") for one in log if one.event_type == "hitl_request"]
            assert told == [request.subject_hash]
        await ResponseSigner(store, "ab" * 32).run()
    before, after = bound
    assert before is None
    assert len(after or "") == 64
