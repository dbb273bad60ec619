"""What an agent is given, what it may use while it works, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from artifacts.media_types import MARKDOWN
from models.contracts.enums import AgentType, ArtifactType, Verdict


class AgentError(Exception):
    """The agent could not do its work.

    Args:
        message: what went wrong, for a person.
        retryable: whether the same assignment may succeed if it is run again.
    """

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class InputArtifact:
    """One artifact version that the stage consumes, with its content.

    `by_agent` is whether a task of the crew wrote it, and not a person: an amendment or an upload is a person's.
    """

    artifact_id: UUID
    type: ArtifactType
    name: str
    version: int
    media_type: str
    content: bytes
    by_agent: bool = False

    @property
    def text(self) -> str:
        """The content as text; raises UnicodeDecodeError where it is none (a zip)."""
        return self.content.decode()


@dataclass(frozen=True, slots=True)
class Assignment:
    """One task, as the agent sees it.

    `brief` is the project's original brief (Markdown), whatever the stage consumes. `feedback` is what a human or a
    failed verdict asks to be changed, in round 2 and later; on a rework the failing report is among the `inputs` too.
    """

    project_id: UUID
    project_name: str
    task_id: UUID
    role: AgentType
    stage: str
    round: int
    instructions: str
    feedback: str | None
    brief: str
    inputs: tuple[InputArtifact, ...]
    expected_outputs: tuple[ArtifactType, ...]

    def input(self, type: ArtifactType) -> InputArtifact | None:
        """The newest input of a type, or None."""
        return max((one for one in self.inputs if one.type == type), key=lambda one: one.version, default=None)


@dataclass(frozen=True, slots=True)
class Draft:
    """One artifact that the agent wrote; it becomes a version once it is recorded."""

    type: ArtifactType
    content: bytes
    media_type: str = MARKDOWN


@dataclass(frozen=True, slots=True)
class Usage:
    """What the step cost; `cost_usd` in US dollars."""

    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the step: exactly one draft for each expected output; confidence from 0 to 1.

    `note` is one line that whoever follows the project should read, such as what of the brief is not used.
    """

    drafts: tuple[Draft, ...]
    verdict: Verdict | None = None
    confidence: float | None = None
    usage: Usage | None = None
    note: str | None = None


class Step(Protocol):
    """The running step, as its agent may use it. Cancellation arrives as asyncio.CancelledError."""

    @property
    def checkpoint(self) -> dict[str, Any] | None:
        """What an earlier attempt of this task saved last, or None."""

    async def save(self, checkpoint: dict[str, Any]) -> None:
        """Keep a small JSON object (64 KiB at most) that the next attempt finds, should this one die."""

    async def progress(self, message: str, fraction: float | None = None) -> None:
        """Say what is being done, for whoever watches live; `fraction` from 0 to 1."""


class Agent(Protocol):
    """A member of the crew. Implementations hold no state between runs; they may run many steps at once."""

    def is_short(self, brief: str) -> bool:
        """Whether this agent's steps take well under a second for that brief, and may as well be run once more.

        Short steps cost the engine a sixth of the others; in return they show no progress and keep no checkpoint.
        """

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        """Do the work of one step.

        Raises:
            AgentError: it cannot be done; says whether trying again may help.
        """
