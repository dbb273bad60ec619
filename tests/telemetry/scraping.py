"""Read `/metrics` as Prometheus does."""

from __future__ import annotations

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from tests.waiting import eventually

Sample = tuple[str, frozenset[tuple[str, str]]]


class Scrape(dict[Sample, float]):
    """The values of one response by name and labels."""

    def value(self, name: str, **labels: str) -> float:
        """Return the value of a series; 0 if it does not exist."""
        return self.get((name, frozenset(labels.items())), 0.0)

    def sum(self, name: str, **labels: str) -> float:
        """Return the sum of all series of this name that have these labels."""
        return sum(value for (each, has), value in self.items() if each == name and has >= labels.items())

    def names(self) -> set[str]:
        return {name for name, _ in self}

    def label_values(self) -> dict[str, set[str]]:
        """Return the values of each label."""
        found: dict[str, set[str]] = {}
        for _, labels in self:
            for label, value in labels:
                found.setdefault(label, set()).add(value)
        return found


def parsed(text: str) -> Scrape:
    return Scrape(
        ((sample.name, frozenset(sample.labels.items())), sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    )


async def scrape(url: str) -> Scrape:
    """Return what `/metrics` of a process says now."""
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
        response = await client.get(f"{url}/metrics")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain; version=")
    return parsed(response.text)


async def scrape_until(url: str, name: str, value: float, **labels: str) -> Scrape:
    """Return the first scrape in which a series has this value. The API caches figures for some seconds."""

    async def check() -> Scrape | None:
        found = await scrape(url)
        return found if found.sum(name, **labels) == value else None

    return await eventually(check)
