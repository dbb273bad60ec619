"""Who may decide at a gate, as a pipeline says it, and why others may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.contracts.approvals import Approvals, Candidate, find_bar
from models.contracts.pipeline import Gate
from pipelines.catalogue import PipelineError, load_pipeline

SECURITY = Approvals.model_validate({"from": [{"group": "security"}, {"user": "ana"}]})
FILE = "stages: [{{name: plan, agent: analyst, produces: [project_plan], gate: {{approvals: {policy}}}}}]\n"


def person(**known: Any) -> Candidate:
    return Candidate(name="Bo", **known)


@pytest.mark.parametrize(
    ("policy", "candidate", "bar"),
    [
        (None, None, None),
        (None, person(), None),
        (Approvals(), person(), None),
        (SECURITY, person(names={"ana"}), None),
        (SECURITY, person(groups={"security", "other"}), None),
        (SECURITY, person(names={"security"}, groups={"ana"}), "Only the group security or ana may decide here"),
        (SECURITY, person(names={"Ana"}, groups={"Security"}), "Only the group security or ana may decide here"),
        (SECURITY, None, "Only the group security or ana may decide here, and nobody has signed in"),
        (
            SECURITY,
            person(names={"ana"}, may_decide=False),
            "Bo may not decide in this project: that takes the role approver",
        ),
        (SECURITY, person(names={"ana"}, is_disabled=True), "Bo cannot sign in any more"),
        (None, person(is_service=True), "Bo is a service, and this review asks a person"),
        (SECURITY, person(names={"ana"}, is_service=True), "Bo is a service, and this review asks a person"),
        (Approvals(allow_services=True), person(is_service=True), None),
    ],
)
def test_who_may_decide(policy: Approvals | None, candidate: Candidate | None, bar: str | None) -> None:
    assert find_bar(policy, candidate) == bar


def test_a_service_never_decides_where_a_person_is_needed() -> None:
    policy, why = Approvals(allow_services=True), "Bo is a service, and this review asks a person"
    assert find_bar(policy, person(is_service=True), needs_person=True) == why
    assert find_bar(policy, person(), needs_person=True) is None


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        ("{need: 2, from: [{group: security}]}", "approvals.need: only 1 is possible"),
        ("{need: true}", "approvals.need: only 1 is possible"),
        ("{not: [starter]}", "approvals.not: "),
        ("{from: [{group: security, need: 2}]}", "approvals.from.0.need: "),
        ("{from: [{group: security, user: ana}]}", "approvals.from.0: should be either {group: NAME} or {user: NAME}"),
        ("{from: [{}]}", "should be either"),
        ("{from: [{role: approver}]}", "role: "),
        ("{from: security}", "approvals.from: "),
        ("{approvers: [{user: ana}]}", "approvals.approvers: "),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused_when_the_pipeline_is_loaded(
    policy: str, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FILE.format(policy=policy))
    with pytest.raises(PipelineError) as raised:
        load_pipeline(path)
    assert any(problem in line for line in raised.value.problems), raised.value.problems


def test_a_policy_is_the_same_after_it_was_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FILE.format(policy="{from: [{group: security}, {user: ana}]}"))
    (stage,) = load_pipeline(path).stages
    assert stage.gate is not None
    assert stage.gate.approvals == SECURITY
    for written in (stage.gate.model_dump(mode="json"), stage.gate.model_dump()):
        assert Gate.model_validate(written) == stage.gate
    assert Gate.model_validate_json(stage.gate.model_dump_json()) == stage.gate
