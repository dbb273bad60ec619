"""Whether a response may be recorded for its request: an API vouches for it, and it is about what the request asks."""

from __future__ import annotations

from models.contracts.hitl import HitlResponse
from store import signatures
from store.hitl import LockedRequest

SHOWN_DIGITS = 12
"""Digits of a hash in a message."""


def find_forgery(response: HitlResponse, asked: LockedRequest) -> str | None:
    """Return why no API vouches for a response, or None if one does.

    Requests of earlier versions also take responses without a signature: an API of such a version may have sent them.
    """
    what = f"a response ({response.action}) to request {response.request_id} was not applied"
    if response.signature is None:
        return None if asked.subject_hash is None else f"{what}: no API has signed it"
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
