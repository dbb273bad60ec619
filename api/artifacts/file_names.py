"""File names for downloads and exports, made from names that agents and people chose."""

from __future__ import annotations

import unicodedata

from artifacts.media_types import FILES, MARKDOWN, PLAIN, ZIP

_EXTENSIONS = {MARKDOWN: ".md", PLAIN: ".txt", "application/json": ".json", FILES: ".json", ZIP: ".zip"}

_SPECIAL = frozenset('<>:"/\\|?*')
"""Characters with a meaning to file systems or shells."""
_MAX_LENGTH = 60


def extension(media_type: str) -> str:
    """Return the extension of a file of that media type."""
    return _EXTENSIONS.get(media_type) or (".txt" if media_type.startswith("text/") else ".bin")


def safe_name(name: str) -> str:
    """Return the name without what could change the folder, hide characters or end a header; possibly empty."""
    kept = ("-" if char in _SPECIAL or unicodedata.category(char)[0] == "C" else char for char in name)
    return "".join(kept)[:_MAX_LENGTH].strip(" .-")
