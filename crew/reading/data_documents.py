"""A brief that is one JSON or YAML document."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

from crew.reading.front_matter_sections import has_sections
from crew.reading.yaml_text import load_as_written, yaml_comments

_MAX_CHARACTERS = 16_384
"""Of YAML, which is parsed at about 100 characters a millisecond. A longer document is read as Markdown."""
_MAX_DEPTH = 20
_KEY = re.compile(r"[a-z_][\w-]{0,40}:(?:\s|$)")


def data_document(brief: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what a brief says that is a JSON object or list, or YAML with keys that name sections, and its comments;
    or else nothing."""
    loaded = _load_json(brief)
    comments: tuple[str, ...] = ()
    if not loaded and (loaded := _load_yaml(brief)):
        comments = yaml_comments(brief)
    found = {"requirements": loaded} if isinstance(loaded, list) else loaded
    return (found if "title" in found else found | _title(found)), comments


def _title(found: dict[str, Any]) -> dict[str, str]:
    """Return the title that a document has in its name, or in that of its project."""
    project = found.get("project")
    names = [found.get("name"), project, *(map(project.get, ("title", "name")) if isinstance(project, dict) else ())]
    return {"title": name} if (name := next((each for each in names if isinstance(each, str)), "")) else {}


def _load_json(brief: str) -> Any:
    """Return a brief that is a JSON object or list, or {}. One that is nested more deeply than any person writes is
    text, and so is one that says a key twice."""
    text = brief.lstrip("\ufeff \t\r\n")
    if not text.startswith(("{", "[")):
        return {}
    steps = ((bracket in "{[") - (bracket in "}]") for bracket in re.findall(r"[{}\[\]]", text))
    if max(accumulate(steps)) > _MAX_DEPTH:
        return {}
    try:
        return json.loads(text, object_pairs_hook=_without_repetition)
    except ValueError:
        return {}


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _load_yaml(brief: str) -> dict[str, Any]:
    """Return a brief that is a YAML mapping with keys such as no sentence begins with, or {}."""
    text = brief.lstrip("\ufeff")
    lines = text.removeprefix("---").splitlines()
    keys = [line for line in lines if line.strip() and not line.startswith((" ", "\t", "-", "#"))]
    if len(text) > _MAX_CHARACTERS or not keys or not all(map(_KEY.match, keys)):
        return {}
    loaded = load_as_written(text)
    return loaded if isinstance(loaded, dict) and has_sections(loaded) else {}
