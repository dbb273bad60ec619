"""The disk is full under PostgreSQL, or under Temporal: callers are told, health says where, and it goes on after."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from tests.faults import disk
from tests.faults.books import audit
from tests.faults.deliveries import Caller, Delivery, brief, traffic
from tests.faults.house import House
from tests.proving import Proof
from tests.waiting import eventually

COMPONENTS = {"postgres": "database", "temporal": "temporal"}
TOLD = {"postgres": "The database has no space left.", "temporal": "Temporal is away"}
LARGE = "A requirement that takes space.\n" * 4000


def down(health: dict[str, str]) -> set[str]:
    return {name for name, status in health.items() if status == "down"}


@pytest.mark.item(9)
@pytest.mark.parametrize("server", ["postgres", "temporal"])
async def test_a_full_disk_is_told_and_all_goes_on_when_there_is_space(
    house: House, caller: Caller, proof: Proof, server: str
) -> None:
    if not house.has_disks:
        pytest.skip("mounting a small disk is not allowed here")
    if server == "temporal":
        proof.of_the_whole_form()
    times = proof.times(full=3, short=1)
    decided: list[Delivery] = []
    told: set[str] = set()

    async def noticed() -> bool:
        """New projects are given until the disk has none of the little space left that a server keeps."""
        large = {"name": "Large", "description": brief(0) + LARGE, "pipeline": "one-gate"}
        answer = await caller.try_once("POST", "/projects/", json=large)
        assert answer is None or answer.status_code in (201, 503), answer.text
        if answer is not None and answer.status_code == 503:
            told.add(answer.json()["detail"])
        found = await house.health(house.apis[0])
        if not down(found) <= {COMPONENTS[server]}:  # one that did not answer in time is called so, too
            found = await house.health(house.apis[0])
        assert down(found) <= {COMPONENTS[server]}, found
        return COMPONENTS[server] in down(found) and bool(told or server == "temporal")

    async def fell() -> bool:
        """PostgreSQL gives up once it has no space for its log."""
        try:
            await house.rows("SELECT pg_logical_emit_message(false, 'proof', 'full'), pg_switch_wal()")
        except psycopg.OperationalError:
            return True
        return False

    async with traffic(caller, 0.3, 0) as others:
        for turn in range(times):
            parked = Delivery(caller, brief(0), "one-gate")
            await parked.begin()
            request = await parked.request()
            await asyncio.sleep(proof.random.uniform(0, 1))
            if server == "postgres":  # with a fresh file for its log, it is the tables that have no space first
                await house.rows("SELECT pg_switch_wal()")
                await house.rows("SELECT pg_logical_emit_message(true, 'proof', 'fresh')")
            with disk.full(house.folder / server):
                await eventually(noticed, 60)
                if server == "postgres" and turn:
                    await eventually(fell)
                answer = await caller.try_once("POST", f"/hitl/{request}/respond", json={"action": "approve"})
                assert answer is None or answer.status_code in (200, 202, 503), answer.text
                if answer is not None and answer.status_code == 503:
                    told.add(answer.json()["detail"])
                elif answer is not None:
                    parked.acknowledged[request] = answer.json()["decision_id"]
            if request not in parked.acknowledged:
                await parked.decide(request)
            await parked.ended()
            decided.append(parked)

            async def well() -> bool:
                return set((await house.health(house.apis[0])).values()) == {"ok"}

            await eventually(well, 30)
    proof.row(
        f"the disk full under {server}, until health says so",
        times,
        "a clear 503, never a 500; health tells which; all goes on when there is space",
        f"told: {', '.join(sorted(told)) or 'nothing'}; {await audit(house, decided)}; others meanwhile: "
        f"{await audit(house, others.deliveries)}; the server ended {len(getattr(house, server).deaths)} times",
    )
    assert any(each.startswith(TOLD[server]) for each in told)
