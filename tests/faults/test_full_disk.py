"""The disk of PostgreSQL or Temporal is full: callers receive 503, health names the component, and work resumes."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from tests.faults import disk
from tests.faults.deliveries import Caller, Delivery, brief, traffic
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof
from tests.waiting import eventually

COMPONENTS = {"postgres": "database", "temporal": "temporal"}
DETAILS = {"postgres": "The database has no space left.", "temporal": "Temporal is unavailable"}
LARGE = "A requirement that takes space.\n" * 4000


def down(health: dict[str, str]) -> set[str]:
    return {name for name, status in health.items() if status == "down"}


@pytest.mark.item(9)
@pytest.mark.parametrize("server", ["postgres", "temporal"])
async def test_a_full_disk_is_reported_and_work_resumes_once_there_is_space(
    stack: FaultStack, caller: Caller, proof: Proof, server: str
) -> None:
    if not stack.has_disks:
        pytest.skip("mounting a small disk is not allowed here")
    if server == "temporal":
        proof.full_form_only()
    times = proof.times(full=3, short=1)
    decided: list[Delivery] = []
    details: set[str] = set()

    async def is_reported() -> bool:
        """Post projects until the server's last reserved space is used up and health reports it."""
        large = {"name": "Large", "description": brief(0) + LARGE, "pipeline": "one-gate"}
        answer = await caller.try_once("POST", "/projects/", json=large)
        assert answer is None or answer.status_code in (201, 503), answer.text
        if answer is not None and answer.status_code == 503:
            details.add(answer.json()["detail"])
        found = await stack.health(stack.apis[0])
        if not down(found) <= {COMPONENTS[server]}:  # a component that was slow to answer counts as down, too
            found = await stack.health(stack.apis[0])
        assert down(found) <= {COMPONENTS[server]}, found
        return COMPONENTS[server] in down(found) and bool(details or server == "temporal")

    async def has_crashed() -> bool:
        """Make PostgreSQL write to its WAL; without space for it, it crashes."""
        try:
            await stack.rows("SELECT pg_logical_emit_message(false, 'proof', 'full'), pg_switch_wal()")
        except psycopg.OperationalError:
            return True
        return False

    async with traffic(caller, 0.3, 0) as others:
        for turn in range(times):
            parked = Delivery(caller, brief(0), "one-gate")
            await parked.start()
            request = await parked.request()
            body = await parked.response_to(request)
            await asyncio.sleep(proof.random.uniform(0, 1))
            if server == "postgres":  # with a new WAL file, the tables run out of space first
                await stack.rows("SELECT pg_switch_wal()")
                await stack.rows("SELECT pg_logical_emit_message(true, 'proof', 'fresh')")
            with disk.full(stack.folder / server):
                await eventually(is_reported, 60)
                if server == "postgres" and turn:
                    await eventually(has_crashed)
                answer = await caller.try_once("POST", f"/hitl/{request}/respond", json=body)
                assert answer is None or answer.status_code in (200, 202, 503), answer.text
                if answer is not None and answer.status_code == 503:
                    details.add(answer.json()["detail"])
                elif answer is not None:
                    parked.acknowledged[request] = answer.json()["decision_id"]
            if request not in parked.acknowledged:
                await parked.decide(request)
            await parked.wait_until_ended()
            decided.append(parked)

            async def is_healthy() -> bool:
                return set((await stack.health(stack.apis[0])).values()) == {"ok"}

            await eventually(is_healthy, 30)
    proof.row(
        f"fill the disk of {server} until health reports it",
        times,
        "a clear 503, never a 500; health names the component; work resumes once there is space",
        f"details: {', '.join(sorted(details)) or 'none'}; {await audit(stack, decided)}; meanwhile: "
        f"{await audit(stack, others.deliveries)}; the server ended {len(getattr(stack, server).deaths)} times",
    )
    assert any(each.startswith(DETAILS[server]) for each in details)
