"""Budgets as people write them, and the sentence of one that is exhausted."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from models.contracts.budget import Budget, BudgetKind, BudgetUnit, Limits, Shortage, format_amount
from models.contracts.hitl import HitlResponse
from models.contracts.pipeline import Pipeline
from pipelines.catalogue import PipelineError, load_pipeline

STAGE = {"name": "build", "agent": "coder", "produces": ["source_code"]}


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("2usd", Limits(usd=2)),
        ("2", Limits(usd=2)),
        (0.5, Limits(usd=0.5)),
        ("$", None),
        ("2.50 USD", Limits(usd=2.5)),
        ("500ktok", Limits(tokens=500_000)),
        ("1.5mtok", Limits(tokens=1_500_000)),
        ("12tok", Limits(tokens=12)),
        ("2h", Limits(seconds=7200)),
        ("90m", Limits(seconds=5400)),
        ("2usd, 500ktok, 2h", Limits(usd=2, tokens=500_000, seconds=7200)),
        ({"tokens": 5}, Limits(tokens=5)),
        ("2usd,3usd", None),
        ("2usd,", None),
        ("", None),
        ("0usd", None),
        ("-1usd", None),
        ("nan", None),
        ("\uff11usd", None),
        ("1\u200ausd", None),
        ("1e400", None),
        ("99999999999usd", None),
        ("2eur", None),
        (float("inf"), None),
        (True, None),
        ({}, None),
        ([], None),
    ],
)
def test_a_budget_is_written_as_amounts_with_units(text: object, limits: Limits | None) -> None:
    if limits is None:
        with pytest.raises(ValidationError):
            Budget.model_validate(text)
        return
    found = Budget.model_validate(text)
    assert Limits.model_validate(found.model_dump()) == limits
    assert Budget.model_validate_json(found.model_dump_json()) == found


def test_a_pipeline_its_roles_and_its_stages_have_budgets() -> None:
    role = {"name": "coder", "writes": "files", "budget": "1usd"}
    pipeline = Pipeline.model_validate(
        {"name": "one", "budget": "2usd,1h", "roles": [role], "stages": [STAGE | {"budget": "100ktok"}]}
    )
    assert Pipeline.model_validate_json(pipeline.model_dump_json()) == pipeline
    assert (pipeline.budget, pipeline.roles[0].budget) == (Budget(usd=2, seconds=3600), Budget(usd=1))
    assert pipeline.stages[0].budget == Budget(tokens=100_000)
    with pytest.raises(ValidationError, match="AMOUNT UNIT"):
        Pipeline.model_validate({"name": "one", "budget": "much", "stages": [STAGE]})


def test_a_pipeline_file_names_a_unit_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(
        "budget: {usd: 2, token: 5}\nstages: [{name: build, agent: coder, produces: [source_code]}]\n"
    )
    with pytest.raises(PipelineError, match=r"budget, token: Extra inputs are not permitted"):
        load_pipeline(tmp_path / "one.yaml")


def test_only_an_approval_raises() -> None:
    given = {
        "request_id": "01890a5d-b3d6-7e31-9f43-2b3c4d5e6f70",
        "decision_id": "01890a5d-b3d6-7e31-9f43-2b3c4d5e6f71",
        "responded_at": "2026-11-28T00:00:00Z",
        "raise_by": "2usd",
    }
    assert HitlResponse.model_validate(given | {"action": "approve"}).raise_by == Budget(usd=2)
    with pytest.raises(ValidationError, match="raise_by needs approve"):
        HitlResponse.model_validate(given | {"action": "reject", "comment": "no"})


def shortage(unit: BudgetUnit, spent: float, limit: float, needs: float, reserved: float = 0) -> Shortage:
    return Shortage(
        kind=BudgetKind.PROJECT, scope="project:x", unit=unit, spent=spent, reserved=reserved, limit=limit, needs=needs
    )


def test_anyone_can_read_what_was_spent_and_what_is_needed() -> None:
    dollars = shortage(BudgetUnit.USD, 4.9, 5, 0.6)
    assert dollars.describe("coder") == "Spent 4.90 of 5.00 USD; the coder needs about 0.60 for the next turn"
    tokens = shortage(BudgetUnit.TOKENS, 480_000, 500_000, 31_000, 5_000)
    assert tokens.describe("tester") == (
        "Spent 480,000 of 500,000 tokens; running calls may use 5,000 tokens more; the tester needs about 31,000 for "
        "the next turn"
    )
    assert shortage(BudgetUnit.SECONDS, 7201, 7200, 300).describe("coder") == (
        "Spent 2:00:01 of 2:00:00 h; the coder needs about 0:05:00 for the next turn"
    )
    # After a raise by what is said to be needed, nobody is asked again.
    for needs, shown in ((0.033942, "0.04"), (0.6000000001, "0.60"), (0.00031, "0.0004"), (1e-7, "0.0001")):
        described = shortage(BudgetUnit.USD, 0, 0.03, needs).describe("analyst")
        assert f"the analyst needs about {shown} for the next turn" in described
        assert shortage(BudgetUnit.USD, 0, float(shown), needs).is_allowed
    assert "needs about 31,001 for" in shortage(BudgetUnit.TOKENS, 0, 1, 31_000.2).describe("coder")
    assert [format_amount(BudgetUnit.USD, amount) for amount in (0, 0.00031, 0.000001, 1e-30, 12.345)] == [
        "0.00 USD",
        "0.0003 USD",
        "0.000001 USD",
        "0.0000 USD",
        "12.35 USD",
    ]
