"""The analyst: writes the project plan and the software specification."""

from __future__ import annotations

from collections import Counter

from config.sizes import format_count
from crew.markdown import escape_markdown
from crew.protocol import Draft, Step
from crew.reading.requirements import MAX_CHARACTERS, MAX_REQUIREMENTS, Requirement, shorten
from crew.reading.selection import TOO_MANY
from crew.rehearsal.agent import RehearsalAgent, StepDraft
from crew.rehearsal.task_context import TaskContext
from crew.rehearsal.writing.document import Section, document, not_used_section, requirement_sections
from crew.rehearsal.writing.python_names import names_for
from models.contracts.names import BuiltInArtifact


class Analyst(RehearsalAgent):
    progress_messages = (
        "reading the brief",
        "noting open questions",
        "sorting the requirements",
        "writing the documents",
    )

    async def write_outputs(self, context: TaskContext, step: Step) -> StepDraft:
        writers = {BuiltInArtifact.PROJECT_PLAN: _plan, BuiltInArtifact.SOFTWARE_SPECIFICATION: _specification}
        drafts = [write(context) for type, write in writers.items() if context.expects(type)]
        reads_the_brief = context.expects(BuiltInArtifact.PROJECT_PLAN) and context.assignment.round == 1
        return StepDraft(drafts, note=_note(context) if reads_the_brief else None)


def _note(context: TaskContext) -> str | None:
    """Return one line on the parts of the brief that are not used, or None if all are."""
    counts = Counter(part.reason for part in context.not_used)
    if context.brief.cut:
        counts[f"everything after the first {MAX_CHARACTERS:,} characters"] = 1
    found = "No requirement was found in the brief: its title is built instead." if context.brief.only_title else ""
    if not counts:
        return found or None
    listed = ", ".join(reason if count == 1 else f"{reason} ({count})" for reason, count in counts.items())
    parts = format_count(sum(counts.values()), "part")
    not_used = f'Not used from the brief: {parts}, listed in the plan under "Not used": {listed}.'
    return f"{found} {not_used}".strip()


def _plan(context: TaskContext) -> Draft:
    requirements = format_count(len(context.requirements), "requirement")
    goal = f"Deliver {escape_markdown(context.brief.title)}: {requirements}, each with a passing test."
    summary = ["", escape_markdown(context.brief.summary)] if context.brief.summary else []
    return document(
        context,
        BuiltInArtifact.PROJECT_PLAN,
        [
            ("Goals", [goal, *summary]),
            *_existing_code(context),
            ("Scope", [f"In scope: the {requirements} below. Out of scope: everything else."]),
            *requirement_sections(context, lambda each: [f"- {each.label}. {escape_markdown(each.text)}"]),
            *not_used_section(context),
            ("Risks", _risks(context)),
            (
                "Milestones",
                [
                    "| milestone | reached when |",
                    "|---|---|",
                    f"| M1 specification | {requirements} have acceptance criteria |",
                    f"| M2 design | {requirements} have a module and a test |",
                    "| M3 build | all modules are written |",
                    "| M4 validation | all tests pass |",
                    "| M5 launch | the package is built, checked and approved |",
                ],
            ),
        ],
    )


def _existing_code(context: TaskContext) -> list[Section]:
    """Return the section on the code that the project begins from, if it was given any."""
    if context.given is None:
        return []
    line = f"The project begins from {len(context.given)} files. A rehearsal keeps them as they are."
    return [("Existing code", [line])]


def _risks(context: TaskContext) -> list[str]:
    """List the risks that the brief itself shows."""
    vague = [each.label for each in context.requirements if len(each.text.split()) < 4]
    unmeasured = [each.label for each in context.requirements if not any(char.isdigit() for char in each.text)]
    risks = []
    if vague:
        risks.append(f"- Very short: {', '.join(vague)}. Ask the product owner for details before the design.")
    if unmeasured:
        risks.append(f"- No measurable figure: {', '.join(unmeasured)}. Agree on one in the specification.")
    if any(part.reason == TOO_MANY for part in context.not_used):
        risks.append(f"- A rehearsal builds {MAX_REQUIREMENTS} requirements: the brief has more, see Not used.")
    if context.brief.only_title:
        risks.append("- No requirement was found in the brief. Its title is built instead.")
    if context.brief.cut:
        risks.append("- Only the beginning of the brief was read. Requirements may be missing.")
    return risks or ["- The brief shows none."]


def _specification(context: TaskContext) -> Draft:
    def described(each: Requirement) -> list[str]:
        return [f"### {each.label}. {escape_markdown(each.text)}", "", *_criteria(context, each), ""]

    purpose: Section = ("Purpose", [escape_markdown(context.brief.summary or context.brief.title)])
    sections = [purpose, *requirement_sections(context, described), *not_used_section(context)]
    return document(context, BuiltInArtifact.SOFTWARE_SPECIFICATION, sections)


def _criteria(context: TaskContext, requirement: Requirement) -> list[str]:
    names = names_for(context.package_title, requirement)
    return [
        "Accepted when:",
        "",
        f"- calling `{names.function}` does this: {escape_markdown(shorten(requirement.text, 120))}",
        "- each call is recorded under the requirement's label",
        f"- the tests in `{names.test_path}` pass",
    ]
