"""The Agent protocol: an agent receives an assignment, works through a step, and returns an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from artifacts.media_types import MARKDOWN
from crew.transcript import Transcript
from crew.watchers import Watchers
from models.contracts.budget import Shortage
from models.contracts.enums import Verdict
from models.contracts.event_data import StepWait
from models.contracts.names import ArtifactType, CrewName
from models.contracts.roles import ModelName, Role
from models.contracts.stops import HeldStop
from models.contracts.tool_permission import ToolCall, ToolDecision
from models.contracts.usage import Usage


class AgentError(Exception):
    """The agent could not do its work.

    Args:
        message: what went wrong, for a person.
        retryable: whether a retry of the same assignment may succeed.
        counts: whether the attempt counts as one of the step's attempts. A call that is rate-limited does not count.
        retry_after: how long to wait before the next attempt, if the agent knows.
    """

    def __init__(
        self, message: str, *, retryable: bool = True, counts: bool = True, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.counts = counts
        self.retry_after = retry_after


class BudgetExhaustedError(AgentError):
    """The next call of a model would exceed a budget: `shortage` says which. The message says it, too."""

    def __init__(self, message: str, shortage: Shortage | None = None) -> None:
        super().__init__(message, retryable=False)
        self.shortage = shortage


class StepPostponedError(AgentError):
    """The step waits for its turn longer than one attempt may take. The next attempt continues to wait."""

    def __init__(self) -> None:
        super().__init__("it waits for its turn.", counts=False, retry_after=timedelta(seconds=1))


class StoppedError(Exception):
    """A person has stopped the step. This is no failure: what it has done so far is kept."""

    def __init__(self, stop: HeldStop) -> None:
        super().__init__(f"It was stopped by {stop.stopped_by}: {stop.reason}")
        self.stop = stop


class PermissionNeededError(AgentError):
    """A person has to permit a call of a tool."""

    def __init__(self, call: ToolCall) -> None:
        super().__init__(f"it wants to call {call.tool}.", retryable=False)
        self.call = call


@dataclass(frozen=True, slots=True)
class InputArtifact:
    """One artifact version that the stage consumes, with its content.

    `by_agent` tells whether a task of the crew wrote it. Amendments and uploads come from a person, and so does all
    code of a project that began from a person's. `note` is what that task noted for people, if the step's crew asks
    models. `added_by` is the person who gave the artifact to the crew in addition to what the stage consumes.
    """

    artifact_id: UUID
    type: ArtifactType
    name: str
    version: int
    media_type: str
    content: bytes
    by_agent: bool = False
    note: str | None = None
    added_by: str | None = None

    @property
    def text(self) -> str:
        """The content as text; raises UnicodeDecodeError if it is not text (a zip)."""
        return self.content.decode()


@dataclass(frozen=True, slots=True)
class Assignment:
    """One task, as the agent sees it.

    `brief` is the project's original brief (Markdown), whatever the stage consumes. `feedback`, from round 2 on, is the
    change that a human or a failed verdict asked for; on a rework the failing report is among the `inputs`, too.
    `model` is the one to ask, if the provider asks models: the stage's, else the role's, else the project's.
    `continued` counts how many times a person continued this task after it had failed. `permissions` are what people
    decided on calls of this task's tools, in order.
    """

    project_id: UUID
    project_name: str
    task_id: UUID
    role: Role
    stage: str
    round: int
    instructions: str
    feedback: str | None
    brief: str
    inputs: tuple[InputArtifact, ...]
    expected_outputs: tuple[ArtifactType, ...]
    model: ModelName | None = None
    continued: int = 0
    permissions: tuple[ToolDecision, ...] = ()

    def input(self, type: ArtifactType) -> InputArtifact | None:
        """Return the newest input of a type that the stage consumes, or None."""
        matching = (artifact for artifact in self.inputs if artifact.type == type and artifact.added_by is None)
        return max(matching, key=lambda artifact: artifact.version, default=None)


@dataclass(frozen=True, slots=True)
class Draft:
    """One artifact that the agent wrote; recording it makes it a version."""

    type: ArtifactType
    content: bytes
    media_type: str = MARKDOWN


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a step: exactly one draft for each expected output; confidence from 0 to 1.

    `note` is one line for the people who follow the project, such as which parts of the brief are not used. `warning`
    is one for the person who decides on the result: if a gate asks, its question ends with it.
    """

    drafts: tuple[Draft, ...]
    verdict: Verdict | None = None
    confidence: float | None = None
    usage: Usage | None = None
    note: str | None = None
    warning: str | None = None


class Step(Protocol):
    """The running step, as the agent sees it. Cancellation is raised as asyncio.CancelledError."""

    @property
    def checkpoint(self) -> dict[str, Any] | None:
        """The last checkpoint that an earlier attempt of this task saved, or None."""

    async def save(self, checkpoint: dict[str, Any]) -> None:
        """Save a small JSON object (64 KiB at most) for the next attempt, in case this one dies."""

    @property
    def transcript(self) -> Transcript:
        """The conversation with a model, as far as earlier attempts have stored it."""

    @property
    def watchers(self) -> Watchers:
        """The people who watch live what a model writes."""

    async def progress(
        self, message: str, fraction: float | None = None, wait: StepWait | None = None, **figures: float
    ) -> None:
        """Report progress to the people who watch live; `fraction` is from 0 to 1,
        `wait` what it waits for.

        Temporal's UI shows the message and the figures, such as `turn` and `cost_usd`, with the step's heartbeat.
        """

    async def idle(self, seconds: float) -> None:
        """Let time pass that does not count as the step's working time.

        Raises:
            StepPostponedError: this attempt may not take any longer.
        """


class Agent(Protocol):
    """A member of the crew. Implementations keep no state between runs and may run many steps at once."""

    def is_short(self, brief: str) -> bool:
        """Return whether this agent's steps take well under a second for this brief, so that repeating one is cheap.

        A short step costs Temporal a sixth of a normal one, but shows no progress and keeps no checkpoint.
        """

    async def run(self, assignment: Assignment, step: Step) -> Outcome:
        """Run one step.

        Raises:
            AgentError: the agent failed; `retryable` tells whether a retry may help.
        """


class Crew(Protocol):
    """The agents of one provider."""

    def agent(self, role: Role) -> Agent:
        """Return the agent that plays a role. Called for each step, so it should be cheap."""

    async def close(self) -> None:
        """Close connections. No agent runs any more."""


class Crews(Protocol):
    """The crews that a worker can use, by the name of their provider."""

    async def agent(self, crew: CrewName, role: Role) -> Agent:
        """Return the agent of a crew that plays a role.

        Raises:
            AgentError: this worker does not have the crew.
        """

    async def close(self) -> None:
        """Close all crews, after the last step."""
