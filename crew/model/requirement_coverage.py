"""Which requirements there are, and which tests cover them: read from the Markdown that people may have amended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from crew.model.written_tests import tests_in
from crew.reading.document_requirements import labels_in
from crew.reading.requirements import python_key


def requirement_ids(specification: str) -> list[str]:
    """Return the labels of a specification's requirements, in order: R1, R2, ..., or a person's, such as FR-001."""
    return list(dict.fromkeys(labels_in(specification)))


def named_in(ids: Iterable[str], text: str) -> list[str]:
    """Return the labels that a text names."""
    return [each for each in ids if _mention(each).search(text)]


def covered_by(ids: Iterable[str], name: str, docstring: str) -> list[str]:
    """Return the requirements that a test covers: those that its name or its docstring's beginning, up to a colon,
    contains; else those that the whole docstring names."""
    words = f"_{name.rpartition('.')[2].rpartition(':')[2].lower()}_"
    begins = set(named_in(ids, docstring.partition(":")[0]))
    found = [each for each in ids if each in begins or f"_{python_key(each)}_" in words]
    return found or named_in(ids, docstring)


def uncovered(ids: Iterable[str], files: Mapping[str, str]) -> list[str]:
    """Return the requirements that no test covers."""
    ids = list(ids)
    covered = {label for name, docstring in tests_in(files).items() for label in covered_by(ids, name, docstring)}
    return [each for each in ids if each not in covered]


def _mention(label: str) -> re.Pattern[str]:
    # Not as a part of another label: R1 is not in R1.1, AUTH-01 not in FR-AUTH-01.
    return re.compile(rf"(?<!\w)(?<!\d\.)(?<![A-Z]-){re.escape(label)}(?!\w|[.-]\d)", re.IGNORECASE)
