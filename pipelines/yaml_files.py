"""Read untrusted YAML files with limits: a file may be built to exhaust memory or never to end."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import yaml

from config.sizes import format_size

MAX_BYTES = 256 * 1024
MAX_NODES = 50_000
"""Values of a document, where aliases count each time they are used."""
MAX_PROBLEM = 300
"""Characters of a problem."""


class YamlError(Exception):
    """The file cannot be read as YAML. `problems` says why, one line each."""

    def __init__(self, *problems: str) -> None:
        self.problems = [" ".join(one.split())[:MAX_PROBLEM] for one in problems]
        super().__init__("; ".join(self.problems))


def read_yaml(path: Path) -> object:
    """Read a file with one document.

    Raises:
        YamlError: it is not a regular file, is too large, is not UTF-8 or YAML, or has a duplicate key.
    """
    text = _text(path)
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        _count(node, {}, set())
        if duplicates := _duplicate_keys(node, set()):
            raise YamlError(*duplicates)
        return loader.construct_document(node) if node is not None else None
    except YamlError:
        raise
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise YamlError(f"{place}{error.problem or error.context or 'not YAML'}") from None
    except RecursionError:
        raise YamlError("it is nested too deeply") from None
    except Exception as error:  # an invalid value, such as the 99th of a month; PyYAML does not document what it raises
        raise YamlError(f"not YAML that can be read: {error}") from None


def _text(path: Path) -> str:
    try:
        with open(path, "rb", opener=_open_nonblocking) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise YamlError("it is not a regular file")
            content = file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise YamlError("it is a directory") from None
    except OSError as error:
        raise YamlError(f"it cannot be read: {error.strerror or error}") from None
    if len(content) > MAX_BYTES:
        raise YamlError(f"it is larger than {format_size(MAX_BYTES)}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlError(f"it is not UTF-8: byte {error.start + 1} is {content[error.start]:#04x}") from None


def _open_nonblocking(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # opening a named pipe would wait for a writer


def _count(node: yaml.Node | None, counted: dict[int, int], above: set[int]) -> int:
    """Count the values of a node with its aliases expanded."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in above:
        raise YamlError(f"line {node.start_mark.line + 1}: it contains itself")
    if id(node) not in counted:
        above.add(id(node))
        counted[id(node)] = 1 + sum(_count(one, counted, above) for one in _parts(node))
        above.discard(id(node))
        if counted[id(node)] > MAX_NODES:
            raise YamlError(
                f"line {node.start_mark.line + 1}: it has more than {MAX_NODES} values with its aliases expanded"
            )
    return counted[id(node)]


def _parts(node: Any) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value)


def _duplicate_keys(node: yaml.Node | None, seen: set[int]) -> list[str]:
    """Return the duplicate keys of mappings. YAML parsers silently use the last one."""
    if node is None or isinstance(node, yaml.ScalarNode) or id(node) in seen:
        return []
    seen.add(id(node))
    found, keys = [], set()
    if isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    found.append(f"line {key.start_mark.line + 1}: duplicate key {key.value!r}")
                keys.add(key.value)
    for part in _parts(node):
        found += _duplicate_keys(part, seen)
    return found
