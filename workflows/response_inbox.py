"""Deliver `respond` and `extend` signals to their gates, in order of arrival."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.common import RawValue

from workflows import patches
from workflows.open_gates import OpenGates
from workflows.recorder import Recorder

with workflow.unsafe.imports_passed_through():
    from models.contracts.contract import Contract
    from models.contracts.extension import HitlExtension
    from models.contracts.hitl import PATCHED_FIELDS, HitlResponse, JudgedResponse


Signal = TypeVar("Signal", bound=Contract)


class ResponseInbox:
    """Receives responses, and keeps those whose gate is not open yet; and later deadlines.

    A request is visible as soon as the step's activity has committed, which is before the workflow receives the step's
    result. `_during_step` keeps responses to requests that a running step may have opened. `_before_step` keeps those
    to requests of steps that have not started: if a workflow task that ran a step as a local activity is lost, the next
    one sees the responses first and then runs that step again. `may_open` says whether a request is one of these.
    Both keep only responses to requests that are in the records: a question must be asked before it can be answered.
    """

    def __init__(self, gates: OpenGates, recorder: Recorder, may_open: Callable[[UUID], bool]) -> None:
        self._gates = gates
        self._recorder = recorder
        self._may_open = may_open
        self._during_step: dict[UUID, list[HitlResponse]] = {}
        self._before_step: dict[UUID, list[HitlResponse]] = {}
        self._receiving = asyncio.Lock()

    @property
    def holds_responses_to_later_steps(self) -> bool:
        return bool(self._before_step)

    async def receive(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Handle one signal. It should be `respond` with one HitlResponse, or `extend` with one HitlExtension; anything
        else is recorded as a problem.

        This is why the signal handlers are dynamic: the SDK silently drops a payload that it cannot decode, and fails
        the workflow task forever if an argument is missing.
        """
        match name:
            case "respond":
                await self._receive_response(payloads)
            case "extend":
                await self._receive_extension(payloads)
            case _:
                await self._recorder.problem(f"Unknown signal: {name!r}"[:2000])

    async def _receive_response(self, payloads: Sequence[RawValue]) -> None:
        try:
            response = _read(payloads, HitlResponse)
            # Up to 0.1.0 an unknown field made a response unreadable, and a history may have recorded that. A field
            # that only earlier versions do not know counts as unknown: each version then records the same marker.
            if _has_unknown_fields(payloads[0]) and not workflow.patched(patches.UNKNOWN_FIELDS):
                raise TypeError("it has an unknown field")
        except Exception as error:
            workflow.logger.warning("unreadable response: %s", error)
            await self._recorder.problem(f"Unreadable response: {error}"[:2000])
            return
        async with self._receiving:  # keeps the order of arrival, because some have to be checked first
            if await self._answers_a_known_request(response):
                self.deliver(response)

    async def _receive_extension(self, payloads: Sequence[RawValue]) -> None:
        try:
            extension = _read(payloads, HitlExtension)
        except Exception as error:
            workflow.logger.warning("unreadable extension: %s", error)
            await self._recorder.problem(f"Unreadable extension: {error}"[:2000])
            return
        if not workflow.patched(f"{patches.EXTENSIONS}-{extension.extension_id}"):
            await self._recorder.problem("Unknown signal: 'extend'")
            return
        async with self._receiving:
            # The records decide, also if the gate is not open here yet: it then asks them when its deadline passes.
            deadline = await self._recorder.extension(extension)
            if deadline is not None:
                self._gates.extend(extension.request_id, deadline)

    def deliver(self, response: HitlResponse) -> None:
        """Pass a response to its gate, or keep it for a gate that may open. Otherwise it is too late."""
        if self._gates.offer(response):
            return
        if response.request_id in self._during_step:
            self._during_step[response.request_id].append(response)
        elif self._may_open(response.request_id) and workflow.patched(patches.RESPONSES_AHEAD):
            self._before_step.setdefault(response.request_id, []).append(response)
        else:
            self._recorder.unrecorded.append(JudgedResponse.too_late(response))

    @contextmanager
    def expecting(self, request_id: UUID) -> Iterator[list[HitlResponse]]:
        """Collect responses to a request that the step inside the block may open. Those that are left in the list at
        the end are delivered again."""
        early = self._during_step.setdefault(request_id, self._before_step.pop(request_id, []))
        try:
            yield early
        finally:
            del self._during_step[request_id]
            for response in early:
                self.deliver(response)

    async def drain_pending_signals(self) -> None:
        """Wait until every signal received so far is delivered."""
        async with self._receiving:
            pass

    def close(self) -> None:
        """Close every gate. Responses that were not judged are too late."""
        self._recorder.unrecorded.extend(self._gates.close_all())
        for responses in self._before_step.values():
            self._recorder.unrecorded.extend(map(JudgedResponse.too_late, responses))
        self._before_step.clear()

    async def settle(self) -> None:
        """Record every response that was not judged, before the workflow closes."""
        while True:
            await workflow.wait_condition(workflow.all_handlers_finished)
            self.close()
            if not self._recorder.unrecorded:
                return
            await self._recorder.late_responses()

    async def _answers_a_known_request(self, response: HitlResponse) -> bool:
        """Return whether the response answers a request that exists or existed.

        If this run has not opened the request, the records decide, and an unknown request is recorded as an error.
        """
        request_id = response.request_id
        may_open_later = request_id not in self._gates and (
            request_id in self._during_step or self._may_open(request_id)
        )
        known = bool(self._during_step.get(request_id)) or request_id in self._before_step
        if not may_open_later or known or not workflow.patched(patches.KNOWN_REQUESTS_ONLY):
            return True
        return await self._recorder.knows_request(response)


def _read(payloads: Sequence[RawValue], wanted: type[Signal]) -> Signal:
    """Return the one value of a signal. Raises any exception if it is something else."""
    (payload,) = payloads
    value = workflow.payload_converter().from_payload(payload.payload, wanted)
    if not isinstance(value, wanted):  # for some encodings the type is only a hint
        raise TypeError(f"{type(value).__name__} instead of {wanted.__name__}")
    return value


def _has_unknown_fields(payload: RawValue) -> bool:
    return not json.loads(payload.payload.data).keys() <= HitlResponse.model_fields.keys() - PATCHED_FIELDS
