"""Tells people of one name apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

SHOWN_DIGITS = 8


def names_of(people: Iterable[tuple[str, str | None]]) -> Callable[[str, str | None], str]:
    """Return a function that names one of these people, each a name and the id of a principal: with the end of the id,
    if several of them have the name."""
    ids: dict[str, set[str | None]] = defaultdict(set)
    for name, id in people:
        ids[name].add(id)

    def name_of(name: str, id: str | None) -> str:
        return f"{name} ({id[-SHOWN_DIGITS:]})" if id and len(ids[name]) > 1 else name

    return name_of
