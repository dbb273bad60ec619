"""Runs the rehearsal crew without Temporal: assignments, a step that records, a whole delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from artifacts.media_types import MARKDOWN
from crew.protocol import Assignment, Draft, Entry, InputArtifact, Outcome, Transcript
from crew.rehearsal import RehearsalCrew
from models.contracts.names import AgentType, ArtifactType, BuiltInArtifact, BuiltInRole
from models.contracts.roles import BUILT_IN_ROLES

EXAMPLE = (Path(__file__).parents[2] / "examples" / "url-shortener.md").read_text()

A = BuiltInRole
T = BuiltInArtifact
PIPELINE = (
    ("discovery", A.ANALYST, (T.USER_INPUT,), (T.PROJECT_PLAN,)),
    ("plan", A.ANALYST, (T.USER_INPUT, T.PROJECT_PLAN), (T.SOFTWARE_SPECIFICATION,)),
    ("design", A.ARCHITECT, (T.SOFTWARE_SPECIFICATION,), (T.SYSTEM_ARCHITECTURE, T.IMPLEMENTATION_PLAN)),
    ("build", A.CODER, (T.IMPLEMENTATION_PLAN, T.SYSTEM_ARCHITECTURE), (T.SOURCE_CODE,)),
    ("validate", A.TESTER, (T.SOURCE_CODE, T.SOFTWARE_SPECIFICATION), (T.TEST_RESULTS,)),
    (
        "launch",
        A.DEPLOYER,
        (T.SOURCE_CODE, T.TEST_RESULTS, T.IMPLEMENTATION_PLAN),
        (T.DEPLOYMENT_PACKAGE, T.DEPLOYMENT_LOG),
    ),
)


class NoTranscript:
    """The transcript of agents that ask no model."""

    async def entries(self) -> list[Entry]:
        return []

    async def add(self, entry: Entry, settles: UUID | None = None) -> None:
        raise NotImplementedError

    async def discard(self, position: int) -> None:
        raise NotImplementedError

    async def reserve(self, amount_usd: float) -> UUID:
        raise NotImplementedError

    async def release(self, reservation: UUID, cost_usd: float = 0.0) -> None:
        raise NotImplementedError


@dataclass
class RecordingStep:
    checkpoint: dict[str, Any] | None = None
    messages: list[tuple[str, float | None]] = field(default_factory=list)
    transcript: Transcript = field(default_factory=NoTranscript)

    async def save(self, checkpoint: dict[str, Any]) -> None:
        self.checkpoint = checkpoint

    async def progress(self, message: str, fraction: float | None = None, **figures: float) -> None:
        self.messages.append((message, fraction))


def artifact(
    type: ArtifactType, content: bytes | str, media_type: str = MARKDOWN, version: int = 1, *, by_agent: bool = False
) -> InputArtifact:
    data = content if isinstance(content, bytes) else content.encode()
    return InputArtifact(UUID(int=1), type, type, version, media_type, data, by_agent)


def assignment(
    role: AgentType,
    stage: str,
    *expected: ArtifactType,
    brief: str = EXAMPLE,
    inputs: tuple[InputArtifact, ...] = (),
    **changes: Any,
) -> Assignment:
    default = Assignment(
        project_id=UUID(int=2),
        project_name="A project",
        task_id=UUID(int=3),
        role=BUILT_IN_ROLES[role],
        stage=stage,
        round=1,
        instructions="Do your part.",
        feedback=None,
        brief=brief,
        inputs=inputs,
        expected_outputs=expected,
    )
    return replace(default, **changes)


async def run(task: Assignment, step: RecordingStep | None = None) -> Outcome:
    outcome = await RehearsalCrew().agent(task.role).run(task, step or RecordingStep())
    assert tuple(draft.type for draft in outcome.drafts) == task.expected_outputs
    return outcome


async def deliver(brief: str, stages: int = 6, amended: Mapping[ArtifactType, str] = {}) -> dict[ArtifactType, Draft]:
    """Run the first stages of the shipped pipeline; a person amends the artifacts in `amended`."""
    drafts: dict[ArtifactType, Draft] = {T.USER_INPUT: Draft(T.USER_INPUT, brief.encode(errors="replace"))}
    for stage, role, consumed, produced in PIPELINE[:stages]:
        inputs = tuple(artifact(type, drafts[type].content, drafts[type].media_type) for type in consumed)
        outcome = await run(assignment(role, stage, *produced, brief=brief, inputs=inputs))
        drafts |= {draft.type: draft for draft in outcome.drafts}
        drafts |= {type: Draft(type, amended[type].encode()) for type in produced if type in amended}
    return drafts
