"""What agents submit as documents: typed, so that it can be checked; rendered to Markdown, which people amend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, create_model

from crew.markdown import code_block
from crew.model.tool import Arguments
from models.contracts.names import ArtifactType, BuiltInArtifact
from sandbox.toolchain import Toolchain

_BLOCK = re.compile(r"^(\d{1,9})?(?=[.)]\s|(?:#{1,6}|[-*+])(?:\s|$)|[>|]|[-=~`]{3}|<[!?/A-Za-z])")
"""The digits, if any, before the character that makes a line the beginning of a Markdown block."""


def _one_line(text: str) -> str:
    """Return a text as one line of a paragraph. As a list item or a heading, it might be mistaken for a requirement."""
    return _BLOCK.sub(r"\1\\", " ".join(text.split()))


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(_one_line)
]
Lines = list[Line]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
RequirementId = Annotated[str, StringConstraints(pattern=r"^R\d{1,3}$")]
RequirementLabel = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
"""As the specification has it, which a person may have amended: R1, FR-001, 2.1."""
ModuleName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$")]


class ProjectPlan(Arguments):
    summary: Line
    users: Lines = Field(default=[])
    goals: Lines = Field(min_length=1)
    out_of_scope: Lines = Field(default=[])
    risks: Lines = Field(default=[])
    open_questions: Lines = Field(default=[])

    def markdown(self) -> str:
        return _page(
            [self.summary],
            ("Users", self.users),
            ("Goals", self.goals),
            ("Out of scope", self.out_of_scope),
            ("Risks", self.risks),
            ("Open questions", self.open_questions),
        )


class Example(Arguments):
    input: str = Field(max_length=2_000)
    expected: str = Field(max_length=2_000)


class SpecifiedRequirement(Arguments):
    id: RequirementId = Field(description="R1, R2, ...")
    text: Line
    criterion: Line = Field(description="What a test can check.")
    examples: list[Example] = Field(default=[], max_length=20)


class Specification(Arguments):
    summary: Line
    requirements: list[SpecifiedRequirement] = Field(min_length=1, max_length=200)
    out_of_scope: Lines = Field(default=[])
    open_questions: Lines = Field(default=[])

    def markdown(self) -> str:
        lines = [self.summary, "", "## Requirements"]
        for each in self.requirements:
            lines += ["", f"### {each.id}. {each.text}", "", f"Criterion: {each.criterion}"]
            if each.examples:
                lines += ["", "Examples:", ""]
                lines += [f"- Input: {_code(one.input)}; expected: {_code(one.expected)}" for one in each.examples]
        return _page(lines, ("Out of scope", self.out_of_scope), ("Open questions", self.open_questions))


class Component(Arguments):
    name: Line
    responsibility: Line


class Architecture(Arguments):
    overview: Line
    components: list[Component] = Field(min_length=1, max_length=100)
    decisions: Lines = Field(default=[])

    def markdown(self) -> str:
        components = [f"**{each.name}**: {each.responsibility}" for each in self.components]
        return _page([self.overview], ("Components", components), ("Decisions", self.decisions))


class Module(Arguments):
    path: Line
    purpose: Line
    signatures: list[Code] = Field(default=[])
    requirements: list[RequirementLabel] = Field(default=[])


class ImplementationPlan(Arguments):
    entry_point: ModuleName = Field(description="The module that `python -m` runs, such as shortlinks.")
    modules: list[Module] = Field(min_length=1, max_length=200)
    order: Lines = Field(default=[])

    def markdown(self) -> str:
        lines = [f"{ENTRY_POINT} `{self.entry_point}`", "", "## Modules"]
        for each in self.modules:
            lines += ["", f"### `{each.path}`", "", each.purpose]
            lines += ["", f"Requirements: {', '.join(each.requirements)}"] if each.requirements else []
            lines += ["", *code_block("\n".join(each.signatures), "python")] if each.signatures else []
        return _page(lines, ("Order of work", self.order))


class FreeDocument(Arguments):
    """A document of a type that has no form of its own."""

    markdown_text: str = Field(alias="markdown", min_length=1, max_length=200_000, description="The whole document.")

    def markdown(self) -> str:
        return self.markdown_text.rstrip() + "\n"


class Finding(Arguments):
    severity: Literal["high", "medium", "low"]
    title: Line
    detail: Line


class Report(Arguments):
    """The submission of a role that reviews. It fails if a finding is high: no model says the verdict itself."""

    summary: Line
    findings: list[Finding] = Field(default=[], max_length=200)

    @property
    def failed(self) -> bool:
        return any(finding.severity == "high" for finding in self.findings)

    def markdown(self) -> str:
        rank = {"high": 0, "medium": 1, "low": 2}
        findings = sorted(self.findings, key=lambda each: rank[each.severity])
        verdict = "Failed: a finding is high." if self.failed else "Passed: no finding is high."
        lines = [f"**{verdict}**", "", self.summary]
        for each in findings:
            lines += ["", f"### {each.severity.capitalize()}: {each.title}", "", each.detail]
        return _page(lines)


class DeliveryNotes(Arguments):
    """The words of a delivery; the files and the log are ours."""

    readme: str = Field(min_length=1, max_length=50_000, description="README.md, in Markdown.")
    agents_md: str = Field(min_length=1, max_length=50_000, description="AGENTS.md: how an agent works on this code.")
    release_notes: str = Field(min_length=1, max_length=10_000)


Document = ProjectPlan | Specification | Architecture | ImplementationPlan | FreeDocument

OUTPUT_SCHEMAS: dict[ArtifactType, type[Document]] = {
    BuiltInArtifact.PROJECT_PLAN: ProjectPlan,
    BuiltInArtifact.SOFTWARE_SPECIFICATION: Specification,
    BuiltInArtifact.SYSTEM_ARCHITECTURE: Architecture,
    BuiltInArtifact.IMPLEMENTATION_PLAN: ImplementationPlan,
}

ENTRY_POINT = "Entry point:"
"""How the line of a plan begins that names the module to run; the later stages read it."""


@cache  # creating a model takes some milliseconds, in which nothing else runs
def submission_schema(types: tuple[ArtifactType, ...], toolchain: Toolchain) -> type[Arguments]:
    """Return the arguments of `submit` for a stage: one object for each type that it produces."""
    forms = OUTPUT_SCHEMAS
    if toolchain.run:
        entry = Annotated[str, StringConstraints(pattern=f"^(?:{toolchain.entry})$")]
        described = Field(description=f"What `{' '.join(toolchain.run)}` runs.")
        plan = create_model("ImplementationPlan", __base__=ImplementationPlan, entry_point=(entry, described))
        forms = {**OUTPUT_SCHEMAS, BuiltInArtifact.IMPLEMENTATION_PLAN: plan}
    fields = {type: (forms.get(type, FreeDocument), ...) for type in types}
    return create_model("Submission", __base__=Arguments, **fields)  # type: ignore[call-overload,no-any-return]


def _page(lines: Sequence[str], *sections: tuple[str, Sequence[str]]) -> str:
    page = list(lines)
    for heading, items in sections:
        if items:
            page += ["", f"## {heading}", "", *(f"- {item}" for item in items)]
    return "\n".join(page).rstrip() + "\n"


def _code(text: str) -> str:
    """Return a text as inline code, whatever backticks it contains."""
    single = " ".join(text.split("\n"))
    fence = "`" * (1 + max((len(run) for run in _runs(single)), default=0))
    pad = " " if single.startswith("`") or single.endswith("`") else ""
    return f"{fence}{pad}{single}{pad}{fence}"


def _runs(text: str) -> list[str]:
    return [run for run in "".join(each if each == "`" else " " for each in text).split() if run]
