"""UUIDv7 (RFC 9562, section 5.7), made so that a workflow can make them too."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID


def uuid7(moment: datetime, entropy: int) -> UUID:
    """A UUIDv7 from a moment and 74 bits of entropy; the same arguments give the same id.

    A workflow passes `workflow.now()` and `workflow.random().getrandbits(74)`, so that a replay makes the same ids.
    """
    milliseconds = int(moment.timestamp() * 1000)
    high, low = entropy >> 62, entropy & (2**62 - 1)
    return UUID(int=(milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | low)
