"""Record what a workflow has decided: responses, an expiry, a status, a problem. Each is recorded once."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from temporalio import activity

from activities.amendment import amend
from activities.recorded_outcome import outcome_as_recorded, response_event, response_key
from activities.response_checks import digest_of, find_objection, is_genuine
from activities.step_metrics import count_decision
from models.contracts.budget import Shortage
from models.contracts.enums import HitlAction, HitlStatus, ResponseOutcome
from models.contracts.event_data import ErrorEvent, HitlExpired
from models.contracts.handoff import ArtifactRef
from models.contracts.hitl import HitlResponse, JudgedResponse
from models.contracts.records import (
    CheckResponseInput,
    CheckResponseResult,
    RecordExpiryInput,
    RecordProblemInput,
    RecordResponsesInput,
    RecordStatusInput,
    RecordStatusResult,
    RequestOutcome,
)
from store import (
    artifacts,
    budget_limits,
    contents,
    events,
    hitl,
    hitl_deadlines,
    hitl_decisions,
    hitl_lock,
    project_milestones,
    projects,
    tasks,
)
from store.transaction import ContradictionError, Store, Transaction
from telemetry.metrics import DecisionOutcome


class Records:
    """The activities that record decisions: short, idempotent, run as local activities."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @activity.defn
    async def record_responses(self, batch: RecordResponsesInput) -> RequestOutcome:
        """Add responses to the history of their requests. Apply the winning one unless its request is closed already.

        A response that no API has signed decides nothing and is recorded as an error event only. One to another subject
        than the request has is refused. Returns the outcome as recorded, which may differ from what this run judged.
        """
        async with self._store.transaction(batch.project_id) as tx:
            requests = {judged.response.request_id for judged in batch.responses}
            keys = {one.response.signature.key for one in batch.responses if one.response.signature is not None}
            decisions = {judged.response.decision_id for judged in batch.responses}
            known = await hitl_lock.lock(tx, requests, keys, decisions)
            hashes = (judged.response.content_hash for judged in batch.responses)
            missing = await contents.missing(tx.connection, (name for name in hashes if name))
            responses, winner = list(batch.responses), _applied(batch.responses)
            objection = await find_objection(tx, winner, known.get(winner.request_id), missing) if winner else None
            if objection is not None:
                responses = _refuse_winner(responses, objection)
            for judged in responses:
                if judged.response.request_id not in known:
                    if judged.outcome is ResponseOutcome.APPLIED:  # its gate is open, so a step has recorded it
                        raise ContradictionError(f"request {judged.response.request_id} does not exist")
                    _record_unknown_request(tx, judged.response)
            responses = [judged for judged in responses if judged.response.request_id in known]
            genuine = [each for each in responses if is_genuine(tx, each.response, known[each.response.request_id])]
            outcome = RequestOutcome(refused=objection is not None)
            applied = _applied(responses)
            if applied is not None:
                outcome = await self._apply(tx, applied, batch.keeps)
                if outcome.response is None or outcome.response.decision_id != applied.decision_id:
                    late = JudgedResponse.too_late(applied)
                    genuine = [late if judged.response == applied else judged for judged in genuine]
            await hitl_decisions.add(tx, genuine, missing)
        return outcome

    @activity.defn
    async def check_response(self, check: CheckResponseInput) -> CheckResponseResult:
        """Return whether a response answers a recorded request of the project. If not, record an error event.

        A request is visible once the step that opens it has committed, which may be before the workflow receives the
        step's result. A response sent earlier refers to no request and is recorded as an error. A later check of the
        same response returns the same result, even if the request exists by now.
        """
        response = check.response
        async with self._store.reading() as connection:
            known = bool(await hitl.ids_of_project(connection, check.project_id, {response.request_id}))
            known = known and not await events.is_recorded(connection, check.project_id, _unknown_request_key(response))
        if not known:
            async with self._store.transaction(check.project_id) as tx:
                _record_unknown_request(tx, response)
        return CheckResponseResult(known=known)

    async def _apply(self, tx: Transaction, response: HitlResponse, keeps: tuple[ArtifactRef, ...]) -> RequestOutcome:
        request = await hitl.close(tx, response.request_id, response.action.resulting_status, response.decision_id)
        if request is None:
            return await outcome_as_recorded(tx.connection, response.request_id)
        closed = DecisionOutcome(response.action)
        tx.after_commit(lambda: count_decision(request, closed))
        asked = tuple(ArtifactRef.model_validate(ref) for ref in request.artifacts)
        accepted: tuple[ArtifactRef, ...] = ()
        if response.action is HitlAction.APPROVE:
            accepted = asked
        elif response.content_hash is not None:
            accepted = await amend(tx, request, response, asked)
        elif response.redo is not None:
            accepted = keeps
        tx.record(
            response_event(request, response, accepted),
            key=response_key(request.id),
            task_id=request.task_id,
            agent_type=request.agent_type,
        )
        await artifacts.accept(tx, (ref.artifact_id for ref in accepted))
        await tasks.end_wait(tx, request.task_id, request.agent_type, accepted=bool(accepted))
        if response.raise_by is not None and request.shortage is not None:
            shortage = Shortage.model_validate(request.shortage)
            await budget_limits.raise_limits(tx.connection, tx.project_id, shortage, response.raise_by)
        return RequestOutcome(response=response, accepted=accepted)

    @activity.defn
    async def record_expiry(self, expiry: RecordExpiryInput) -> RequestOutcome:
        """Record that a request expired, unless it is closed already. Return its outcome as recorded."""
        async with self._store.transaction(expiry.project_id) as tx:
            if expiry.deadline is not None:
                not_yet = await hitl_deadlines.reason_not_to_expire(tx.connection, expiry.request_id, expiry.deadline)
                if not_yet is not None:
                    return not_yet
            request = await hitl.close(tx, expiry.request_id, HitlStatus.EXPIRED)
            if request is None:
                return await outcome_as_recorded(tx.connection, expiry.request_id)
            tx.after_commit(lambda: count_decision(request, DecisionOutcome.EXPIRED))
            agent = request.agent_type
            if expiry.accepts:
                await artifacts.accept(tx, (UUID(ref["artifact_id"]) for ref in request.artifacts))
            await tasks.end_wait(tx, request.task_id, agent, accepted=expiry.accepts)
            tx.record(
                HitlExpired(request_id=request.id, stage=request.stage, round=request.round, accepted=expiry.accepts),
                key=f"expiry:{request.id}",
                task_id=request.task_id,
                agent_type=agent,
            )
        return RequestOutcome(expired=True)

    @activity.defn
    async def record_status(self, change: RecordStatusInput) -> RecordStatusResult:
        """Record a change of the project's status, unless the project has ended. Return the status as recorded."""
        if await project_milestones.complete(self._store, change):
            return RecordStatusResult(status=change.status)
        async with self._store.transaction(change.project_id) as tx:
            return await projects.set_status(
                tx, change.status, change.key, change.reason, change.put_off, change.generation
            )

    @activity.defn
    async def record_problem(self, problem: RecordProblemInput) -> None:
        """Record a problem in the project's log, for operators."""
        async with self._store.transaction(problem.project_id) as tx:
            tx.record(ErrorEvent(message=problem.message), key=f"problem:{problem.key}")


def _applied(responses: Iterable[JudgedResponse]) -> HitlResponse | None:
    return next((judged.response for judged in responses if judged.outcome is ResponseOutcome.APPLIED), None)


def _refuse_winner(responses: list[JudgedResponse], explanation: str) -> list[JudgedResponse]:
    """Return the responses to record if the winner is refused. Those that lost to it are judged again."""
    kept = []
    for judged in responses:
        if judged.outcome is ResponseOutcome.APPLIED:
            kept.append(judged.model_copy(update={"outcome": ResponseOutcome.REFUSED, "explanation": explanation}))
        elif judged.outcome is ResponseOutcome.REFUSED:
            kept.append(judged)
    return kept


def _record_unknown_request(tx: Transaction, response: HitlResponse) -> None:
    unknown = f"request {response.request_id}, which this project does not have"
    tx.record(ErrorEvent(message=f"a response ({response.action}) to {unknown}"), key=_unknown_request_key(response))


def _unknown_request_key(response: HitlResponse) -> str:
    return f"foreign:{response.request_id}:{response.decision_id}:{digest_of(response)}"
