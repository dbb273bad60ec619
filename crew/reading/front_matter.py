"""The front matter of a brief: a YAML or TOML block before its Markdown."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from crew.reading.yaml_text import load_yaml

_MAX_CHARACTERS = 16_384
_YAML = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def front_matter(brief: str) -> dict[str, Any]:
    """Return the brief's YAML or TOML front matter, or else {}."""
    if toml := _TOML.match(brief[:_MAX_CHARACTERS]):
        return _load_toml(toml[1])
    block = yaml_block(brief)
    loaded = load_yaml(block) if block is not None else None
    return loaded if isinstance(loaded, dict) else {}


def without_front_matter(brief: str) -> str:
    """Return the brief's Markdown without YAML or TOML front matter. A leading rule that opens no YAML mapping is
    Markdown, and is kept."""
    if (toml := _TOML.match(brief[:_MAX_CHARACTERS])) and _load_toml(toml[1]):
        return brief[toml.end() :]
    found = _YAML.match(brief[:_MAX_CHARACTERS])
    return brief[found.end() :] if found and isinstance(load_yaml(found[1]), dict) else brief


def yaml_block(brief: str) -> str | None:
    """Return the text between the `---` at the beginning of a brief and the next, or None."""
    found = _YAML.match(brief[:_MAX_CHARACTERS])
    return found[1] if found else None


def _load_toml(block: str) -> dict[str, Any]:
    try:
        return tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
