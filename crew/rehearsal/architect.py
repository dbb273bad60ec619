"""The architect: writes the system architecture and the implementation plan."""

from __future__ import annotations

from crew.markdown import escape_markdown
from crew.protocol import Draft, Step
from crew.reading.requirements import Requirement
from crew.rehearsal.agent import RehearsalAgent, StepDraft
from crew.rehearsal.task_context import TaskContext
from crew.rehearsal.writing.document import document, requirement_sections, source_line, source_not_used_section
from crew.rehearsal.writing.python_names import names_for, package_name
from models.contracts.names import BuiltInArtifact


class Architect(RehearsalAgent):
    progress_messages = (
        "reading the requirements",
        "defining the components",
        "naming modules and tests",
        "writing the documents",
    )

    async def write_outputs(self, context: TaskContext, step: Step) -> StepDraft:
        writers = {BuiltInArtifact.SYSTEM_ARCHITECTURE: _architecture, BuiltInArtifact.IMPLEMENTATION_PLAN: _plan}
        return StepDraft([write(context) for type, write in writers.items() if context.expects(type)])


def _architecture(context: TaskContext) -> Draft:
    package = package_name(context.package_title)
    modules = [(each, names_for(context.package_title, each)) for each in context.requirements]
    return document(
        context,
        BuiltInArtifact.SYSTEM_ARCHITECTURE,
        [
            (
                "Overview",
                [
                    f"`{package}` is a Python package without dependencies. Each requirement is one function in a "
                    "separate module. All functions write to one journal, which the tests read.",
                    "",
                    source_line(context),
                ],
            ),
            (
                "Diagram",
                [
                    "```mermaid",
                    "flowchart LR",
                    '    caller(["Caller"]) --> main["__main__"]',
                    '    journal[("journal")]',
                    *(f'    main --> {each.key}["{names.module}"] --> journal' for each, names in modules),
                    "```",
                ],
            ),
            (
                "Components",
                [
                    "| component | responsibility |",
                    "|---|---|",
                    f"| `{package}/journal.py` | records each call, in order |",
                    f"| `{package}/__main__.py` | calls every function once and prints the journal |",
                    *(f"| `{names.path}` | {each.label}: {escape_markdown(each.text)} |" for each, names in modules),
                ],
            ),
        ],
    )


def _plan(context: TaskContext) -> Draft:
    order = ["Write the journal first, then the modules in the order below, each together with its test."]

    def described(each: Requirement) -> list[str]:
        names = names_for(context.package_title, each)
        return [
            f"### {each.label}. {escape_markdown(each.text)}",
            "",
            f"- Module: `{names.path}`",
            f"- Function: `{names.function}`",
            f"- Test: `{names.test_path}`",
            "",
        ]

    sections = [("Order of work", order), *requirement_sections(context, described)]
    sections += source_not_used_section(context)
    return document(context, BuiltInArtifact.IMPLEMENTATION_PLAN, sections)
