"""Customers who start projects, follow them over a WebSocket, and approve every request."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import httpx2
import orjson

from benchmarks.feed import Socket
from tests.api_client import BRIEF, V1


@dataclass
class Project:
    """When a project was started, and when an event reported its end."""

    started: float
    ended: float | None = None


class Customers:
    """A group of customers that shares one socket and one HTTP client."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self.projects: dict[str, Project] = {}
        self.decisions = 0
        self.problems: list[str] = []
        self._http, self._url = http, url
        self._socket: Socket
        self._tasks: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        self._socket = await Socket.connect(f"{self._url}/ws", self._on_frame)

    def close(self) -> None:
        self._socket.close()

    async def start(self, name: str) -> str:
        """Start a project with the shipped pipeline."""
        started = time.monotonic()
        answer = await self._http.post(f"{V1}/projects/", json={"name": name, "description": BRIEF})
        assert answer.status_code == 201, answer.text
        project_id = str(answer.json()["id"])
        self.projects[project_id] = Project(started)
        self._socket.send({"action": "subscribe", "project_id": project_id, "since": 0})
        return project_id

    @property
    def unfinished(self) -> list[str]:
        return [project_id for project_id, project in self.projects.items() if project.ended is None]

    def _on_frame(self, received: float, text: bytes) -> None:
        event = orjson.loads(text)
        match event["event_type"]:
            case "hitl_request":
                task = asyncio.create_task(self._approve(event["data"]["request_id"], event["data"]["subject_hash"]))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case "workflow_event" if event["data"]["status"] in ("completed", "rejected", "failed", "cancelled"):
                if event["data"]["status"] != "completed":
                    self.problems.append(f"a project was {event['data']['status']}")
                self.projects[event["project_id"]].ended = time.monotonic()
                self._socket.send({"action": "unsubscribe", "project_id": event["project_id"]})
            case "error" if event["seq"] is None:
                self.problems.append(str(event["data"]))

    async def _approve(self, request_id: str, subject_hash: str) -> None:
        body = {"action": "approve", "subject_hash": subject_hash}
        answer = await self._http.post(f"{V1}/hitl/{request_id}/respond", json=body)
        self.decisions += 1
        if answer.status_code not in (200, 202):
            self.problems.append(f"{answer.status_code} for a decision: {answer.text}")
