"""A pipeline is checked when it is loaded, and an error names the file, the stage and the rule."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from models.contracts.enums import GateAsk, Oversight
from models.contracts.pipeline import Gate, Pipeline
from pipelines.catalogue import SHIPPED, PipelineError, load_catalogue, load_pipeline

PLAN = "{name: plan, agent: analyst, produces: [project_plan]}"


def load(folder: Path, *stages: str) -> Pipeline:
    path = folder / "mine.yaml"
    path.write_text("stages:\n" + "".join(f"  - {stage}\n" for stage in stages))
    return load_pipeline(path)


BROKEN = {
    "an unknown agent": (
        ["{name: plan, agent: wizard, produces: [project_plan]}"],
        ["mine.yaml", "stage 'plan'", "agent", "'analyst'"],
    ),
    "an unknown artifact type": (
        ["{name: plan, agent: analyst, produces: [poem]}"],
        ["mine.yaml", "stage 'plan'", "produces", "'project_plan'"],
    ),
    "an artifact that nothing produces": (
        ["{name: build, agent: coder, consumes: [project_plan], produces: [source_code]}"],
        ["mine.yaml", "stage 'build'", "consumes project_plan, which nothing produces"],
    ),
    "a cycle": (
        [
            "{name: plan, agent: analyst, consumes: [source_code], produces: [project_plan]}",
            "{name: build, agent: coder, consumes: [project_plan], produces: [source_code]}",
        ],
        ["mine.yaml", "a cycle", "plan", "build", "->"],
    ),
    "two producers": (
        [PLAN, "{name: again, agent: analyst, produces: [project_plan]}"],
        ["mine.yaml", "stage 'again'", "project_plan is produced by 'plan' already"],
    ),
    "a stage that produces the brief": (
        ["{name: plan, agent: analyst, produces: [user_input]}"],
        ["mine.yaml", "stage 'plan'", "user_input is produced by 'the project' already"],
    ),
    "two stages of one name": (
        [PLAN, "{name: plan, agent: coder, produces: [source_code]}"],
        ["mine.yaml", "stage 'plan'", "another stage has this name"],
    ),
    "a rework target that is not upstream": (
        [PLAN, "{name: test, agent: tester, produces: [test_results], rework: {to: plan}}"],
        ["mine.yaml", "stage 'test'", "reworks 'plan', which is not upstream of it"],
    ),
    "a field that is none": (
        ["{name: plan, agent: analyst, produces: [project_plan], gates: {}}"],
        ["mine.yaml", "stage 'plan'", "gates", "Extra inputs"],
    ),
    "a gate that asks nonsense": (
        ["{name: plan, agent: analyst, produces: [project_plan], gate: {ask: sometimes}}"],
        ["mine.yaml", "stage 'plan'", "gate.ask", "'always'"],
    ),
    "no stages": ([], ["mine.yaml", "stages"]),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_rule_is_named_with_its_place(broken: str, tmp_path: Path) -> None:
    stages, words = BROKEN[broken]

    with pytest.raises(PipelineError) as raised:
        load(tmp_path, *stages)

    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize("content", ["- a list", "just words", "stages: {", "\x00"])
def test_a_file_that_is_no_pipeline_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(content)

    with pytest.raises(PipelineError, match=r"^odd\.yaml: "):
        load_pipeline(tmp_path / "odd.yaml")
    assert [one.file for one in load_catalogue(tmp_path).left_out] == ["odd.yaml"]


def test_the_shipped_pipelines_are_sound_and_one_has_no_gate_and_one_has_branches() -> None:
    catalogue = load_catalogue(SHIPPED)

    assert [stage.name for stage in catalogue["software-delivery"].stages] == [
        "discovery",
        "plan",
        "design",
        "build",
        "validate",
        "launch",
    ]
    quick = catalogue["quick-start"]
    assert len(quick.stages) == 2
    assert not any(stage.gate for stage in quick.stages)
    upstream = catalogue["parallel-branches"].upstream()
    assert upstream["design"] == upstream["build"] == ("specify",)
    assert set(upstream["launch"]) >= {"design", "build"}


def test_a_later_folder_takes_the_place_of_a_shipped_pipeline(tmp_path: Path) -> None:
    (tmp_path / "quick-start.yaml").write_text(f"stages:\n  - {PLAN}\n")

    assert [stage.name for stage in load_catalogue(SHIPPED, tmp_path)["quick-start"].stages] == ["plan"]


def test_durations_are_read_as_people_write_them(tmp_path: Path) -> None:
    stage = "{name: plan, agent: analyst, produces: [project_plan], timeout: 90s, gate: {expires_in: 7d}}"

    loaded = load(tmp_path, stage).stages[0]

    assert loaded.timeout == timedelta(seconds=90)
    assert loaded.gate is not None
    assert loaded.gate.expires_in == timedelta(days=7)


@pytest.mark.parametrize(
    ("oversight", "important", "expected"),
    [
        (None, False, GateAsk.ON_LOW_CONFIDENCE),
        (Oversight.HIGH, False, GateAsk.ALWAYS),
        (Oversight.MEDIUM, True, GateAsk.ALWAYS),
        (Oversight.MEDIUM, False, GateAsk.NEVER),
        (Oversight.LOW, True, GateAsk.NEVER),
    ],
)
def test_oversight_overrides_what_a_gate_declares(
    oversight: Oversight | None, important: bool, expected: GateAsk
) -> None:
    gate = Gate(ask=GateAsk.ON_LOW_CONFIDENCE, important=important)

    assert gate.under(oversight).ask is expected
