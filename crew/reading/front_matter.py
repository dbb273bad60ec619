"""The front matter of a brief: a YAML or TOML block before its Markdown. A brief may also be one JSON object."""

from __future__ import annotations

import json
import re
import tomllib
from functools import lru_cache
from itertools import accumulate
from typing import Any

import yaml

_MAX_CHARACTERS = 16_384
_MAX_DEPTH = 20
_YAML = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def front_matter(brief: str) -> dict[str, Any]:
    """Return the brief's YAML or TOML front matter, or the whole brief if it is a JSON object, or else {}."""
    if loaded_json := _load_json(brief):
        return loaded_json
    if toml := _TOML.match(brief[:_MAX_CHARACTERS]):
        return _load_toml(toml[1])
    block = yaml_block(brief)
    loaded = load_yaml(block) if block is not None else None
    return loaded if isinstance(loaded, dict) else {}


def without_front_matter(brief: str) -> str:
    """Return the brief's Markdown without YAML or TOML front matter. A leading rule that opens no YAML mapping is
    Markdown, and is kept. Of a brief that is a JSON object, nothing is left."""
    if _load_json(brief):
        return ""
    if (toml := _TOML.match(brief[:_MAX_CHARACTERS])) and _load_toml(toml[1]):
        return brief[toml.end() :]
    found = _YAML.match(brief[:_MAX_CHARACTERS])
    return brief[found.end() :] if found and isinstance(load_yaml(found[1]), dict) else brief


def yaml_block(brief: str) -> str | None:
    """Return the text between the `---` at the beginning of a brief and the next, or None."""
    found = _YAML.match(brief[:_MAX_CHARACTERS])
    return found[1] if found else None


@lru_cache(maxsize=64)
def load_yaml(block: str) -> Any:
    """Return what a block says, or None if it is not valid YAML."""
    try:
        return yaml.safe_load(block)
    except (yaml.YAMLError, RecursionError, ValueError):
        # ValueError: a scalar that looks like a date or a number but is not one (2024-13-45).
        return None


def _load_toml(block: str) -> dict[str, Any]:
    try:
        return tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _load_json(brief: str) -> dict[str, Any]:
    """Return a brief that is a JSON object, or {}. One that is nested more deeply than any person writes is text."""
    text = brief.lstrip("\ufeff \t\r\n")
    if not text.startswith("{"):
        return {}
    steps = ((bracket in "{[") - (bracket in "}]") for bracket in re.findall(r"[{}\[\]]", text))
    if max(accumulate(steps)) > _MAX_DEPTH:
        return {}
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}
