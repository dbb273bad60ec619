"""What a YAML text says, and what its comments hide."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml

_MAX_NODES = 20_000
_COMMENT = re.compile(r"(?:^|(?<=\s))#+[ \t]*([^\n]*\S)", re.MULTILINE)


@lru_cache(maxsize=64)
def load_yaml(text: str) -> Any:
    """Return what a text says, or None if it is not valid YAML, or if its aliases stand for very much or for
    themselves."""
    return _load(text, yaml.SafeLoader)


@lru_cache(maxsize=64)
def load_as_written(text: str) -> Any:
    """Return what a text says as `load_yaml` does, but each value as it is written: 1.0 and yes are texts. A text that
    says a key twice is not valid."""
    return _load(text, _AsWritten)


@lru_cache(maxsize=64)
def yaml_comments(text: str) -> tuple[str, ...]:
    """Return the comments of valid YAML: what follows a `#` outside its values."""
    if "#" not in text:
        return ()
    outside: list[str] = []
    at = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            outside.append(text[at : token.start_mark.index])
            at = token.end_mark.index
    return tuple(_COMMENT.findall(" ".join([*outside, text[at:]])))


class _AsWritten(yaml.BaseLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if len(found := super().construct_mapping(node, deep)) < len(node.value):
            raise yaml.constructor.ConstructorError(problem="a key is there twice")
        return found


def _load(text: str, loader: type[yaml.SafeLoader | yaml.BaseLoader]) -> Any:
    try:
        loaded = yaml.load(text, Loader=loader)  # noqa: S506 - both make nothing but plain values
        return loaded if _nodes(loaded, {}) <= _MAX_NODES else None
    except (yaml.YAMLError, RecursionError, ValueError):
        # ValueError: a scalar that looks like a date or a number but is not one (2024-13-45).
        return None


def _nodes(value: Any, counted: dict[int, float]) -> float:
    """Return how many values a value holds, however often an alias repeats them; infinity if it holds itself."""
    if not isinstance(value, list | dict):
        return 1
    if id(value) not in counted:
        counted[id(value)] = float("inf")
        inner = value.values() if isinstance(value, dict) else value
        counted[id(value)] = 1 + sum(_nodes(each, counted) for each in inner)
    return counted[id(value)]
