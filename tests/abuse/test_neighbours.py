"""What other clients notice of a client that abuses the API: next to nothing."""

from __future__ import annotations

import pytest

from benchmarks.timing import p50, p99
from tests.abuse.abusers import Abuser
from tests.abuse.neighbours import Neighbours
from tests.abuse.place import Place
from tests.abuse.projects import asked, start
from tests.proving import Proof

TWICE = 2
FEW = 4
"""What the short form allows."""


@pytest.mark.item(19)
@pytest.mark.parametrize(
    ("kind", "what", "unit"),
    [
        ("frames", "1,000 frames a second, most of them broken", "frames"),
        ("large", "frames of 65 KB and 16 MB, twenty a second", "frames"),
        ("flood", "frames as fast as they go from clients that do not read, twenty a second", "sockets"),
        ("bodies", "hostile bodies of up to 10 MB, twenty a second", "bodies"),
        ("ugly", "artifacts that are slow to lay out, such as 900,000 ampersands", "artifacts"),
        ("slow", "50 bodies a byte at a time", "bodies"),
    ],
)
async def test_neighbours_do_not_wait_for_it(kind: str, what: str, unit: str, place: Place, proof: Proof) -> None:
    if kind in ("large", "slow"):
        proof.full_form_only()
    async with place.client() as http:
        project_id = await start(http, oversight="high")
        await asked(http, project_id, "discovery")
    async with (
        Abuser.ready(kind, place.url) as abuser,
        Neighbours.opened(place.url, project_id) as neighbours,
    ):
        # Of the few calls of the short form, the slowest hundredth is the slowest one, which says more of the machine.
        waits = await neighbours.compare(abuser.let, proof.times(30, 3), p99 if proof.is_full else p50)
    most = TWICE if proof.is_full else FEW
    proof.row(
        f"other clients' {waits.of.__name__}, in turns without and with {what}",
        f"{abuser.done[unit]} {unit}",
        f"at most {most} times as long",
        str(waits),
    )
    assert waits.slower <= most, str(waits)
    assert abuser.done[unit]
    assert place.deaths == []
