"""What other clients notice of a client that abuses the API: next to nothing."""

from __future__ import annotations

import pytest

from tests.abuse.abusers import Abuser
from tests.abuse.neighbours import Neighbours
from tests.abuse.place import Place
from tests.abuse.projects import asked, start
from tests.proving import Proof

TWICE = 2.0
TURN_SECONDS = 0.4


@pytest.mark.item(19)
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("frames", "1,000 frames a second, most of them broken"),
        ("flood", "frames as fast as they go, from a client that does not read"),
        ("bodies", "hostile bodies of up to 10 MB, one after the other"),
        ("slow", "50 bodies a byte at a time"),
    ],
)
async def test_neighbours_do_not_wait_for_it(kind: str, what: str, place: Place, proof: Proof) -> None:
    async with place.client() as http:
        project_id = await start(http, oversight="high")
        await asked(http, project_id, "discovery")
    async with (
        Abuser.ready(kind, place.url) as abuser,
        Neighbours.opened(place.url, project_id) as neighbours,
    ):
        waits = await neighbours.compare(abuser.let, proof.times(60, 6), TURN_SECONDS)
    proof.row(
        f"other clients' p99 in turns without and with {what}",
        ", ".join(f"{count} {name}" for name, count in abuser.done.items()),
        "at most twice",
        f"{waits.slower:.2f} times: {waits}",
    )
    assert waits.slower <= TWICE
    assert place.deaths == []
