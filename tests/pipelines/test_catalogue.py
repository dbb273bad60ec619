"""A pipeline file is checked when it is loaded. The error names the file, the stage and the rule."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contracts.enums import GateAsk, Oversight
from models.contracts.pipeline import Gate, Pipeline
from pipelines.catalogue import SHIPPED, PipelineError, load_catalogue, load_pipeline

PLAN = "{name: plan, agent: analyst, produces: [project_plan]}"
BUILD = "{name: build, agent: coder, consumes: [project_plan], produces: [source_code]}"


def load(tmp_path: Path, *stages: str, head: str = "description: x") -> Pipeline:
    path = tmp_path / "mine.yaml"
    path.write_text(f"{head}\nstages: [{', '.join(stages)}]\n")
    return load_pipeline(path)


BROKEN = {
    "unknown agent": (["{name: plan, agent: wizard, produces: [project_plan]}"], "stage 'plan'", "agent"),
    "unknown artifact": (["{name: plan, agent: analyst, produces: [poem]}"], "stage 'plan'", "produces.0"),
    "unknown consumed": (
        ["{name: plan, agent: analyst, consumes: [poem], produces: [project_plan]}"],
        "stage 'plan'",
        "consumes.0",
    ),
    "produces nothing": (["{name: plan, agent: analyst, produces: []}"], "stage 'plan'", "produces"),
    "nothing produces it": (
        ["{name: build, agent: coder, consumes: [project_plan], produces: [source_code]}"],
        "stage 'build'",
        "consumes project_plan, which nothing produces",
    ),
    "two producers": (
        [PLAN, "{name: again, agent: analyst, produces: [project_plan]}"],
        "stage 'again'",
        "project_plan is already produced by 'plan'",
    ),
    "produces the brief": (
        ["{name: plan, agent: analyst, produces: [user_input]}"],
        "stage 'plan'",
        "user_input is already produced by 'the project'",
    ),
    "two of a name": (
        [PLAN, "{name: plan, agent: coder, produces: [source_code]}"],
        "stage 'plan'",
        "another stage has this name",
    ),
    "a cycle": (
        [
            "{name: one, agent: analyst, consumes: [source_code], produces: [project_plan]}",
            "{name: two, agent: coder, consumes: [project_plan], produces: [source_code]}",
        ],
        "stage 'one'",
        "a cycle: one -> two -> one",
    ),
    "a stage that feeds itself": (
        ["{name: plan, agent: analyst, consumes: [project_plan], produces: [project_plan]}"],
        "stage 'plan'",
        "a cycle: plan -> plan",
    ),
    "rework downstream": (
        ["{name: plan, agent: analyst, produces: [project_plan], rework: {to: build}}", BUILD],
        "stage 'plan'",
        "reworks 'build', which is not upstream of it",
    ),
    "rework of itself": (
        ["{name: plan, agent: analyst, produces: [project_plan], rework: {to: plan}}"],
        "stage 'plan'",
        "reworks 'plan', which is not upstream of it",
    ),
    "rework of nothing": (
        ["{name: plan, agent: analyst, produces: [project_plan], rework: {to: nowhere}}"],
        "stage 'plan'",
        "reworks 'nowhere'",
    ),
    "an unknown field": (
        ["{name: plan, agent: analyst, produces: [project_plan], gates: {}}"],
        "stage 'plan'",
        "gates",
    ),
    "an unknown field of a gate": (
        ["{name: plan, agent: analyst, produces: [project_plan], gate: {asks: always}}"],
        "stage 'plan'",
        "gate.asks",
    ),
    "a gate that asks perhaps": (
        ["{name: plan, agent: analyst, produces: [project_plan], gate: {ask: perhaps}}"],
        "stage 'plan'",
        "gate.ask",
    ),
    "a gate that never expires": (
        ["{name: plan, agent: analyst, produces: [project_plan], gate: {expires_in: never}}"],
        "stage 'plan'",
        "gate.expires_in",
    ),
    "a deadline at once": (
        ["{name: plan, agent: analyst, produces: [project_plan], gate: {expires_in: 0s}}"],
        "stage 'plan'",
        "gate.expires_in",
    ),
    "no rounds": (
        ["{name: plan, agent: analyst, produces: [project_plan], gate: {max_rounds: 0}}"],
        "stage 'plan'",
        "gate.max_rounds",
    ),
    "a name with spaces": (["{name: the plan, agent: analyst, produces: [project_plan]}"], "'the plan'", "name"),
    "no name": (["{agent: analyst, produces: [project_plan]}"], "stage 1", "name"),
    "a stage that is a word": (["plan"], "stage 1", "Input should be a valid dictionary"),
    "code and something else": (
        ["{name: build, agent: coder, produces: [agent_output, source_code]}"],
        "stage 'build', produces",
        "source_code is written in a step of its own; move agent_output to another stage",
    ),
    "two file sets": (
        ["{name: build, agent: coder, produces: [agent_output, project_plan]}"],
        "stage 'build', produces",
        "agent_output is written in a step of its own; move project_plan to another stage",
    ),
    "tests and their results": (
        ["{name: check, agent: tester, produces: [acceptance_tests, test_results]}"],
        "stage 'check', produces",
        "acceptance_tests is written in a step of its own; move test_results to another stage",
    ),
    "a package and something else": (
        ["{name: launch, agent: deployer, produces: [deployment_log, deployment_package, project_plan, agent_output]}"],
        "stage 'launch', produces",
        "deployment_package is written in a step of its own; move project_plan, agent_output to another stage",
    ),
    "no stages": ([], "stages", "at least 1 item"),
}


@pytest.mark.parametrize(("stages", "place", "rule"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_rule_is_reported_with_file_stage_and_rule(
    tmp_path: Path, stages: list[str], place: str, rule: str
) -> None:
    with pytest.raises(PipelineError) as error:
        load(tmp_path, *stages)
    told = str(error.value)
    assert told.startswith("mine.yaml: ")
    assert place in told
    assert rule in told


@pytest.mark.parametrize(
    "content", [b"", b"- a list", b"\xff\xfe", b"{", b"stages: 3", b"stages: {", b"words", b"\x00", b"description: x"]
)
def test_an_invalid_file_is_reported_by_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(PipelineError, match=r"^mine\.yaml: "):
        load_pipeline(path)


def test_a_missing_file_is_reported_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"^gone\.yaml: "):
        load_pipeline(tmp_path / "gone.yaml")


def test_the_shipped_pipelines_are_as_designed() -> None:
    catalogue = load_catalogue(SHIPPED)
    assert set(catalogue) == {"software-delivery", "quick-start", "parallel-branches"}
    delivery = catalogue["software-delivery"]
    assert [(one.name, one.agent) for one in delivery.stages] == [
        ("discovery", "analyst"),
        ("plan", "analyst"),
        ("design", "architect"),
        ("acceptance", "tester"),
        ("build", "coder"),
        ("validate", "tester"),
        ("launch", "deployer"),
    ]
    assert [one.name for one in delivery.stages if one.gate and one.gate.important] == ["discovery", "plan", "launch"]
    rework = delivery.stage("validate").rework
    assert rework is not None
    assert (rework.to, rework.max_rounds) == ("build", 3)
    assert not any(one.gate for one in catalogue["quick-start"].stages)
    upstream = catalogue["parallel-branches"].upstream()
    assert upstream["design"] == upstream["build"] == ("specify",)


def test_a_pipeline_replaces_one_of_an_earlier_folder(tmp_path: Path) -> None:
    (tmp_path / "quick-start.yaml").write_text(f"description: mine\nstages: [{PLAN}]\n")
    assert load_catalogue(SHIPPED, tmp_path)["quick-start"].description == "mine"


def test_ancestors_and_descendants_include_indirect_ones(tmp_path: Path) -> None:
    test = "{name: check, agent: tester, consumes: [source_code], produces: [test_results]}"
    loaded = load(tmp_path, test, BUILD, PLAN)
    assert loaded.ancestors("check") == {"plan", "build"}
    assert loaded.descendants("plan") == ("check", "build")  # in the order of the file
    assert loaded.ancestors("plan") == frozenset()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(hours=24)),
        ("7 d", timedelta(days=7)),
        ("1.5h", timedelta(minutes=90)),
        ("PT1H", timedelta(hours=1)),
        (60, timedelta(minutes=1)),
    ],
)
def test_durations_may_have_units(written: object, meant: timedelta) -> None:
    assert Gate.model_validate({"expires_in": written}).expires_in == meant


@pytest.mark.parametrize("written", ["", "h", "-1h", "1w", "1h30m", "366d", "∞", None, "1e9h"])
def test_invalid_durations_are_refused(written: object) -> None:
    with pytest.raises(ValueError, match="expires_in"):
        Gate.model_validate({"expires_in": written})


@pytest.mark.parametrize(
    ("oversight", "important", "asks"),
    [
        (None, False, GateAsk.ON_LOW_CONFIDENCE),
        (Oversight.HIGH, False, GateAsk.ALWAYS),
        (Oversight.MEDIUM, False, GateAsk.NEVER),
        (Oversight.MEDIUM, True, GateAsk.ALWAYS),
        (Oversight.LOW, True, GateAsk.NEVER),
    ],
)
def test_oversight_overrides_a_gate(oversight: Oversight | None, important: bool, asks: GateAsk) -> None:
    assert Gate(ask=GateAsk.ON_LOW_CONFIDENCE, important=important).with_oversight(oversight).ask is asks


@given(st.sampled_from(sorted(load_catalogue(SHIPPED))))
def test_a_pipeline_survives_json(name: str) -> None:
    pipeline = load_catalogue(SHIPPED)[name]
    assert Pipeline.model_validate_json(pipeline.model_dump_json()) == pipeline
