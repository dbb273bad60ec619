"""Payloads of the signal `respond` that are not valid responses."""

from __future__ import annotations

import json
from typing import Any

from temporalio.api.common.v1 import Payload
from uuid_utils.compat import uuid7

from models.contracts.hitl import HitlResponse
from models.tables import HitlRequest
from tests.signing import signed


def payload(data: bytes, encoding: bytes = b"json/plain") -> Payload:
    return Payload(metadata={"encoding": encoding}, data=data)


VALID = {
    "request_id": str(uuid7()),
    "decision_id": str(uuid7()),
    "action": "approve",
    "responded_at": "2026-01-01T00:00:00Z",
}


def bent(**fields: Any) -> Payload:
    return payload(json.dumps({**VALID, **fields}).encode())


def signed_by_an_api(request: HitlRequest, **fields: Any) -> Payload:
    """Return a valid response with these fields as they are, even those that the signature does not know."""
    given = {**VALID, "request_id": str(request.id), "subject_hash": request.subject_hash, **fields}
    response = signed(HitlResponse.model_validate(given))
    return payload(json.dumps({**given, "signature": response.model_dump()["signature"]}).encode())


MALFORMED = {
    "no argument": (),
    "two arguments": (bent(), bent()),
    "null": (payload(b"", b"binary/null"),),
    "not JSON": (payload(b"{"),),
    "bytes": (payload(b"\x00\xff", b"binary/plain"),),
    "an unknown encoding": (payload(b"?", b"binary/who-knows"),),
    "no encoding": (Payload(data=b"{}"),),
    "a list": (payload(b"[]"),),
    "a string": (payload(b'"approve"'),),
    "a number": (payload(b"42"),),
    "an empty object": (payload(b"{}"),),
    "an unknown action": (bent(action="shrug"),),
    "a request id that is none": (bent(request_id="x"),),
    "an amendment without anything": (bent(action="amend"),),
    "a rejection without a comment": (bent(action="reject"),),
    "a hash that is none": (bent(action="amend", content_hash="abc"),),
    "a NUL in the responder": (bent(responder="a\x00b"),),
    "a NUL in the comment": (bent(comment="a\x00b"),),
    "half a surrogate": (payload(b'{"action": "\\ud800"}'),),
    "JSON nested a thousand deep": (payload(b"[" * 1000 + b"]" * 1000),),
    "a megabyte": (payload(b'"' + b"x" * 2**20 + b'"'),),
    "a moment before all moments": (bent(responded_at="0001-01-01T00:00:00+14:00"),),
}
