"""Projects in every state, for pictures and for checks of whole views."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.api_client import respond

SHORTENER = (Path(__file__).parents[2] / "examples" / "url-shortener.md").read_text(encoding="utf-8")
PATIENCE = 120.0  # seconds that a project may take to get where a scene wants it
LONG_NAME = "Anwendungsbereitstellungs" * 10 + "plans"
RIGHT_TO_LEFT = "نظام حجز المواعيد للعيادة"


@dataclass(frozen=True)
class Scene:
    """The ids of the projects, by what is special about them."""

    waiting: str
    reworked: str
    completed: str
    rejected: str
    cancelled: str
    active: str
    paused: str
    stuck: str
    long_name: str
    right_to_left: str


class Director:
    """Plays the product owner over REST."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def start(self, name: str, brief: str = SHORTENER, rehearsal: str = "", **fields: Any) -> str:
        """Start a project, paced by a `rehearsal` block."""
        if rehearsal:
            brief = f"---\nrehearsal: {{{rehearsal}}}\n---\n{brief}"
        answer = await self._http.post("/api/v1/projects/", json={"name": name, "description": brief, **fields})
        answer.raise_for_status()
        return str(answer.json()["id"])

    async def get(self, path: str) -> Any:
        answer = await self._http.get(f"/api/v1{path}")
        answer.raise_for_status()
        return answer.json()

    async def request(self, project_id: str, stage: str, round: int | None = None) -> dict[str, Any]:
        """The open request of a stage, when it is there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for one in (await self.get(f"/projects/{project_id}/status"))["open_requests"]:
                    if one["stage"] == stage and round in (None, one["round"]):
                        return dict(one)
                await asyncio.sleep(0.05)

    async def group(self, name: str, project_id: str) -> None:
        """A group of everybody, with roles in a project."""
        await self._http.post("/api/v1/auth/groups", json={"name": name})  # an earlier scene may have created it
        for person in (await self.get("/auth/people"))["items"]:
            member = f"/api/v1/auth/groups/{name}/members/{person['principal_id']}"
            (await self._http.put(member)).raise_for_status()
        roles = {"roles": ["approver", "viewer"]}
        (await self._http.put(f"/api/v1/projects/{project_id}/groups/{name}", json=roles)).raise_for_status()

    async def respond(self, project_id: str, stage: str, action: str, **fields: Any) -> None:
        """Respond to a stage's request, when it is there."""
        request = await self.request(project_id, stage)
        answer = await respond(self._http, request["request_id"], action, **fields)
        answer.raise_for_status()

    async def extend(self, request: dict[str, Any], by: str, **fields: Any) -> None:
        """Make the deadline of a request later."""
        path = f"/api/v1/hitl/{request['request_id']}"
        (await self._http.patch(path, json={"extend_by": by, **fields})).raise_for_status()

    async def approve(self, project_id: str, *stages: str) -> None:
        for stage in stages:
            await self.respond(project_id, stage, "approve", responder="Maya")

    async def give(self, project_id: str, name: str, content: str) -> None:
        """Add a text that every later step receives."""
        body = {"type": "user_input", "name": name, "content": content}
        added = (await self._http.post(f"/api/v1/projects/{project_id}/artifacts", json=body)).raise_for_status()
        given = {"artifact_id": added.json()["artifact_id"]}
        (await self._http.post(f"/api/v1/projects/{project_id}/context", json=given)).raise_for_status()

    async def add_member(self, project_id: str, name: str, *roles: str) -> None:
        """Add a person, with roles in a project."""
        person = (await self._http.post("/api/v1/auth/people", json={"name": name})).raise_for_status().json()
        path = f"/api/v1/projects/{project_id}/members/{person['principal_id']}"
        (await self._http.put(path, json={"roles": roles})).raise_for_status()

    async def cancel(self, project_id: str) -> None:
        (await self._http.post(f"/api/v1/projects/{project_id}/cancel")).raise_for_status()
        await self.until(project_id, "cancelled")

    async def until(self, project_id: str, status: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while (await self.get(f"/projects/{project_id}"))["status"] != status:
                await asyncio.sleep(0.05)


async def play(http: httpx2.AsyncClient) -> Scene:
    """Bring about the scene; needs a worker."""
    director = Director(http)
    completed = await director.start("Status page")
    await director.approve(completed, "discovery", "plan", "design", "launch")
    await director.until(completed, "completed")

    rejected = await director.start("Loyalty cards", oversight="medium")
    await director.approve(rejected, "discovery")
    await director.respond(rejected, "plan", "reject", comment="We buy this instead.", responder="Jonas")
    await director.until(rejected, "rejected")

    cancelled = await director.start("House rules")
    await director.request(cancelled, "discovery")
    await director.give(cancelled, "house rules", "# House rules\n\n- No cookies.\n")
    await director.cancel(cancelled)

    stuck = await director.start("Parcel tracker", rehearsal="fail_step: {stage: design, times: 9, retryable: false}")
    await director.approve(stuck, "discovery", "plan")
    await director.request(stuck, "design")

    long_name = await director.start(LONG_NAME[:255], pipeline="quick-start")
    right_to_left = await director.start(
        RIGHT_TO_LEFT, "# نظام حجز\n\n- يحجز المريض موعدًا.\n", pipeline="parallel-branches"
    )

    reworked = await director.start("Invoice reminders", rehearsal="fail_tests_rounds: 2")
    await director.add_member(reworked, "Anna-Sophia von Hohenstein", "operator", "approver")
    await director.approve(reworked, "discovery", "plan", "design")
    await director.request(reworked, "launch")

    waiting = await director.start("URL shortener")
    await director.approve(waiting, "discovery")
    await director.respond(waiting, "plan", "amend", comment="Say how long a short link lives.", responder="Maya")
    await director.request(waiting, "plan", round=2)

    paused = await director.start("Field notes", rehearsal="step_seconds: 1")
    await http.post(f"/api/v1/projects/{paused}/pause")
    await director.until(paused, "paused")

    active = await director.start("Weather station", rehearsal="step_seconds: 600", oversight="low")
    await director.until(active, "active")
    await director.group("security", reworked)
    return Scene(
        waiting=waiting,
        reworked=reworked,
        completed=completed,
        rejected=rejected,
        cancelled=cancelled,
        active=active,
        paused=paused,
        stuck=stuck,
        long_name=long_name,
        right_to_left=right_to_left,
    )
