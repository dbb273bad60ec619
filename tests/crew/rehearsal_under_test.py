"""Runs the rehearsal crew without Temporal: assignments, a step that records, a whole delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from artifacts.media_types import MARKDOWN
from crew.protocol import Assignment, Draft, InputArtifact, Outcome
from crew.rehearsal import RehearsalCrew
from crew.transcript import Entry, Transcript
from crew.watchers import NoWatchers
from models.contracts.budget import Amounts
from models.contracts.event_data import StepWait
from models.contracts.names import AgentType, ArtifactType, BuiltInArtifact
from models.contracts.roles import BUILT_IN_ROLES
from pipelines.catalogue import SHIPPED, load_pipeline

EXAMPLE = (Path(__file__).parents[2] / "examples" / "url-shortener.md").read_text()

T = BuiltInArtifact
PIPELINE = load_pipeline(SHIPPED / "software-delivery.yaml")


class NoTranscript:
    """The transcript of agents that ask no model."""

    async def entries(self) -> list[Entry]:
        return []

    async def add(self, entry: Entry, settles: UUID | None = None) -> None:
        raise NotImplementedError

    async def discard(self, position: int, reason: str) -> None:
        raise NotImplementedError

    async def reserve(self, needs: Amounts, step_usd: float) -> UUID:
        raise NotImplementedError

    async def release(self, reservation: UUID) -> None:
        raise NotImplementedError


@dataclass
class RecordingStep:
    checkpoint: dict[str, Any] | None = None
    messages: list[tuple[str, float | None]] = field(default_factory=list)
    transcript: Transcript = field(default_factory=NoTranscript)
    watchers: NoWatchers = field(default_factory=NoWatchers)

    async def save(self, checkpoint: dict[str, Any]) -> None:
        self.checkpoint = checkpoint

    async def progress(
        self, message: str, fraction: float | None = None, wait: StepWait | None = None, **figures: float
    ) -> None:
        self.messages.append((message, fraction))

    async def idle(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


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


async def deliver(
    brief: str, until: str = "launch", amended: Mapping[ArtifactType, str] = {}
) -> dict[ArtifactType, Draft]:
    """Run the shipped pipeline up to a stage; a person amends the artifacts in `amended`."""
    drafts: dict[ArtifactType, Draft] = {T.USER_INPUT: Draft(T.USER_INPUT, brief.encode(errors="replace"))}
    for stage in PIPELINE.stages:
        inputs = tuple(artifact(type, drafts[type].content, drafts[type].media_type) for type in stage.consumes)
        outcome = await run(assignment(stage.agent, stage.name, *stage.produces, brief=brief, inputs=inputs))
        drafts |= {draft.type: draft for draft in outcome.drafts}
        drafts |= {type: Draft(type, amended[type].encode()) for type in stage.produces if type in amended}
        if stage.name == until:
            return drafts
    raise KeyError(until)
