"""Workers are killed or stopped within an extension of a deadline: it counts, once."""

from __future__ import annotations

import asyncio

import pytest
from uuid_utils.compat import uuid7

from tests.faults.deliveries import Caller, Delivery, Json, brief
from tests.faults.fault_stack import FaultStack
from tests.waiting import eventually

pytestmark = pytest.mark.item(7)  # marks them long, too

MORTAL_WORKER = "tests.faults.programs.mortal_worker"


async def _started(caller: Caller) -> Delivery:
    delivery = Delivery(caller, brief(0), "one-gate")
    await delivery.start()
    return delivery


async def _events(stack: FaultStack, delivery: Delivery, condition: str) -> list[Json]:
    return list(
        await stack.rows(f"SELECT data FROM event WHERE project_id = %s AND {condition} ORDER BY seq", delivery.id)
    )


async def _extended_once(stack: FaultStack, delivery: Delivery, request_id: str, extension_id: str) -> None:
    async def recorded() -> bool:
        return bool(await _events(stack, delivery, "event_type = 'hitl_extended'"))

    await eventually(recorded)
    again = await delivery.caller.call("PATCH", f"/hitl/{request_id}", json=_extension(extension_id))
    assert (again.status_code, again.json()["status"]) == (200, "extended"), again.text
    await delivery.approve()
    assert (await delivery.wait_until_ended())["status"] == "completed"
    told = await _events(stack, delivery, "event_type = 'hitl_extended'")
    assert [each["data"]["extension_id"] for each in told] == [extension_id]


def _extension(extension_id: str) -> Json:
    return {"extend_by": "4h", "extension_id": extension_id, "extended_by": "Ada"}


async def test_an_extension_counts_once_if_the_worker_is_killed_after_it_was_recorded(
    stack: FaultStack, caller: Caller
) -> None:
    delivery = await _started(caller)
    request_id, extension_id = await delivery.request(), str(uuid7())
    workers = list(stack.workers)
    mortal = await stack.add_worker(MORTAL_WORKER, MORTAL_ACTIVITY="record_extension")
    await asyncio.gather(*(each.stop() for each in workers))
    sent = await caller.call("PATCH", f"/hitl/{request_id}", json=_extension(extension_id))
    assert sent.status_code in (200, 202), sent.text

    async def is_dead() -> bool:
        return bool(mortal.deaths)

    await eventually(is_dead)
    await stack.remove(mortal)
    await stack.restore()
    await _extended_once(stack, delivery, request_id, extension_id)


async def test_an_extension_that_no_worker_has_read_counts_once(stack: FaultStack, caller: Caller) -> None:
    delivery = await _started(caller)
    request_id, extension_id = await delivery.request(), str(uuid7())
    await asyncio.gather(*(each.stop() for each in stack.workers))
    sent = await caller.call("PATCH", f"/hitl/{request_id}", json=_extension(extension_id))
    assert (sent.status_code, sent.json()["status"]) == (202, "submitted"), sent.text
    await stack.restore()
    await _extended_once(stack, delivery, request_id, extension_id)
