"""Artifacts that take long to render are shown as text in time, and other artifacts do not wait for them."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass, field

import httpx2
import pytest

from artifacts.media_types import MARKDOWN
from benchmarks.timing import p50
from tests.abuse.target import Target
from tests.api.artifacts.rendering.ugly import UGLY, is_shown
from tests.api_client import V1, start
from tests.proving import Proof

UGLY_SECONDS, OTHER_SECONDS = 15.0, 1.0
PATIENCE = 5
"""How many times longer it may take in the short form, beside other work."""


@dataclass
class Gallery:
    """A project whose artifacts are shown as HTML, each for the first time."""

    http: httpx2.AsyncClient
    project: str
    added: int = 0
    waits: list[float] = field(default_factory=list)
    """The seconds after which each artifact that is not ugly was shown."""
    rendered: int = 0
    """How many of those were rendered. On an overloaded machine, they are shown as text, too."""

    async def add(self, media_type: str, text: str) -> str:
        """Return the path of a new artifact."""
        self.added += 1
        content = base64.b64encode(text.encode()).decode()
        request = {"type": "user_input", "name": f"{self.added}", "content": content, "encoding": "base64"}
        answer = await self.http.post(
            f"{V1}/projects/{self.project}/artifacts", json=request | {"media_type": media_type}
        )
        assert answer.status_code == 201, answer.text
        return f"{V1}/artifacts/{answer.json()['artifact_id']}"

    async def show(self, path: str) -> tuple[str, float]:
        """Return an artifact as HTML, and after how many seconds."""
        started = time.monotonic()
        answer = await self.http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text, time.monotonic() - started

    async def show_others_during(self, showing: asyncio.Task[tuple[str, float]]) -> None:
        while not showing.done():
            html, seconds = await self.show(await self.add(MARKDOWN, f"# Number {self.added}\n"))
            assert f"Number {self.added - 1}" in html, html
            self.waits.append(seconds)
            self.rendered += "<h1>" in html


@pytest.mark.item(30)
async def test_an_ugly_artifact_is_shown_in_time_and_others_do_not_wait(target: Target, proof: Proof) -> None:
    ugly = dict(proof.random.sample(sorted(UGLY.items()), proof.times(len(UGLY), 3)))
    slowest, shown = 0.0, 0
    async with target.client() as http:
        gallery = Gallery(http, await start(http))
        for number in range(proof.times(2, 1)):
            for name, (media_type, text) in ugly.items():
                path = await gallery.add(media_type, text + f"\n{number}")
                showing = asyncio.create_task(gallery.show(path))
                await gallery.show_others_during(showing)
                html, seconds = await showing
                assert is_shown(html), name
                slowest, shown = max(slowest, seconds), shown + 1
    slowest_other = max(gallery.waits) if proof.is_full else p50(gallery.waits) / PATIENCE
    proof.row(
        f"show {', '.join(ugly)}; meanwhile other artifacts, each for the first time",
        shown,
        f"each ugly one within {UGLY_SECONDS:g} s, if need be as text; the others within {OTHER_SECONDS:g} s, rendered",
        f"ugly ones within {slowest:.1f} s; {len(gallery.waits)} others within {max(gallery.waits):.2f} s, half of "
        f"them within {1000 * p50(gallery.waits):.0f} ms, {gallery.rendered} rendered",
    )
    assert slowest_other < OTHER_SECONDS
    assert gallery.rendered >= len(gallery.waits) * (1 if proof.is_full else 0.5)
    assert slowest < UGLY_SECONDS * (1 if proof.is_full else PATIENCE)
    assert target.deaths == []
