"""Reports on other work, whose verdict is computed from their findings."""

from __future__ import annotations

from crew.model.agents.input_tools import reading_tools
from crew.model.agents.services import AgentServices, run_conversation
from crew.model.outputs import Report
from crew.model.tool import Tool
from crew.protocol import Assignment, Draft, Outcome, Step
from crew.wording import title_of
from models.contracts.enums import Verdict


class Reviewer:
    """A role that declares `writes: report`. Its first output is the report; the verdict follows from its findings."""

    def __init__(self, services: AgentServices) -> None:
        self._services = services

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        async def submit(report: Report) -> str:
            return "Submitted."

        tools = (
            *reading_tools(assignment.inputs),
            Tool("submit", "Hand back the report; this ends your step.", Report, submit, ends=True),
        )
        completed = await run_conversation(self._services, assignment, step, "reviewer", tools)
        report = completed.arguments
        assert isinstance(report, Report)
        return Outcome(
            drafts=tuple(
                Draft(type, f"# {title_of(type)}: {assignment.project_name}\n\n{report.markdown()}".encode())
                for type in assignment.expected_outputs
            ),
            verdict=Verdict.FAILED if report.failed else Verdict.PASSED,
            usage=completed.usage,
        )
