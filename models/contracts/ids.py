"""UUIDv7 (RFC 9562, section 5.7), made so that a workflow can make them too."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID


def sibling(of: UUID, name: str) -> UUID:
    """The UUIDv7 of something that belongs to something else: the same for the same name, whenever it is asked for.

    It carries the other id's moment, and in place of chance the SHA-256 of both.
    """
    entropy = int.from_bytes(sha256(of.bytes + name.encode()).digest()[:10]) >> 6
    high, low = entropy >> 62, entropy & (2**62 - 1)
    return UUID(int=(of.int >> 80) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
