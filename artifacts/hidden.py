"""Characters that hide in a text: code points that the page and the terminal show rather than obey."""

from __future__ import annotations

CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
DECEPTIVE = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
"""Those that change the direction of the text after them (CVE-2021-42574), and tag characters, which are invisible to
people and read by models."""
