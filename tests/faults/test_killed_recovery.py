"""An API or a worker is killed within an extension of a deadline, a retry of a project, or a change of what its crew
is given: it counts, once."""

from __future__ import annotations

import asyncio
import signal

import httpx2
import pytest
from uuid_utils.compat import uuid7

from tests.faults.deliveries import V1, Caller, Delivery, Json, brief
from tests.faults.fault_stack import FaultStack
from tests.faults.supervised_process import SupervisedProcess
from tests.waiting import eventually

pytestmark = pytest.mark.item(7)  # marks them long, too

MORTAL_API = "tests.faults.programs.mortal_api"
MORTAL_WORKER = "tests.faults.programs.mortal_worker"

RULES: Json = {"type": "user_input", "name": "house rules", "content": "# House rules\n\n- No cookies.\n", "give": True}


async def _started(caller: Caller) -> Delivery:
    delivery = Delivery(caller, brief(0), "one-gate")
    await delivery.start()
    return delivery


async def _died(mortal: SupervisedProcess) -> None:
    """Wait until a program has killed itself, and stop it for good."""

    async def is_dead() -> bool:
        return mortal.deaths[:1] == ["signal 9"]

    await eventually(is_dead)
    await mortal.stop()


async def _cut_off(
    stack: FaultStack, path: str, body: Json, method: str = "POST", key: str | None = None, **mortal: str
) -> None:
    """Send a request to an API that is killed within it."""
    api = await stack.add_api(MORTAL_API, **mortal)
    stack.apis.remove(api)
    async with stack.client(api) as client:
        with pytest.raises(httpx2.TransportError):
            await client.request(method, V1 + path, json=body, headers={"Idempotency-Key": key} if key else {})
    await _died(api)


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
    return {"extend_by": "4h", "extension_id": extension_id}


async def test_an_extension_counts_once_if_the_api_is_killed_after_it_sent_the_signal(
    stack: FaultStack, caller: Caller
) -> None:
    delivery = await _started(caller)
    request_id, extension_id = await delivery.request(), str(uuid7())
    await _cut_off(stack, f"/hitl/{request_id}", _extension(extension_id), "PATCH", MORTAL_SIGNAL="extend")
    await _extended_once(stack, delivery, request_id, extension_id)


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
    await _died(mortal)
    stack.workers.remove(mortal)
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


async def test_a_retry_starts_once_if_the_api_is_killed_before_it_starts_the_workflow(
    stack: FaultStack, caller: Caller
) -> None:
    delivery = await _started(caller)
    await delivery.decide(await delivery.request(), "reject", comment="Not this.")
    assert (await delivery.wait_until_ended())["status"] == "rejected"
    path, body, key = f"/projects/{delivery.id}/retry", {"by": "Ada"}, f"retry {delivery.id}"
    await _cut_off(stack, path, body, key=key)
    again = await caller.call("POST", path, json=body, headers={"Idempotency-Key": key})
    assert again.status_code in (200, 202), again.text
    await delivery.approve()
    assert (await delivery.wait_until_ended())["status"] == "completed"
    assert len(await _events(stack, delivery, "data->>'retried_from' IS NOT NULL")) == 1
    (project,) = await stack.rows("SELECT generation FROM project WHERE id = %s", delivery.id)
    assert project["generation"] == 1


async def test_a_retried_step_is_recorded_once_if_its_worker_is_killed(stack: FaultStack, caller: Caller) -> None:
    delivery = await _started(caller)
    await delivery.decide(await delivery.request(), "reject", comment="Not this.")
    assert (await delivery.wait_until_ended())["status"] == "rejected"
    workers = list(stack.workers)
    mortal = await stack.add_worker(MORTAL_WORKER, MORTAL_ACTIVITY="run_agent_step")
    await asyncio.gather(*(each.stop() for each in workers))
    retried = await caller.call("POST", f"/projects/{delivery.id}/retry", json={"by": "Ada"})
    assert retried.status_code in (200, 202), retried.text
    await _died(mortal)
    stack.workers.remove(mortal)
    await stack.restore()
    await delivery.approve()
    assert (await delivery.wait_until_ended())["status"] == "completed"
    tasks = await stack.rows("SELECT stage, round FROM task WHERE project_id = %s", delivery.id)
    assert len({(task["stage"], task["round"]) for task in tasks}) == len(tasks)
    assert max(task["round"] for task in tasks) == 2
    assert len(await _events(stack, delivery, "event_type = 'task_completed'")) == len(tasks)


async def _written_in_round_two(delivery: Delivery) -> str:
    """Wait for the second version of the plan, which quotes what was added for its step."""
    request = await delivery.caller.get(f"/hitl/{await delivery.request()}")
    assert request["round"] == 2
    return str(request["contents"][0]["content"])


async def test_context_is_given_and_withdrawn_once_if_the_api_is_killed_after_each_commit(
    stack: FaultStack, caller: Caller
) -> None:
    delivery = await _started(caller)
    request_id = await delivery.request()
    path, key = f"/projects/{delivery.id}/artifacts", f"rules {delivery.id}"
    await _cut_off(stack, path, RULES, key=key, MORTAL_EVENT="context_given")
    added = await caller.call("POST", path, json=RULES, headers={"Idempotency-Key": key})
    assert added.status_code == 201, added.text
    path = f"/projects/{delivery.id}/context"
    (given,) = (await caller.get(path))["items"]
    assert given["artifact"]["artifact_id"] == added.json()["artifact_id"]
    await _cut_off(stack, f"{path}/{given['context_id']}/withdraw", {}, MORTAL_EVENT="context_withdrawn")
    (withdrawn,) = (await caller.get(path))["items"]
    assert withdrawn["withdrawn_at"]
    again = await caller.call("POST", f"{path}/{given['context_id']}/withdraw", json={})
    assert (again.status_code, again.json()) == (200, withdrawn)
    for kind in ("context_given", "context_withdrawn"):
        assert len(await _events(stack, delivery, f"event_type = '{kind}'")) == 1
    await delivery.decide(request_id, "amend", comment="Shorter.")
    assert "No cookies" not in await _written_in_round_two(delivery)
    await delivery.approve()
    assert (await delivery.wait_until_ended())["status"] == "completed"


async def test_a_step_that_had_begun_keeps_what_was_withdrawn_after_its_worker_was_killed(
    stack: FaultStack, caller: Caller
) -> None:
    delivery = Delivery(caller, brief(4), "one-gate")
    await delivery.start()
    request_id = await delivery.request()
    added = await caller.call("POST", f"/projects/{delivery.id}/artifacts", json=RULES)
    assert added.status_code == 201, added.text
    await delivery.decide(request_id, "amend", comment="Shorter.")

    async def has_begun() -> bool:
        return bool(await _events(stack, delivery, "event_type = 'task_started' AND data->>'round' = '2'"))

    await eventually(has_begun)
    await asyncio.gather(*(each.stop(signal.SIGKILL) for each in stack.workers))
    (given,) = (await caller.get(f"/projects/{delivery.id}/context"))["items"]
    path = f"/projects/{delivery.id}/context/{given['context_id']}/withdraw"
    assert (await caller.call("POST", path, json={})).status_code == 200
    assert not await _events(stack, delivery, "event_type = 'task_completed' AND data->>'round' = '2'")
    await stack.restore()
    assert "No cookies" in await _written_in_round_two(delivery)
    await delivery.approve()
    assert (await delivery.wait_until_ended())["status"] == "completed"
