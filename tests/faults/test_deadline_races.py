"""A deadline and a decision race: whichever wins, everyone tells the same."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from models.contracts.enums import HitlStatus
from store.transaction import Store
from tests.faults.deliveries import Caller
from tests.faults.house import House
from tests.faults.verdicts import Verdict, verdict
from tests.proving import Proof
from tests.waiting import eventually
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline

EXPIRES_IN = 1.0
AT_ONCE = 10
STEP_SECONDS = 0.05


@dataclass(frozen=True)
class Kind:
    """What the deadline does, what the person says, and how the project ends of either."""

    on_expiry: str
    action: str
    expired: str
    decided: str


KINDS = (
    Kind("halt", "approve", expired="failed", decided="completed"),
    Kind("reject", "approve", expired="rejected", decided="completed"),
    Kind("approve", "reject", expired="completed", decided="rejected"),
)


async def _race(house: House, store: Store, caller: Caller, kind: Kind, seconds: float) -> str:
    """Respond so long after the deadline; who won, as everyone says."""
    gate = {"gate": {"on_expiry": kind.on_expiry, "expires_in": f"{EXPIRES_IN}s"}}
    story = await Story.begin(house.engine, store, house.settings.task_queue, Script(), pipeline(PLAN | gate))

    async def opened() -> tuple[str, datetime] | None:
        return next(((str(request.id), request.expires_at) for request in await story.requests()), None)

    request_id, deadline = await eventually(opened)
    given = {"action": kind.action, "comment": "Now.", "decision_id": (decision_id := str(uuid7()))}
    await asyncio.sleep((deadline + timedelta(seconds=seconds) - datetime.now(UTC)).total_seconds())
    answer = await caller.call("POST", f"/hitl/{request_id}/respond", json=given)
    while answer.status_code == 202:
        answer = await caller.call("POST", f"/hitl/{request_id}/respond", json=given)
    found = await verdict(house, str(story.id), request_id)
    if answer.status_code == 200:
        row = (answer.json()["status"], decision_id)
        told = ("hitl_response", decision_id)
        assert found == Verdict(row, (decision_id,), (told,), kind.decided, kind.decided, judged=1)
        return "decided"
    problem = answer.json()
    assert (answer.status_code, problem["request"]["status"], problem["decision"]) == (409, "expired", None)
    told = ("hitl_expired", None)
    row = (HitlStatus.EXPIRED, None)
    assert found == Verdict(row, (), (told,), kind.expired, kind.expired, judged=found.judged)
    return "expired, and the decision superseded" if found.judged else "expired before the decision was sent"


@pytest.mark.item(12)
async def test_a_decision_that_races_with_its_deadline_has_the_same_outcome_everywhere(
    house: House, house_store: Store, caller: Caller, proof: Proof
) -> None:
    times = proof.times(full=200, short=20)
    outcomes: Counter[str] = Counter()
    lead = 0.0  # seconds from the deadline to the decision

    async def races(number: int, chance: random.Random, clear: float | None) -> None:
        """One after the other, each later where the decision won, and else sooner: so that they are close. One may be
        clear before that, so that both outcomes are seen."""
        nonlocal lead
        if clear is not None:
            outcomes[await _race(house, house_store, caller, chance.choice(KINDS), clear)] += 1
            number -= 1
        for _ in range(number):
            outcome = await _race(house, house_store, caller, chance.choice(KINDS), lead)
            outcomes[outcome] += 1
            lead += chance.uniform(0, STEP_SECONDS) * (1 if outcome == "decided" else -1)

    chances = [random.Random(proof.random.random()) for _ in range(AT_ONCE)]
    clear = [-EXPIRES_IN / 2, EXPIRES_IN, *[None] * (AT_ONCE - 2)]
    await asyncio.gather(*(races(times // AT_ONCE, *each) for each in zip(chances, clear, strict=True)))
    proof.row(
        "a deadline and a decision race",
        times,
        "one outcome each; answer, row, history, events, project and workflow agree",
        f"{dict(outcomes)}; the last decision was sent {1000 * lead:+.0f} ms from the deadline; all agree",
    )
    assert outcomes.total() == times
    assert outcomes["decided"]
    assert outcomes.total() > outcomes["decided"]
    if proof.whole:
        assert outcomes["expired, and the decision superseded"]
