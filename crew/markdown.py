"""Text that is not ours as Markdown: it reads back as the same text, and is nothing else."""

from __future__ import annotations

import re

from crew.reading.markdown_blocks import without_controls

_MARKUP = re.compile(r"[\\`*\[\]<>&~#|]|(?<![^\W_])_|_(?![^\W_])")


def escape_markdown(text: str) -> str:
    """Escape one line of plain text, so that it reads back as the same text."""
    return _MARKUP.sub(r"\\\g<0>", text)


def code_block(text: str, language: str = "text") -> list[str]:
    """Return text as a code block, whatever backticks and control characters it holds."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *map(without_controls, text.splitlines()), fence]
