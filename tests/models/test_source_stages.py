"""Which stages read the code that a project begins from."""

from __future__ import annotations

from models.contracts.pipeline import Pipeline

STAGES = [
    {"name": "plan", "agent": "analyst", "produces": ["implementation_plan"]},
    {"name": "acceptance", "agent": "tester", "consumes": ["implementation_plan"], "produces": ["acceptance_tests"]},
    {"name": "build", "agent": "coder", "consumes": ["implementation_plan"], "produces": ["source_code"]},
    {"name": "risks", "agent": "analyst", "produces": ["project_plan"]},
    {
        "name": "validate",
        "agent": "tester",
        "consumes": ["source_code", "acceptance_tests"],
        "produces": ["test_results"],
    },
    {"name": "report", "agent": "analyst", "consumes": ["test_results"], "produces": ["deployment_log"]},
]


def readers(*names: str) -> list[str]:
    stages = [stage for stage in STAGES if stage["name"] in names]
    pipeline = Pipeline.model_validate({"name": "any", "stages": stages})
    return [stage.name for stage in pipeline.stages if pipeline.begins_from_source(stage.name)]


def test_every_stage_reads_it_until_code_is_produced_except_the_one_that_writes_the_acceptance_tests() -> None:
    everything = [str(stage["name"]) for stage in STAGES]
    assert readers(*everything) == ["plan", "build", "risks"]


def test_without_a_stage_that_produces_code_all_of_them_do() -> None:
    assert readers("plan", "risks") == ["plan", "risks"]
