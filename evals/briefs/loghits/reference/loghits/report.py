"""Counts requests, and shows the counts."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from loghits.requests import parse


@dataclass
class Report:
    requests: int = 0
    bots: int = 0
    unreadable: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    errors: Counter[int] = field(default_factory=Counter)

    @property
    def hits(self) -> int:
        return self.pages.total()

    def top(self, number: int) -> list[tuple[str, int]]:
        """Return the pages with most hits; equal ones by code points."""
        return sorted(self.pages.items(), key=lambda each: (-each[1], each[0]))[:number]


def count(lines: Iterable[str], since: date | None = None, until: date | None = None) -> Report:
    """Count the requests of some days."""
    report = Report()
    for line in lines:
        if not line:
            continue
        request = parse(line)
        if request is None:
            report.unreadable += 1
        elif (since and request.day < since) or (until and request.day > until):
            continue
        elif request.by_bot:
            report.bots += 1
        else:
            report.requests += 1
            if request.is_hit:
                report.pages[request.page] += 1
            if request.is_error:
                report.errors[request.status] += 1
    return report


def as_text(report: Report, top: int) -> str:
    return "\n".join([*_text_lines(report, top), ""])


def as_json(report: Report, top: int) -> str:
    return json.dumps(
        {
            "requests": report.requests,
            "hits": report.hits,
            "bots": report.bots,
            "unreadable": report.unreadable,
            "pages": [{"page": page, "hits": hits} for page, hits in report.top(top)],
            "errors": {str(status): number for status, number in sorted(report.errors.items())},
        }
    )


def _text_lines(report: Report, top: int) -> Iterator[str]:
    yield f"Requests {report.requests}"
    yield f"Hits {report.hits}"
    yield f"Bots {report.bots}"
    yield f"Unreadable {report.unreadable}"
    yield from ["", "Pages"]
    yield from [f"{hits} {page}" for page, hits in report.top(top)] or ["none"]
    yield from ["", "Errors"]
    yield from [f"{status} {number}" for status, number in sorted(report.errors.items())] or ["none"]
