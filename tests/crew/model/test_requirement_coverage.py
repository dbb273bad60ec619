"""A requirement keeps its label from the specification to the test that covers it."""

from __future__ import annotations

import pytest

from crew.model.outputs import ImplementationPlan, Module, Specification, SpecifiedRequirement
from crew.model.requirement_coverage import covered_by, named_in, requirement_ids, uncovered

LABELS = ["R1", "R12", "REQ-1", "FR-AUTH-01", "FR1", "R1.1", "R1000", "NFR-2"]


@pytest.mark.parametrize("label", LABELS)
def test_a_label_of_a_person_is_one_everywhere(label: str) -> None:
    specification = f"# Spec\n\n## Requirements\n\n### {label}: It adds\n\nCriterion: 1 + 1 is 2.\n"
    assert requirement_ids(specification) == [label]
    module = Module.model_validate({"path": "a.py", "purpose": "adds", "requirements": [label]})
    assert label in ImplementationPlan(entry_point="a", modules=[module]).markdown()
    body = f'class T(unittest.TestCase):\n    def test_a(self):\n        """{label}: it adds"""\n        assert f()\n'
    assert uncovered([label], {"tests/test_a.py": f"import unittest\n{body}"}) == []


@pytest.mark.parametrize(
    "text",
    [
        "- S1: one",
        "1. S1: one",
        "All of:\n- S1: one\n- S2: two",
        "It adds.\n\n### S1. One",
        "| S1 | one |",
        "# S1: one",
    ],
)
def test_what_a_model_writes_into_a_line_is_no_requirement_of_its_own(text: str) -> None:
    requirement = SpecifiedRequirement(id="R1", text=text, criterion=text)
    written = Specification(summary=text, requirements=[requirement], out_of_scope=[text]).markdown()
    assert requirement_ids(f"# Software specification: Adder\n\n{written}") == ["R1"]


@pytest.mark.parametrize(
    ("name", "docstring", "covered"),
    [
        ("test_a", "R1: it adds, unlike R2", ["R1"]),
        ("test_r1_adds", "It adds.", ["R1"]),
        ("test_r1_adds", "R2: it subtracts", ["R1", "R2"]),
        ("test_a", "Checks that: r2", ["R2"]),
        ("test_a", "R1 and R2: both", ["R1", "R2"]),
        ("test_r12", "R1.1, FR-R1-1 and XR1", []),
        ("test_a", "R1-R2", ["R1", "R2"]),
    ],
)
def test_a_test_covers_what_it_begins_with_or_else_names(name: str, docstring: str, covered: list[str]) -> None:
    assert covered_by(["R1", "R2"], f"tests.test_a.T.{name}", docstring) == covered


def test_a_label_is_no_part_of_another() -> None:
    assert named_in(["R1", "AUTH-01", "2.1"], "R1.1, R10, FR-AUTH-01, 12.1, 1.2.1 and 2.1.3") == []
