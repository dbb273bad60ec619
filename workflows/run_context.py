"""What the handoffs of one workflow run share: the project, ids, pause and draining."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from temporalio import workflow

from workflows.checkpoint import Checkpoint
from workflows.open_gates import OpenGates
from workflows.recorder import Recorder
from workflows.response_inbox import ResponseInbox

with workflow.unsafe.imports_passed_through():
    from models.contracts.enums import Oversight
    from models.contracts.hitl import JudgedResponse
    from models.contracts.ids import derive_uuid7
    from models.contracts.names import AgentType, CrewName
    from models.contracts.roles import ModelName


class RunContext:
    """The shared state of the handoffs of one run.

    Args:
        crew: the provider of the agents; `model` is the one that they ask, unless a role or a stage names another.
        root_id: the ids of tasks and requests derive from it; by default the project's id.
        unrecorded: responses that an earlier run judged and did not record.
        generation: of the project's run, as in its input.
        may_open: returns whether a request belongs to a step that has not started.
    """

    def __init__(
        self,
        project_id: UUID,
        name: str,
        oversight: Oversight | None,
        *,
        unrecorded: list[JudgedResponse],
        crew: CrewName,
        model: ModelName | None,
        generation: int = 0,
        short_agents: tuple[AgentType, ...] = (),
        continues_as_new: bool = True,
        paused: bool = False,
        deadlines_held: bool = False,
        root_id: UUID | None = None,
        checkpoint: Checkpoint | None = None,
        may_open: Callable[[UUID], bool] = lambda request_id: False,
    ) -> None:
        self.project_id = project_id
        self.name = name
        self.oversight = oversight
        self.crew = crew
        self.model = model
        self.short_agents = short_agents
        self.paused = paused
        self.checkpoint = checkpoint or Checkpoint()
        self.recorder = Recorder(project_id, unrecorded, generation)
        self.gates = OpenGates(deadlines_held=deadlines_held)
        self.inbox = ResponseInbox(self.gates, self.recorder, may_open)
        self._root_id = root_id or project_id
        self._continues_as_new = continues_as_new
        self._busy = 0

    def id_of(self, kind: str, stage: str, round: int, continued: int = 0) -> UUID:
        """Return the id of a task or a request of this workflow, the same at every call.

        It depends neither on time nor on randomness: if a workflow task is lost, the next one runs the local activities
        again at another time, and they must find what they wrote before.
        """
        return derive_uuid7(self._root_id, f"{kind}:{stage}:{round}" + (f":{continued}" if continued else ""))

    @property
    def draining(self) -> bool:
        """Whether the workflow is about to continue as new, so that no step may start.

        False while a response waits for a step that has not started: that step runs first.
        """
        return (
            self._continues_as_new
            and not self.inbox.holds_responses_to_later_steps
            and workflow.info().is_continue_as_new_suggested()
        )

    @property
    def may_continue_as_new(self) -> bool:
        """Whether the history is long and everything still running is a wait that the state preserves."""
        return self.draining and not self._busy and not self.gates.has_offers

    async def wait_until_step_may_start(self) -> None:
        if self.paused or self.draining:
            await workflow.wait_condition(lambda: not self.paused and not self.draining)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Prevent continue-as-new inside the block."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
