"""The architect: the system architecture and the implementation plan."""

from __future__ import annotations

from activities.agents.protocol import Draft, Step
from activities.agents.rehearsal.agent import Produce, RehearsalAgent
from activities.agents.rehearsal.document import cell, document, escaped, source_line
from activities.agents.rehearsal.names import names, package_name
from activities.agents.rehearsal.work import Work
from models.contracts.words import ArtifactType


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
                    *(f'    main --> {each.label}["{named.module}"] --> journal' for each, named in modules),
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
                    *(f"| `{named.path}` | {each.label}: {cell(each.text)} |" for each, named in modules),
                ],
            ),
        ],
    )


def _plan(work: Work) -> Draft:
    lines = [source_line(work)]
    for each in work.requirements:
        named = names(work.brief.title, each)
        lines += [
            "",
            f"### {each.label}. {escaped(each.text)}",
            "",
            f"- Module: `{named.path}`",
            f"- Function: `{named.function}`",
            f"- Test: `{named.test_path}`",
        ]
    order = ["The journal first, then the modules in the order below, each with its test before the next one."]
    return document(work, ArtifactType.IMPLEMENTATION_PLAN, [("Order of work", order), ("Requirements", lines)])
