"""Which requirements there are, and which tests cover them: read from the Markdown that people may have amended."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crew.model.written_tests import tests_in
from crew.reading.document_requirements import labels_in

REQUIREMENT_ID = re.compile(r"\bR\d{1,3}\b")


def requirement_ids(specification: str) -> list[str]:
    """Return the numbers of the requirements in a specification, in order."""
    return list(dict.fromkeys(labels_in(specification)))


def uncovered(ids: list[str], files: Mapping[str, str]) -> list[str]:
    """Return the requirements that no test names, in its docstring or its name."""
    named: set[str] = set()
    for name, docstring in tests_in(files).items():
        named.update(REQUIREMENT_ID.findall(docstring.upper()))
        named.update(REQUIREMENT_ID.findall(re.sub(r"_", " ", name.rpartition(".")[2]).upper()))
    return [each for each in ids if each.upper() not in named]
