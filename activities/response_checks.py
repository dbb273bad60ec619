"""Whether a response may be applied: an API vouches for it, it is about what its request asks, who sent it may decide,
and what it needs is there."""

from __future__ import annotations

import hashlib

from models.contracts.approvals import Candidate, find_bar, find_raise_bar
from models.contracts.budget import BudgetKind, Shortage
from models.contracts.enums import HitlStatus
from models.contracts.event_data import ErrorEvent
from models.contracts.hitl import HitlResponse
from store import budget_limits, hitl, signatures
from store.hitl_lock import LockedRequest
from store.identity import candidates
from store.transaction import Transaction

SHOWN_DIGITS = 12
"""Digits of a hash in a message."""


def find_forgery(response: HitlResponse, asked: LockedRequest) -> str | None:
    """Return why no API vouches for a response, or None if one does.

    Requests that were open when responses began to be signed also take one without: an API of an earlier version may
    have sent it. No request that was opened since does, whether or not an API has registered its key yet, also if a
    worker of an earlier version opened it.
    """
    what = f"a response ({response.action}) to request {response.request_id} was not applied"
    if response.signature is None:
        return None if asked.takes_unsigned else f"{what}: no API has signed it"
    if response.signature.key not in asked.known_keys:
        return f"{what}: it is signed with the unknown key {response.signature.key[:SHOWN_DIGITS]}"
    if not signatures.is_valid(response, response.signature):
        return f"{what}: its signature is not valid"
    return None


def find_other_subject(response: HitlResponse, asked: LockedRequest) -> str | None:
    """Return that a response is about something else than its request asks about, or None."""
    if response.subject_hash == asked.subject_hash:
        return None
    seen, now = (
        digest[:SHOWN_DIGITS] if digest else "nothing" for digest in (response.subject_hash, asked.subject_hash)
    )
    return f"it is about the subject {seen}, and the request is about {now}"


async def find_ineligible(tx: Transaction, response: HitlResponse, asked: LockedRequest) -> str | None:
    """Return why who sent a response may not decide any more, or None. The API has checked the same before it signed.

    An API without sign-in, or of an earlier version, names nobody: this is for gates where everybody may decide.
    """
    voter = response.voter
    if voter is None:
        return find_bar(asked.approvals, None)
    if voter.is_administrator and asked.approvals is None:  # nothing to look up
        return find_bar(None, Candidate(name=voter.name))
    candidate = await candidates.find(tx.connection, voter, tx.project_id)
    return find_bar(asked.approvals, candidate, needs_person=asked.needs_person)


def digest_of(response: HitlResponse) -> str:
    """Return digits that tell a response from others with its decision id, which somebody may have used before."""
    return hashlib.sha256(response.model_dump_json().encode()).hexdigest()[:16]


def is_genuine(tx: Transaction, response: HitlResponse, asked: LockedRequest) -> bool:
    """Return whether an API vouches for a response. If not, record an error event."""
    forgery = find_forgery(response, asked)
    if forgery is not None:
        key = f"unsigned:{response.request_id}:{response.decision_id}:{digest_of(response)}"
        tx.record(ErrorEvent(message=forgery), key=key)
    return forgery is None


async def find_objection(
    tx: Transaction, winner: HitlResponse, asked: LockedRequest | None, missing: set[str]
) -> str | None:
    """Return why a response that the gate accepts cannot be applied, or None. The API has checked the same; but several
    people may raise one budget at several gates at once, and a signal may come from elsewhere."""
    if asked is not None and asked.is_open:  # how a closed one was closed is recorded already
        objection = find_forgery(winner, asked) or find_other_subject(winner, asked)
        if objection is None and winner.decision_id in asked.judged:
            objection = "it was judged before, and a response is judged once"
        objection = objection or await find_ineligible(tx, winner, asked)
        if objection is not None:
            return objection
    if winner.content_hash in missing:
        return f"content {winner.content_hash} does not exist"
    request = await hitl.get(tx.connection, winner.request_id) if winner.raise_by is not None else None
    if request is None or request.shortage is None or winner.raise_by is None:
        return None
    shortage = Shortage.model_validate(request.shortage)
    objection = shortage.find_objection(winner.raise_by)
    if objection is not None:
        return f"raise_by {objection}"
    if shortage.kind is BudgetKind.DAY and winner.voter is not None:
        voter = await candidates.find(tx.connection, winner.voter, tx.project_id)
        if bar := find_raise_bar(shortage.kind, voter):
            return bar
    if winner.raise_from is None:
        return None
    now = await budget_limits.current_locked(tx.connection, tx.project_id, shortage)
    request = await hitl.get(tx.connection, winner.request_id)
    if request is None or request.status != HitlStatus.PENDING:  # an earlier try of this very record has raised it
        return None
    return now.find_raise(winner.raise_from.of(shortage.unit) or 0.0)
