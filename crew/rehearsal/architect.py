"""The architect: the system architecture and the implementation plan."""

from __future__ import annotations

from crew.protocol import Draft, Step
from crew.rehearsal.agent import Produce, RehearsalAgent
from crew.rehearsal.document import document, escaped, requirement_sections, source_line
from crew.rehearsal.names import names, package_name
from crew.rehearsal.requirements import Requirement
from crew.rehearsal.work import Work
from models.contracts.enums import ArtifactType


class Architect(RehearsalAgent):
    progress = ("reading the requirements", "drawing the parts", "naming modules and tests", "writing it down")

    async def produce(self, work: Work, step: Step) -> Produce:
        writers = {ArtifactType.SYSTEM_ARCHITECTURE: _architecture, ArtifactType.IMPLEMENTATION_PLAN: _plan}
        return Produce([write(work) for type, write in writers.items() if work.wants(type)])


def _architecture(work: Work) -> Draft:
    package = package_name(work.brief.title)
    modules = [(each, names(work.brief.title, each)) for each in work.requirements]
    return document(
        work,
        ArtifactType.SYSTEM_ARCHITECTURE,
        [
            (
                "Overview",
                [
                    f"`{package}` is one Python package without dependencies. Each requirement is one function in a "
                    "module of its own; all of them write to one journal, which the tests read.",
                    "",
                    source_line(work),
                ],
            ),
            (
                "Diagram",
                [
                    "```mermaid",
                    "flowchart LR",
                    '    caller(["Caller"]) --> main["__main__"]',
                    '    journal[("journal")]',
                    *(f'    main --> {each.key}["{named.module}"] --> journal' for each, named in modules),
                    "```",
                ],
            ),
            (
                "Components",
                [
                    "| component | responsibility |",
                    "|---|---|",
                    f"| `{package}/journal.py` | remembers what was done, in order |",
                    f"| `{package}/__main__.py` | runs every requirement once and prints the journal |",
                    *(f"| `{named.path}` | {each.label}: {escaped(each.text)} |" for each, named in modules),
                ],
            ),
        ],
    )


def _plan(work: Work) -> Draft:
    order = ["The journal first, then the modules in the order below, each with its test before the next one."]

    def described(each: Requirement) -> list[str]:
        named = names(work.brief.title, each)
        return [
            f"### {each.label}. {escaped(each.text)}",
            "",
            f"- Module: `{named.path}`",
            f"- Function: `{named.function}`",
            f"- Test: `{named.test_path}`",
            "",
        ]

    sections = [("Order of work", order), *requirement_sections(work, described)]
    return document(work, ArtifactType.IMPLEMENTATION_PLAN, sections)
