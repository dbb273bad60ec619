"""The open gates of one run. Their deadlines are held while the project is paused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import workflow

from workflows.gate import OpenGate

with workflow.unsafe.imports_passed_through():
    from models.contracts.hitl import HitlResponse, JudgedResponse
    from models.contracts.workflow_state import GateState


class OpenGates:
    """The gates that wait for a human, by request id. While `deadlines_held`, no gate expires."""

    def __init__(self, *, deadlines_held: bool = False) -> None:
        self.deadlines_held = deadlines_held
        self._gates: dict[UUID, OpenGate] = {}

    def __bool__(self) -> bool:
        return bool(self._gates)

    def __contains__(self, request_id: UUID) -> bool:
        return request_id in self._gates

    @property
    def has_offers(self) -> bool:
        """Whether any gate has a response that has not been judged."""
        return any(gate.has_offers for gate in self._gates.values())

    def open(self, state: GateState) -> OpenGate:
        """Open the gate of a request, or return it if it is open already."""
        if self.deadlines_held and state.held_since is None:
            state.held_since = workflow.now()
        return self._gates.setdefault(state.request.request_id, OpenGate(state))

    def close(self, request_id: UUID) -> None:
        del self._gates[request_id]

    def close_all(self) -> list[JudgedResponse]:
        """Close every gate. Return their responses that were not judged, as too late."""
        late = [response for gate in self._gates.values() for response in gate.too_late()]
        self._gates.clear()
        return late

    def offer(self, response: HitlResponse) -> bool:
        """Pass a response to its gate. Return whether that gate is open."""
        gate = self._gates.get(response.request_id)
        if gate is not None:
            gate.offer(response)
        return gate is not None

    def extend(self, request_id: UUID, deadline: datetime) -> None:
        """Set the deadline that the records have after an extension."""
        if (gate := self._gates.get(request_id)) is not None:
            gate.postpone_deadline(deadline)
            gate.state.extensions += 1

    def hold_deadlines(self) -> None:
        """Stop every deadline until `postpone_deadlines`."""
        self.deadlines_held = True
        for gate in self._gates.values():
            gate.state.held_since = gate.state.held_since or workflow.now()

    def take_time_held(self) -> dict[UUID, timedelta]:
        """Return how long each open request's deadline has been held since the last call."""
        held: dict[UUID, timedelta] = {}
        for request_id, gate in self._gates.items():
            if gate.state.held_since is not None:
                held[request_id] = workflow.now() - gate.state.held_since
                gate.state.held_since = workflow.now()
        return held

    def postpone_deadlines(self, deadlines: Mapping[UUID, datetime], *, hold: bool) -> None:
        """Set the deadlines that the records have after a pause. `hold` keeps holding them."""
        for request_id, deadline in deadlines.items():
            if (gate := self._gates.get(request_id)) is not None:
                gate.postpone_deadline(deadline)
        self.deadlines_held = hold
        if not hold:
            for gate in self._gates.values():
                gate.state.held_since = None
