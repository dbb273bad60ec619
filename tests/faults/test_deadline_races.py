"""A deadline and a decision race: every record shows the same winner."""

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
from tests.faults.fault_stack import FaultStack
from tests.faults.observed_outcome import ObservedOutcome, observe_outcome
from tests.proving import Proof
from tests.waiting import eventually
from tests.workflows.crew_under_test import PLAN, Script, Story, pipeline

EXPIRES_IN = 1.0
AT_ONCE = 10
STEP_SECONDS = 0.05


@dataclass(frozen=True)
class Kind:
    """What the deadline does, what the person decides, and how the project ends in each case."""

    on_expiry: str
    action: str
    expired: str
    decided: str


KINDS = (
    Kind("halt", "approve", expired="failed", decided="completed"),
    Kind("reject", "approve", expired="rejected", decided="completed"),
    Kind("approve", "reject", expired="completed", decided="rejected"),
)


async def _race(stack: FaultStack, store: Store, caller: Caller, kind: Kind, seconds: float) -> str:
    """Respond `seconds` after the deadline. Returns who won, once all records agree."""
    gate = {"gate": {"on_expiry": kind.on_expiry, "expires_in": f"{EXPIRES_IN}s"}}
    story = await Story.begin(stack.temporal_client, store, stack.settings.task_queue, Script(), pipeline(PLAN | gate))

    async def opened() -> tuple[str, datetime, str | None] | None:
        requests = await story.requests()
        return next(((str(each.id), each.expires_at, each.subject_hash) for each in requests), None)

    request_id, deadline, subject = await eventually(opened)
    body = {"action": kind.action, "comment": "Now.", "decision_id": (decision_id := str(uuid7()))}
    body |= {"subject_hash": str(subject)}
    await asyncio.sleep((deadline + timedelta(seconds=seconds) - datetime.now(UTC)).total_seconds())
    answer = await caller.call("POST", f"/hitl/{request_id}/respond", json=body)
    while answer.status_code == 202:
        answer = await caller.call("POST", f"/hitl/{request_id}/respond", json=body)
    found = await observe_outcome(stack, str(story.id), request_id)
    if answer.status_code == 200:
        row = (answer.json()["status"], decision_id)
        event = ("hitl_response", decision_id)
        assert found == ObservedOutcome(row, (decision_id,), (event,), kind.decided, kind.decided, judged=1)
        return "decided"
    problem = answer.json()
    assert (answer.status_code, problem["request"]["status"], problem["decision"]) == (409, "expired", None)
    assert found == ObservedOutcome(
        row=(HitlStatus.EXPIRED, None),
        applied=(),
        events=(("hitl_expired", None),),
        project=kind.expired,
        workflow=kind.expired,
        judged=found.judged,
    )
    return "expired, and the decision superseded" if found.judged else "expired before the decision was sent"


@pytest.mark.item(12)
async def test_a_decision_that_races_with_its_deadline_has_the_same_outcome_everywhere(
    stack: FaultStack, stack_store: Store, caller: Caller, proof: Proof
) -> None:
    times = proof.times(full=200, short=20)
    outcomes: Counter[str] = Counter()
    lead = 0.0  # seconds from the deadline to the decision

    async def race_repeatedly(number: int, choices: random.Random, clear: float | None) -> None:
        """Run races one after the other, each later if the decision won and earlier otherwise, so that they are close.

        The first may have a clear winner, so that both outcomes occur.
        """
        nonlocal lead
        if clear is not None:
            outcomes[await _race(stack, stack_store, caller, choices.choice(KINDS), clear)] += 1
            number -= 1
        for _ in range(number):
            outcome = await _race(stack, stack_store, caller, choices.choice(KINDS), lead)
            outcomes[outcome] += 1
            lead += choices.uniform(0, STEP_SECONDS) * (1 if outcome == "decided" else -1)

    generators = [random.Random(proof.random.random()) for _ in range(AT_ONCE)]
    clear = [-EXPIRES_IN / 2, EXPIRES_IN, *[None] * (AT_ONCE - 2)]
    await asyncio.gather(*(race_repeatedly(times // AT_ONCE, *each) for each in zip(generators, clear, strict=True)))
    proof.row(
        "a deadline and a decision race",
        times,
        "one outcome each; response, row, history, events, project and workflow agree",
        f"{dict(outcomes)}; the last decision was sent {1000 * lead:+.0f} ms from the deadline; all agree",
    )
    assert outcomes.total() == times
    assert outcomes["decided"]
    assert outcomes.total() > outcomes["decided"]
    if proof.is_full:
        assert outcomes["expired, and the decision superseded"]
