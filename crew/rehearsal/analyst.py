"""The analyst: the project plan and the software specification."""

from __future__ import annotations

from collections import Counter

from crew.protocol import Draft, Step
from crew.rehearsal.agent import Produce, RehearsalAgent
from crew.rehearsal.document import Section, document, escaped, not_used, requirement_sections
from crew.rehearsal.names import names
from crew.rehearsal.requirements import MOST_REQUIREMENTS, MOST_TEXT, Requirement, shortened
from crew.rehearsal.selection import TOO_MANY
from crew.rehearsal.work import Work
from models.contracts.enums import ArtifactType


class Analyst(RehearsalAgent):
    progress = ("reading the brief", "asking what it leaves open", "ordering the requirements", "writing it down")

    async def produce(self, work: Work, step: Step) -> Produce:
        writers = {ArtifactType.PROJECT_PLAN: _plan, ArtifactType.SOFTWARE_SPECIFICATION: _specification}
        drafts = [write(work) for type, write in writers.items() if work.wants(type)]
        reads_the_brief = work.wants(ArtifactType.PROJECT_PLAN) and work.assignment.round == 1
        return Produce(drafts, note=_note(work) if reads_the_brief else None)


def _note(work: Work) -> str | None:
    """What of the brief is not used, in one line; None where all of it is."""
    counts = Counter(one.reason for one in work.brief.not_used)
    if work.brief.cut:
        counts[f"all that follows the first {MOST_TEXT:,} characters"] = 1
    if not counts:
        return None
    total = sum(counts.values())
    listed = ", ".join(reason if count == 1 else f"{reason} ({count})" for reason, count in counts.items())
    parts = "1 part" if total == 1 else f"{total} parts"
    return f'Not used from the brief: {parts}, listed in the plan under "Not used": {listed}.'


def _plan(work: Work) -> Draft:
    count = len(work.requirements)
    requirements = f"{count} requirement{'s' if count > 1 else ''}"
    goal = f"Deliver {escaped(work.brief.title)}: {requirements}, each with a test that passes."
    return document(
        work,
        ArtifactType.PROJECT_PLAN,
        [
            ("Goals", [goal, *(["", escaped(work.brief.summary)] if work.brief.summary else [])]),
            ("Scope", [f"In scope: the {requirements} below. Out of scope: whatever they do not name."]),
            *requirement_sections(work, lambda each: [f"- {each.label}. {escaped(each.text)}"]),
            *not_used(work),
            ("Risks", _risks(work)),
            (
                "Milestones",
                [
                    "| milestone | is reached when |",
                    "|---|---|",
                    f"| M1 specification | {requirements} have acceptance criteria |",
                    f"| M2 design | {requirements} have a module and a test |",
                    "| M3 build | every module is written |",
                    "| M4 validation | every test passes |",
                    "| M5 launch | the package is built, checked and approved |",
                ],
            ),
        ],
    )


def _risks(work: Work) -> list[str]:
    """What the brief itself makes risky."""
    vague = [each.label for each in work.requirements if len(each.text.split()) < 4]
    unmeasured = [each.label for each in work.requirements if not any(one.isdigit() for one in each.text)]
    risks = []
    if vague:
        risks.append(f"- Few words: {', '.join(vague)}. Ask the product owner before the design.")
    if unmeasured:
        risks.append(f"- No figure to measure by: {', '.join(unmeasured)}. Agree on one in the specification.")
    if any(one.reason == TOO_MANY for one in work.brief.not_used):
        risks.append(f"- A rehearsal builds {MOST_REQUIREMENTS} requirements: the brief has more, listed below.")
    if work.brief.cut:
        risks.append("- The brief is longer than what was read: something may be missing.")
    return risks or ["- None that the brief itself shows."]


def _specification(work: Work) -> Draft:
    def described(each: Requirement) -> list[str]:
        return [f"### {each.label}. {escaped(each.text)}", "", *_criteria(work, each), ""]

    purpose: Section = ("Purpose", [escaped(work.brief.summary or work.brief.title)])
    sections = [purpose, *requirement_sections(work, described), *not_used(work)]
    return document(work, ArtifactType.SOFTWARE_SPECIFICATION, sections)


def _criteria(work: Work, requirement: Requirement) -> list[str]:
    named = names(work.brief.title, requirement)
    return [
        "Accepted when:",
        "",
        f"- calling `{named.function}` does what is asked: {escaped(shortened(requirement.text, 120))}",
        "- what was done is recorded under the requirement's label, and doing it twice is recorded twice",
        f"- the tests in `{named.test_path}` pass",
    ]
