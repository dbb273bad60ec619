"""UUIDv7 (RFC 9562, section 5.7), derived so that workflows can generate them."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID


def derive_uuid7(of: UUID, name: str) -> UUID:
    """Derive a UUIDv7 from another one and a name. The same arguments always return the same id.

    It has the timestamp of the other id, and a SHA-256 of both arguments instead of random bits.
    """
    entropy = int.from_bytes(sha256(of.bytes + name.encode()).digest()[:10]) >> 6
    high, low = entropy >> 62, entropy & (2**62 - 1)
    return UUID(int=(of.int >> 80) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
