"""To which stages the work may be sent from a gate."""

from __future__ import annotations

import pytest

from models.contracts.enums import HitlReason
from models.contracts.pipeline import Pipeline
from models.contracts.redo import checking_stages, redo_stages
from pipelines.catalogue import SHIPPED, load_pipeline

SHIPPED_PIPELINE = load_pipeline(SHIPPED / "software-delivery.yaml")
SENT_BACK = ("software_specification", "implementation_plan", "system_architecture", "test_results", "source_code")
"""The inputs of the stage `build` after a failed verdict."""


@pytest.mark.parametrize(
    ("stage", "reason", "inputs", "stages"),
    [
        ("discovery", HitlReason.REVIEW, (), ()),
        ("design", HitlReason.REVIEW, (), ("discovery", "plan")),
        ("validate", HitlReason.FAILED_VERDICT, (), ("discovery", "plan", "design", "acceptance", "build")),
        ("build", HitlReason.FAILED_STEP, SENT_BACK[:3], ("discovery", "plan", "design")),
        ("build", HitlReason.FAILED_STEP, SENT_BACK, ("discovery", "plan", "design", "acceptance")),
        ("build", HitlReason.REVIEW, SENT_BACK, ("discovery", "plan", "design")),
    ],
)
def test_the_stages_upstream_and_those_that_checked_the_work(
    stage: str, reason: HitlReason, inputs: tuple[str, ...], stages: tuple[str, ...]
) -> None:
    assert redo_stages(SHIPPED_PIPELINE, stage, reason, inputs) == stages


def test_what_depends_on_the_work_did_not_check_it() -> None:
    """The report is about two artifacts, and one of them was made from the work."""
    stages = [
        {"name": "build", "agent": "coder", "produces": ["source_code"]},
        {"name": "package", "agent": "deployer", "consumes": ["source_code"], "produces": ["deployment_package"]},
        {"name": "tests", "agent": "tester", "produces": ["acceptance_tests"]},
        {
            "name": "validate",
            "agent": "tester",
            "consumes": ["deployment_package", "acceptance_tests"],
            "produces": ["test_results"],
            "rework": {"to": "build"},
        },
    ]
    pipeline = Pipeline.model_validate({"name": "two-sides", "stages": stages})
    assert checking_stages(pipeline, "build", ("test_results", "source_code")) == ("tests",)
    assert checking_stages(pipeline, "build", ("test_results",)) == ()  # there is no earlier work
