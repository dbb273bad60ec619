"""Stages of high risk: what a pipeline may say about them, and their gates."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from models.contracts.enums import GateAsk, OnExpiry, Oversight
from models.contracts.pipeline import Pipeline

STAGE: dict[str, Any] = {"name": "launch", "agent": "deployer", "produces": ["project_plan"], "risk": "high"}


def load(**changes: Any) -> Pipeline:
    return Pipeline.model_validate({"name": "risky", "stages": [STAGE | changes]})


def test_a_stage_of_high_risk_may_not_be_approved_by_its_deadline() -> None:
    with pytest.raises(ValidationError) as refused:
        load(gate={"on_expiry": "approve"})
    assert "stage 'launch', gate.on_expiry: cannot be approve, because its risk is high" in str(refused.value)
    assert load(gate={"on_expiry": "approve"}, risk="normal").stages[0].gate is not None
    assert load(gate={"on_expiry": "reject"}).stages[0].gate is not None


@pytest.mark.parametrize("oversight", [*Oversight, None])
@pytest.mark.parametrize("gate", [None, {"ask": "never", "expires_in": "1h", "on_expiry": "reject"}])
def test_its_gate_always_asks(oversight: Oversight | None, gate: dict[str, Any] | None) -> None:
    under = load(gate=gate).stages[0].gate_under(oversight)
    assert under.ask is GateAsk.ALWAYS
    assert under.on_expiry is (OnExpiry.REJECT if gate else OnExpiry.HALT)


def test_another_stage_follows_the_oversight() -> None:
    (stage,) = load(risk="normal", gate={}).stages
    assert stage.gate_under(Oversight.LOW).ask is GateAsk.NEVER
    assert stage.gate_under(Oversight.HIGH).ask is GateAsk.ALWAYS
