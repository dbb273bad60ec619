"""The pipelines in examples/ load, and need nothing but their files."""

from __future__ import annotations

from pathlib import Path

from models.contracts.names import BuiltInArtifact, BuiltInRole
from models.contracts.roles import Writes
from pipelines.catalogue import SHIPPED, load_catalogue

EXAMPLES = Path(__file__).parents[2] / "examples" / "pipelines"


def test_every_example_loads() -> None:
    examples = load_catalogue(EXAMPLES)
    assert [*examples] == ["secure-delivery"]
    assert examples.left_out == []
    assert not examples.keys() & load_catalogue(SHIPPED).keys()


def test_the_secure_delivery_has_roles_and_artifacts_of_its_own() -> None:
    pipeline = load_catalogue(EXAMPLES)["secure-delivery"]
    assert [(stage.name, stage.agent) for stage in pipeline.stages] == [
        ("plan", "analyst"),
        ("design", "architect"),
        ("acceptance", "tester"),
        ("build", "coder"),
        ("validate", "tester"),
        ("review", "security_reviewer"),
        ("guide", "technical_writer"),
        ("launch", "deployer"),
    ]
    assert {role.name: role.writes for role in pipeline.roles} == {
        "security_reviewer": Writes.REPORT,
        "technical_writer": Writes.DOCUMENT,
    }
    assert not {role.name for role in pipeline.roles} & set(BuiltInRole)
    assert not {kind.name for kind in pipeline.artifacts} & set(BuiltInArtifact)


def test_in_the_secure_delivery_the_coder_never_sees_the_acceptance_tests() -> None:
    pipeline = load_catalogue(EXAMPLES)["secure-delivery"]
    assert "acceptance_tests" not in pipeline.stage("build").consumes
    assert {"acceptance", "build"} <= set(pipeline.upstream()["validate"])
