"""PostgreSQL or Temporal is restored alone, from an earlier moment: what no longer fits is reported, and continues."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.deliveries import Caller, Delivery, brief
from tests.faults.doctor import DOCTOR_SECONDS, doctor
from tests.faults.fault_stack import FaultStack
from tests.faults.record_audit import audit
from tests.proving import Proof
from tests.waiting import eventually


@asynccontextmanager
async def _restored_afterwards(stack: FaultStack, server: str, copy: Path) -> AsyncIterator[None]:
    """Copy a server's data before the block, and restore it after the block."""
    process = {"postgres": stack.postgres, "temporal": stack.temporal}[server]
    data = stack.folder / server
    async with process.stopped():
        shutil.copytree(data, copy)
    yield
    async with process.stopped():
        for entry in data.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.copytree(copy, data, dirs_exist_ok=True)


async def _running(stack: FaultStack, deliveries: list[Delivery]) -> set[str]:
    """Return those of the projects whose workflow is running according to Temporal."""
    running = {each.id async for each in stack.temporal_client.list_workflows("ExecutionStatus = 'Running'")}
    return {each.id for each in deliveries if f"project-{each.id}" in running}


@pytest.mark.item(31)
@pytest.mark.parametrize("older", ["postgres", "temporal"])
async def test_projects_continue_after_one_database_is_restored_from_an_earlier_moment(
    older: str, stack: FaultStack, caller: Caller, proof: Proof, tmp_path: Path
) -> None:
    """After that moment, some projects were approved and completed, some were started, and some have only waited."""
    number = proof.times(full=10, short=2)
    approved, waiting, started = ([Delivery(caller, brief(0), "one-gate") for _ in range(number)] for _ in range(3))
    everything = [*approved, *waiting, *started]
    await asyncio.gather(*(each.start() for each in (*approved, *waiting)))
    await asyncio.gather(*(each.request() for each in (*approved, *waiting)))
    async with _restored_afterwards(stack, older, tmp_path / "copy"):
        await asyncio.gather(*(each.approve() for each in approved), *(each.start() for each in started))
        await asyncio.gather(*(each.wait_until_ended() for each in approved), *(each.request() for each in started))
    unknown = started if older == "postgres" else []
    open_again = [each for each in (*waiting, *started) if each not in unknown]
    restarted: Counter[str] = Counter()

    async def is_repaired() -> bool:
        _, report = await doctor(stack, "--repair", "--restart")
        restarted.update(each["kind"] for each in report["items"] if each["done"] == "restarted")
        statuses = await stack.rows("SELECT status FROM project WHERE id::text = ANY(%s)", [one.id for one in approved])
        still = await _running(stack, everything)
        return {row["status"] for row in statuses} == {"completed"} and still == {each.id for each in open_again}

    await eventually(is_repaired, DOCTOR_SECONDS)
    for each in open_again:
        await each.approve()
        assert (await each.wait_until_ended())["status"] == "completed"
    seen = [await audit(stack, group) for group in (approved, waiting, [one for one in started if one not in unknown])]
    proof.row(
        f"restore {older} alone, from before {number} decisions and {number} new projects; {number} others only wait",
        len(everything),
        "what does not fit is reported, restarted from the records, and completed; workflows without an open project "
        "end",
        f"restarted: {dict(restarted)}; {'; '.join(str(each) for each in seen if each.projects)}; "
        f"{len(unknown)} unknown projects ended",
    )

    async def has_ended() -> bool:  # a workflow closes after it has recorded its end, and the list lags behind
        return not await _running(stack, everything)

    await eventually(has_ended)
