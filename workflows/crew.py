"""What one run of a workflow shares among its handoffs: the project, the books, the pause, the open gates."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.common import RawValue

from workflows.gate import NOT_OPEN, Gate
from workflows.recorder import Bookkeeping

with workflow.unsafe.imports_passed_through():
    from models.contracts.ending import Ending
    from models.contracts.enums import AgentType, Oversight, ResponseOutcome
    from models.contracts.hitl import HitlResponse, JudgedResponse
    from models.contracts.ids import sibling
    from models.contracts.project import GateState

AHEAD = "responses-ahead-of-their-request"
CHECKED = "responses-to-requests-that-are-known"


class Crew:
    """What the handoffs of a run have in common; `root_id` is what the ids of its tasks and requests derive from.

    `busy` counts the handoffs that are in the middle of something, which has to end before the workflow may continue
    as new. `early` keeps responses to requests that a running step may have opened already: people see the request as
    soon as the step's activity has committed, which is before the workflow hears of it. `ahead` keeps those to requests
    of steps that have not begun: when the workflow task that ran a step as a local activity was lost, the next one has
    the responses before it, and runs that step again. `may_open` says whether a request is one of these. Both keep only
    what answers a request that is known: one that nobody was asked yet is not for anybody to decide.
    """

    def __init__(
        self,
        project_id: UUID,
        name: str,
        oversight: Oversight | None,
        books: Bookkeeping,
        *,
        short_agents: tuple[AgentType, ...] = (),
        continues_as_new: bool = True,
        paused: bool = False,
        deadlines_held: bool = False,
        root_id: UUID | None = None,
        may_open: Callable[[UUID], bool] = lambda request_id: False,
    ) -> None:
        self.project_id = project_id
        self.root_id = root_id or project_id
        self.name = name
        self.oversight = oversight
        self.books = books
        self.short_agents = short_agents
        self.continues_as_new = continues_as_new
        self.paused = paused
        self.deadlines_held = deadlines_held
        self.busy = 0
        self.gates: dict[UUID, Gate] = {}
        self.early: dict[UUID, list[HitlResponse]] = {}
        self.ahead: dict[UUID, list[HitlResponse]] = {}
        self._may_open = may_open
        self._receiving = asyncio.Lock()

    @property
    def draining(self) -> bool:
        """Whether the workflow is about to continue as new, so that no step may start. Not while a response is
        ahead: the step that it waits for comes first."""
        return self.continues_as_new and not self.ahead and workflow.info().is_continue_as_new_suggested()

    async def may_step(self) -> None:
        """Wait until a step may start."""
        if self.paused or self.draining:
            await workflow.wait_condition(lambda: not self.paused and not self.draining)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """What is done inside has to end before the workflow may continue as new."""
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    def open(self, asked: GateState) -> Gate:
        """The gate of a request, which is open from now on."""
        if self.deadlines_held and asked.held_since is None:
            asked.held_since = workflow.now()
        return self.gates.setdefault(asked.request.request_id, Gate(asked))

    def hold_deadlines(self) -> None:
        """Let no deadline pass until it is put off, by as long as it was held."""
        self.deadlines_held = True
        for gate in self.gates.values():
            gate.state.held_since = gate.state.held_since or workflow.now()

    def take_time_held(self) -> dict[UUID, timedelta]:
        """For how long the deadline of each open request has been held; what is taken is not counted again."""
        held: dict[UUID, timedelta] = {}
        for request_id, gate in self.gates.items():
            if gate.state.held_since is not None:
                held[request_id] = workflow.now() - gate.state.held_since
                gate.state.held_since = workflow.now()
        return held

    def put_off(self, deadlines: Mapping[UUID, datetime], *, hold: bool) -> None:
        """Take the deadlines that the records give after a pause, and let them pass, unless they are held again."""
        for request_id, deadline in deadlines.items():
            if (gate := self.gates.get(request_id)) is not None:
                gate.put_off(deadline)
        self.deadlines_held = hold
        if not hold:
            for gate in self.gates.values():
                gate.state.held_since = None

    def offer(self, response: HitlResponse) -> None:
        """Hand a response to the gate that it answers; where none is open it is too late, and written down as such."""
        gate = self.gates.get(response.request_id)
        if gate is not None:
            gate.offer(response)
        elif response.request_id in self.early:
            self.early[response.request_id].append(response)
        elif self._may_open(response.request_id) and workflow.patched(AHEAD):
            self.ahead.setdefault(response.request_id, []).append(response)
        else:
            self._too_late(response)

    async def heard(self) -> None:
        """Return when whatever was sent before has come to its gate, though it had to be checked first."""
        async with self._receiving:
            pass

    def close_gates(self) -> None:
        """Have every response written down as too late that still waits for a gate, or at one."""
        for gate in self.gates.values():
            self.books.late.extend(gate.too_late())
        for response in [one for responses in self.ahead.values() for one in responses]:
            self._too_late(response)
        self.gates.clear()
        self.ahead.clear()

    async def settle(self) -> None:
        """Write every response down that nothing will judge any more, before the workflow closes."""
        while True:
            await workflow.wait_condition(workflow.all_handlers_finished)
            self.close_gates()
            if not self.books.late:
                return
            await self.books.write_late()

    def _too_late(self, response: HitlResponse) -> None:
        self.books.late.append(
            JudgedResponse(response=response, outcome=ResponseOutcome.SUPERSEDED, explanation=NOT_OPEN)
        )

    async def receive(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Take what a signal brought: one response. What cannot be read is written down as a problem: the SDK would
        drop it without a trace if the handler declared its name and type, and fail for ever if an argument lacked."""
        if name != "respond":
            await self.books.problem(f"a signal that is not known: {name!r}"[:2000])
            return
        try:
            (payload,) = payloads
            response = workflow.payload_converter().from_payload(payload.payload, HitlResponse)
            if not isinstance(response, HitlResponse):  # the type is no more than a hint to some encodings
                raise TypeError(f"{type(response).__name__} where a response should be")
        except Exception as error:
            workflow.logger.warning("a response that cannot be read: %s", error)
            await self.books.problem(f"a response that cannot be read: {error}"[:2000])
            return
        async with self._receiving:  # in the order in which they came, though some have to be checked
            if await self._answers_a_question(response):
                self.offer(response)

    async def _answers_a_question(self, response: HitlResponse) -> bool:
        """Whether there is, or was, a request that a response answers. Where this run has not opened it, the records
        are asked, which keep the trace of a response to none."""
        request_id = response.request_id
        to_come = request_id not in self.gates and (request_id in self.early or self._may_open(request_id))
        if not to_come or self.early.get(request_id) or request_id in self.ahead or not workflow.patched(CHECKED):
            return True
        return await self.books.knows(response)

    def id_of(self, kind: str, stage: str, round: int) -> UUID:
        """The id of a task or a request of this workflow, the same whenever it is asked for.

        Not of the present moment, nor of chance: when a workflow task is lost, the next one makes its local activities
        run again at another time, and they have to find what they wrote before.
        """
        return sibling(self.root_id, f"{kind}:{stage}:{round}")


def call_off(task: asyncio.Task[Ending]) -> None:
    """End a handoff that nobody waits for any more."""
    task.cancel()
    # Looked at, so that asyncio does not log a step's cancellation as an exception that nobody retrieved.
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
