"""Nothing of a brief, or of a document that a person amended, is left out without a word."""

# ruff: noqa: E501 - texts of briefs, in long lists
from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crew.reading.brief import read_brief
from crew.reading.document_requirements import labels_in, read_document
from crew.reading.requirements import MAX_CHARACTERS
from models.contracts.names import ArtifactType, BuiltInRole
from tests.crew.rehearsal_under_test import T, artifact, assignment, deliver, run

# A text, its requirements, and its unused parts with their reasons.
CASES = [
    ("---\nrequirements:\n  functional:\n    - aa\n    - bb\n  non_functional:\n    - cc\n---\nWords.\n", "R1 aa|R2 bb|q R3 cc", ""),
    ("---\nspec:\n  requirements:\n    - id: FR-1\n      text: aa\n    - FR-2: bb\n  out_of_scope: [cc]\n---\nWords.\n", "FR-1 aa|FR-2 bb", "out of scope: cc"),
    ("---\nrequirements:\n  FR-1: aa\n  booking: [bb bb bb, [cc cc cc]]\n  count: 3\n  FR-2: bb\n---\nWords.\n", "FR-1 aa|R1 count: 3|FR-2 bb|R2 bb bb bb|R3 cc cc cc", ""),
    ("---\ntitle: B\nstatus: draft\ntags: [x, y]\ndescription: It must dd today.\nteam:\n  lead: Ada of the north\n---\n- aa\n", "R1 aa", "front matter: description: It must dd today.|background: lead: Ada of the north"),
    ("---\nrehearsal:\n  fail_step: build\ndescription: |\n  ## Out of scope\n  - ee ff gg\n---\n- aa\n", "R1 aa", "front matter: description: ## Out of scope - ee ff gg"),
    ("+++\n[project]\nrequirements = ['aa']\n+++\nWords.\n", "R1 aa", ""),
    ("Feature: Pay\n  In order to eat\n  Background:\n    Given a cook\n  Scenario: Cash\n    Given money\n    # note\n  Scenario: Card (not in v1)\n    Given a card\n", "R1 Cash: Given money", "before the first scenario: Feature: Pay In order to eat Background: Given a cook|a comment: note|out of scope: Card (not in v1): Given a card"),
    ("```gherkin\n@smoke\nFeature: Pay\n\n  Background:\n    Given a cook\n\n  Scenario: Cash\n    Given money\n```\n", "R1 Cash: Given money", "before the first scenario: @smoke Feature: Pay Background: Given a cook"),
    ("# A\n\n## Requirements\n\nTBD\n\n| ID | Requirement |\n|-|-|\n| FR-1 | TBD |\n| FR-2 | aa |\n\nREQ-1: TBD\n", "FR-2 aa", "a placeholder: TBD|a placeholder: FR-1: TBD|a placeholder: REQ-1: TBD"),
    ("# A\n\n- aa\n- TBD\n- <fill in>\n- [name of the feature]\n- ...\n\n<Describe the goals here>\n", "R1 aa", "a placeholder: TBD|a placeholder: <fill in>|a placeholder: [name of the feature]|a placeholder: ...|a placeholder: <Describe the goals here>"),
    ("# A\n\nIt must work offline. We sell.\n\n## Requirements\n\n- aa\n", "R1 aa", "prose: It must work offline."),
    ("The app must work offline\n\n- aa\n", "R1 The app must work offline|R2 aa", ""),
    ("# A\n\n<details><summary>Export must be nightly</summary>\n\n- aa\n\n</details>\n", "R1 Export must be nightly: aa", ""),
    ("# A\n\n| Feature | Comment |\n|-|-|\n| aa ~~bb~~ | |\n| ~~cc~~ | dropped in May |\n", "R1 aa", "struck out: bb|struck out: cc; dropped in May"),
    ("Out of scope is ee.\n\n```\n- aa\n<!-- dd -->\n```\n", "R1 aa", "out of scope: Out of scope is ee.|a comment: dd"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_what_is_left_out_is_listed(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [f"{'q ' if each.quality else ''}{each.label} {each.text}" for each in brief.requirements] == built.split(
        "|"
    )
    found = [f"{each.reason}: {each.text}" for each in brief.not_used]
    assert sorted(found) == sorted(filter(None, left.split("|")))


async def _amended(count: int, type: ArtifactType) -> str:
    text = (await deliver("# A\n\n" + "".join(f"- thing number {n}\n" for n in range(1, 51)), until="design"))[
        type
    ].content.decode()
    last = next(line for line in reversed(text.splitlines()) if "R50. thing" in line)
    start = "- " if type is T.PROJECT_PLAN else "\n### "
    return text.replace(last, last + "".join(f"\n{start}R{n}. thing number {n}" for n in range(51, count + 1)))


@pytest.mark.parametrize(
    ("type", "role", "stage", "written"),
    [
        (T.PROJECT_PLAN, BuiltInRole.ANALYST, "plan", T.SOFTWARE_SPECIFICATION),
        (T.SOFTWARE_SPECIFICATION, BuiltInRole.ARCHITECT, "design", T.IMPLEMENTATION_PLAN),
    ],
)
async def test_a_51st_requirement_of_an_amended_document_is_listed(
    type: ArtifactType, role: BuiltInRole, stage: str, written: ArtifactType
) -> None:
    outcome = await run(assignment(role, stage, written, inputs=(artifact(type, await _amended(52, type)),)))

    text = outcome.drafts[0].content.decode()
    for number in (51, 52):
        assert f"- more than the 50 requirements that a rehearsal builds: R{number}: thing number {number}" in text
    assert "### R51" not in text
    assert outcome.note is not None
    assert outcome.note.startswith(f"Not used from the {type.replace('_', ' ')}: 2 parts")


async def test_the_note_of_later_stages_names_what_was_not_built() -> None:
    plan = await _amended(51, T.IMPLEMENTATION_PLAN)
    outcome = await run(
        assignment(BuiltInRole.CODER, "build", T.SOURCE_CODE, inputs=(artifact(T.IMPLEMENTATION_PLAN, plan),))
    )
    assert outcome.note is not None
    assert "implementation plan" in outcome.note
    assert "R51: thing number 51" in outcome.note

    kept = await run(
        assignment(
            BuiltInRole.CODER,
            "build",
            T.SOURCE_CODE,
            inputs=(artifact(T.IMPLEMENTATION_PLAN, await _amended(50, T.IMPLEMENTATION_PLAN)),),
        )
    )
    assert kept.note is None


def test_what_a_person_adds_to_a_document_in_another_form_is_listed() -> None:
    plan = "# Plan\n\n## Requirements\n\n- R1. aa\n\nAlso:\n\n- bb\n\nR3. cc\n\n| R4 | Text |\n|-|-|\n| R5 | dd |\n\n## Risks\n\n- ee\n"
    read = read_document(plan)
    assert [each.label for each in read.requirements] == ["R1"]
    assert [each.text for each in read.not_used] == ["bb", "R3. cc", "R5; dd"]


def test_the_labels_of_a_specification_are_not_limited() -> None:
    assert len(labels_in("# Spec\n\n" + "".join(f"### R{n}. thing {n}\n\n" for n in range(1, 61)))) == 60


def test_the_end_of_a_document_that_is_too_long_is_listed() -> None:
    document = "# Plan\n\n## Requirements\n\n- R1. aa\n\n" + "word\n" * (MAX_CHARACTERS // 5) + "\n- R2. bb\n"
    read = read_document(document)
    assert [each.label for each in read.requirements] == ["R1"]
    (left,) = read.not_used
    assert left.reason == "after the first 200,000 characters"
    assert left.text.endswith("R2. bb")


def test_a_text_that_is_too_long_is_cut_between_lines() -> None:
    text = "# A\n\n" + f"- {'word ' * 3_000}end\n" * 14
    for read in (read_brief(text, "A"), read_document(text)):
        assert {each.text[-8:] for each in read.requirements} == {"word end"}


async def test_a_part_that_a_person_moved_into_the_requirements_is_not_listed_as_unused() -> None:
    brief = "# A\n\n- aa\n\nOut of scope:\n\n- bb\n- cc\n"
    plan = (await deliver(brief, until="discovery"))[T.PROJECT_PLAN].content.decode()
    amended = plan.replace("- R1. aa", "- R1. aa\n- R2. bb")
    outcome = await run(
        assignment(
            BuiltInRole.ANALYST,
            "plan",
            T.SOFTWARE_SPECIFICATION,
            brief=brief,
            inputs=(artifact(T.PROJECT_PLAN, amended),),
        )
    )
    text = outcome.drafts[0].content.decode()
    assert "### R2. bb" in text
    assert "- out of scope: bb" not in text
    assert "- out of scope: cc" in text


_PLACES = st.sampled_from([
    "{}\n\n", "{} {}\n\n", "{}\n{}\n\n", "- {}\n", "- {}\n  - {}\n", "- {}\n  - {}\n    - {}\n  - by mail\n", "- short\n  - {}\n",
    "1. {}\n", "* [ ] {}\n", "- ~~{}~~ and\n", "> {}\n\n", "**{}**\n\n", "# {}\n\n", "## {}\n\n", "### FR-1: {}\n\n", "FR-2: {}\n", "2.1 {}\n\n",
    "## Requirements\n\n", "## Out of scope\n\n", "## Background\n\n", "## Goals\n\n", "Reports:\n\n", "Out of scope:\n",
    "| Feature | Status |\n|-|-|\n| {} | open |\n| {} | dropped |\n\n", "| Name | Owner |\n|-|-|\n| {} | {} |\n\n", "Term\n: {}\n\n",
    "Scenario: {}\n  Given {}\n\n", "Feature: {}\n  Scenario: a\n\n", "```\n{}\n```\n\n", "<details><summary>{}</summary>\n\n{}\n\n</details>\n\n", "<!-- {} -->\n\n",
    "\U0001f680 {}\n\U0001f4e6 {}\n\n", "<p>{}</p>\n", "<ul><li>{}<ul><li>{}</li></ul></li></ul>\n",
])  # fmt: skip
_STATEMENTS = st.builds(
    "{} {} keep word#{}".format,
    st.sampled_from(["The app", "Each report", "It", "A clerk", "Risk: the boat", "Payments are out of scope. It"]),
    st.sampled_from(["must", "shall", "must never"]),
    st.sampled_from([".", ".", ":", "?", "", " (not in v1)", " (later).", ". Why?"]),
)
_RULED_OUT = st.sampled_from([
    "Keep word# (not in v1).", "Payments of word# are out of scope.", "We will not build word#.", "Should we keep word#?",
    "Out of scope: word#.", "Keep word# \u2014 not now.", "It must print. word# is out of scope.",
    "The app must keep ford#.", "A list of ford# for clerks.", "Ford#.",
])  # fmt: skip


@st.composite
def _briefs(draw: st.DrawFn, sentences: st.SearchStrategy[str]) -> str:
    text = "".join(draw(st.lists(_PLACES, min_size=1, max_size=6)))
    for number in range(text.count("{}")):
        text = text.replace("{}", draw(sentences).replace("#", str(number)), 1)
    return text


def _words(texts: Iterable[str]) -> set[str]:
    return set(re.findall(r"word\d+", " ".join(texts)))


@settings(max_examples=100, deadline=None)
@given(_briefs(_STATEMENTS))
def test_every_sentence_that_states_a_requirement_is_built_or_listed(text: str) -> None:
    brief = read_brief(text, "Untitled")
    said = [brief.title, *(each.text for each in brief.requirements), *(each.text for each in brief.not_used)]
    assert _words([text]) - _words(said) == set()


@settings(max_examples=100, deadline=None)
@given(_briefs(_RULED_OUT).filter(lambda text: "Scenario" not in text and "Owner" not in text))
def test_every_sentence_that_is_ruled_out_is_listed_and_not_built(text: str) -> None:
    brief = read_brief(text, "Untitled")
    said = [brief.title, brief.summary, *(each.text for each in brief.not_used)]
    assert _words([text]) - _words(said) == set()
    assert brief.only_title or _words(each.text for each in brief.requirements) == set()
