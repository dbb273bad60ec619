"""Other clients hardly notice a client that abuses the API."""

from __future__ import annotations

import pytest

from benchmarks.timing import p50, p99
from tests.abuse.abusers import Abuser
from tests.abuse.neighbours import Comparison, Neighbours, Waits
from tests.abuse.target import Target
from tests.api_client import start, wait_for_request
from tests.proving import Proof

SLOWDOWN, SHORT_FORM_SLOWDOWN = 2, 10
"""The allowed slowdown in the full form, and with the few calls of the short form."""
MEASUREMENTS = 3
"""How often a slowdown is measured before it counts. An abuse that slows down others does so each time."""


@pytest.mark.item(19)
@pytest.mark.parametrize(
    ("kind", "what", "unit"),
    [
        ("frames", "1,000 frames a second, most of them broken", "frames"),
        ("large", "frames of 65 KB and 16 MB, twenty a second", "frames"),
        ("flood", "frames at full speed from clients that do not read, twenty sockets a second", "sockets"),
        ("bodies", "hostile bodies of up to 10 MB, twenty a second", "bodies"),
        ("slow to render", "artifacts that are slow to render, such as 900,000 ampersands", "artifacts"),
        ("slow", "50 bodies a byte at a time", "bodies"),
    ],
)
async def test_other_clients_are_not_slowed_down(kind: str, what: str, unit: str, target: Target, proof: Proof) -> None:
    if kind in ("large", "slow"):
        proof.full_form_only()
    async with target.client() as http:
        project_id = await start(http, oversight="high")
        await wait_for_request(http, project_id, "discovery")
    async with (
        Abuser.started(kind, target.url) as abuser,
        Neighbours.opened(target.url, project_id) as neighbours,
    ):
        limit = SLOWDOWN if proof.is_full else SHORT_FORM_SLOWDOWN
        for _ in range(MEASUREMENTS):
            # With the few calls of the short form, the p99 is the slowest one, which depends on the machine.
            waits = await neighbours.compare(abuser.active, proof.times(30, 3), p99 if proof.is_full else p50)
            if waits.slowdown <= limit:
                break
    proof.row(
        f"other clients' {waits.of.__name__}, median of the turns, alternating without and with {what}",
        f"{abuser.done[unit]} {unit}",
        f"at most {limit} times as long",
        str(waits),
    )
    assert waits.slowdown <= limit, str(waits)
    assert abuser.done[unit]
    assert target.deaths == []


def test_bursts_of_other_load_are_no_slowdown_and_an_abuse_is() -> None:
    quiet, slow, burst = ([seconds] * 40 for seconds in (0.004, 0.010, 0.200))

    def compared(alone: list[list[float]], abused: list[list[float]]) -> float:
        return Comparison(p99, [Waits(each, quiet) for each in alone], [Waits(each, quiet) for each in abused]).slowdown

    assert compared([quiet] * 30, [quiet] * 20 + [burst] * 10) == 1
    assert compared([quiet] * 20 + [burst] * 10, [slow] * 30) > SLOWDOWN
    assert compared([quiet] * 30, [quiet] * 14 + [slow] * 16) > SLOWDOWN
    assert compared([quiet, [], quiet], [quiet] * 3) == 1
