"""Documents: the analyst, the architect, and every role that writes them."""

from __future__ import annotations

from typing import Any

from crew.model.agents.input_tools import reading_tools
from crew.model.agents.services import AgentServices, run_conversation
from crew.model.outputs import Document, ImplementationPlan, Specification, submission_schema
from crew.model.requirement_coverage import requirement_ids
from crew.model.tool import InvalidOutputError, Tool
from crew.model.toolchains import toolchain_of
from crew.protocol import Assignment, Draft, Outcome, Step
from crew.wording import title_of
from models.contracts.names import BuiltInArtifact


class DocumentWriter:
    def __init__(self, services: AgentServices) -> None:
        self._services = services

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        async def submit(submission: Any) -> str:
            for type in assignment.expected_outputs:
                _check(getattr(submission, type), assignment)
            return "Submitted."

        form = submission_schema(assignment.expected_outputs, toolchain_of(assignment))
        tools = (
            *reading_tools(assignment.inputs),
            Tool("submit", "Hand back the whole result; this ends your step.", form, submit, ends=True),
        )
        completed = await run_conversation(self._services, assignment, step, "document", tools)
        documents = {type: getattr(completed.arguments, type) for type in assignment.expected_outputs}
        return Outcome(
            drafts=tuple(
                Draft(type, f"# {title_of(type)}: {assignment.project_name}\n\n{document.markdown()}".encode())
                for type, document in documents.items()
            ),
            confidence=_confidence(documents.values(), completed.turns),
            usage=completed.usage,
        )


def _check(document: Document, assignment: Assignment) -> None:
    """Check what the form cannot.

    Raises:
        InvalidOutputError: two requirements have one number, or a plan leaves one out.
    """
    if isinstance(document, Specification):
        ids = [each.id for each in document.requirements]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise InvalidOutputError(f"{', '.join(twice)} is used for more than one requirement.")
    if isinstance(document, ImplementationPlan):
        specification = assignment.input(BuiltInArtifact.SOFTWARE_SPECIFICATION)
        wanted = requirement_ids(specification.text) if specification else []
        covered = {each for module in document.modules for each in module.requirements}
        if missing := [each for each in wanted if each not in covered]:
            raise InvalidOutputError(f"no module of the plan covers {', '.join(missing)}.")


def _confidence(documents: Any, turns: int) -> float:
    """Compute the confidence: open questions and corrections lower it. No model reports its own."""
    questions = sum(len(getattr(each, "open_questions", ())) for each in documents)
    return max(0.1, round(0.95 - 0.1 * questions - 0.05 * (turns - 1), 2))
