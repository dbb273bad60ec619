"""docs/pipelines.md matches the code: fields, defaults, rules, and an example that loads."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from crew.rehearsal import rehearsal_controls
from models.contracts.contract import Duration
from models.contracts.enums import GateAsk, OnExpiry, Oversight
from models.contracts.names import BuiltInArtifact, BuiltInRole
from models.contracts.pipeline import Gate, Pipeline, Rework, Stage
from models.contracts.roles import ArtifactKind, MediaType, Role, RoleLimits, Writes
from pipelines.catalogue import PipelineError, load_catalogue, load_pipeline
from tests.docs.pages import block, read, rows, section

PAGE = read("docs/pipelines.md")
EXAMPLE = block("docs/pipelines.md", "yaml pipelines/two-hands.yaml")


def load(tmp_path: Path, text: str, name: str = "two-hands") -> Pipeline:
    file = tmp_path / f"{name}.yaml"
    file.write_text(text)
    return load_pipeline(file)


def test_the_example_loads_as_described(tmp_path: Path) -> None:
    pipeline = load(tmp_path, EXAMPLE)
    upstream = pipeline.upstream()
    assert upstream["design"] == upstream["build"] == ("specify",)
    assert set(upstream["launch"]) == {"design", "validate", "build"}
    assert pipeline.stage("specify").gate == Gate(
        important=True, question="Do these requirements say what you need?", expires_in=timedelta(days=3)
    )


@pytest.mark.parametrize("info", ["yaml roles of your own", "yaml artifacts of your own", "yaml a stage with both"])
def test_what_is_quoted_from_the_example_is_in_it(info: str) -> None:
    assert block("docs/pipelines.md", info) in read("examples/pipelines/secure-delivery.yaml")


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("The pipeline", Pipeline),
        ("A stage", Stage),
        ("A role", Role),
        ("An artifact type", ArtifactKind),
        ("A gate", Gate),
        ("Rework", Rework),
    ],
)
def test_every_field_is_documented_with_its_default(heading: str, model: type[BaseModel]) -> None:
    documented = {row[0].strip("`"): row[1].strip("`") for row in rows(section(PAGE, heading))}
    assert documented.keys() == model.model_fields.keys()
    for name, field in model.model_fields.items():
        if field.default is PydanticUndefined:
            assert documented[name] in ("required", "the file's name"), name
        elif isinstance(field.default, timedelta):
            assert (
                timedelta(**{{"m": "minutes", "h": "hours"}[documented[name][-1]]: int(documented[name][:-1])})
                == field.default
            )
        elif isinstance(field.default, RoleLimits):
            assert documented[name] == "none"
        elif isinstance(field.default, tuple):
            assert documented[name] == f"[{', '.join(field.default)}]"
        else:
            words = {None: "none", "": "empty", False: "false"}
            value = field.default
            spelt = words[value] if value is None or value == "" or value is False else str(value)
            assert documented[name] == spelt, name


@pytest.mark.parametrize("words", [BuiltInRole, BuiltInArtifact, Writes, MediaType, GateAsk, OnExpiry, Oversight])
def test_every_enum_value_is_documented(words: type[StrEnum]) -> None:
    text = section(PAGE, "Fields") + section(PAGE, "Oversight")
    assert [word for word in words if word not in text] == []


def test_durations_are_documented() -> None:
    assert Duration is not None
    for text, seconds in (("90s", 90), ("30m", 1800), ("24h", 86400), ("7d", 604800)):
        assert f"`{text}`" in PAGE
        assert Gate.model_validate({"expires_in": text}).expires_in == timedelta(seconds=seconds)


def broken(mistake: str) -> str:
    """Return the example with one mistake."""
    swaps = {
        "another stage has this name": ("name: design", "name: build"),
        "already": ("produces: [system_architecture]", "produces: [source_code]"),
        "nothing produces": ("consumes: [system_architecture, ", "consumes: [project_plan, "),
        "a cycle": (
            "consumes: [software_specification]\n    produces: [source_code]",
            "consumes: [test_results]\n    produces: [source_code]",
        ),
        "not upstream": ("to: build", "to: launch"),
        "agent: cook is not a role": ("agent: coder", "agent: cook"),
        "Extra inputs are not permitted": ("ask: on_low", "aks: on_low"),
    }
    before, after = swaps[mistake]
    assert before in EXAMPLE
    return EXAMPLE.replace(before, after, 1)


@pytest.mark.parametrize(
    "mistake",
    [
        "another stage has this name",
        "already",
        "nothing produces",
        "a cycle",
        "not upstream",
        "agent: cook is not a role",
        "Extra inputs are not permitted",
    ],
)
def test_the_errors_are_documented(mistake: str, tmp_path: Path) -> None:
    assert mistake in section(PAGE, "Errors")
    with pytest.raises(PipelineError, match=mistake) as caught:
        load(tmp_path, broken(mistake))
    assert str(caught.value).startswith("two-hands.yaml: ")


def test_the_shipped_pipelines_are_documented() -> None:
    assert all(f"`{name}`" in PAGE for name in load_catalogue(Path(__file__).resolve().parents[2] / "pipelines"))


def test_the_example_of_a_rehearsal_block_works() -> None:
    controls = rehearsal_controls(block("docs/pipelines.md", "yaml front matter of a brief") + "\n# A brief\n")
    assert (controls.step_seconds, controls.fail_tests_rounds) == (2, 1)
    assert controls.fail_step is not None
    assert controls.fail_step.stage == "build"
    assert controls.confidence_at("design") == 0.4
