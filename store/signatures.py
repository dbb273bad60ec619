"""Signatures of responses: an API vouches for each response that it received, and the activity that records responses
checks it. Without one, a response decides nothing: a caller that only reaches Temporal cannot decide."""

from __future__ import annotations

import hashlib
from typing import LiteralString

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.hitl import HitlResponse, Signature
from store.statement import run
from store.subjects import canonical

PURPOSE = "botarmy response 1"
"""Part of each signed statement, so that a signature means nothing else."""

SMALL_ORDER = frozenset(
    int(each, 16)
    for each in (
        "0",
        "1",
        "5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
        "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffee",
    )
)
"""The keys of a few points of the curve, little-endian and without the sign, for which anybody can find a signature: a
quarter of all messages has the one of zeros. Nobody's key is among them, and the library accepts them."""

_REGISTER: LiteralString = """
INSERT INTO signing_key (public_key, created_at) VALUES (%(key)s, clock_timestamp()) ON CONFLICT DO NOTHING
"""


def public_key(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def sign(response: HitlResponse, key: Ed25519PrivateKey) -> HitlResponse:
    """Return the response with a signature."""
    signature = Signature(key=public_key(key), value=key.sign(_statement(response)).hex())
    return response.model_copy(update={"signature": signature})


def is_valid(response: HitlResponse, signature: Signature) -> bool:
    """Return whether the owner of the signature's key signed exactly this response."""
    if int.from_bytes(bytes.fromhex(signature.key), "little") % 2**255 in SMALL_ORDER:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.key))
        key.verify(bytes.fromhex(signature.value), _statement(response))
    except (InvalidSignature, ValueError):  # not a point of the curve, or values that canonical JSON cannot hold
        return False
    return True


async def register(connection: AsyncConnection, key: str) -> None:
    """Add the public key of an API, unless it is there already."""
    await run(connection, _REGISTER, key=key)


def _statement(response: HitlResponse) -> bytes:
    """Return what is signed: everything that the response decides. What is not set is left out, so that a field of a
    later version changes nothing for a response that does not use it."""
    fields = response.model_dump(mode="json", exclude={"comment", "signature"}, exclude_none=True)
    if response.comment is not None:
        fields["comment_hash"] = hashlib.sha256(response.comment.encode()).hexdigest()
    return canonical({"purpose": PURPOSE, **fields})
