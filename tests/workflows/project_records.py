"""What the database says about a project under test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import select

from models.contracts.enums import EventType, HitlStatus
from models.contracts.events import Event
from models.contracts.hitl import HitlResponse
from models.tables import PROJECT, Artifact, HitlDecision, HitlRequest, Project, Task
from store import artifacts, contents, events, hitl, hitl_decisions, projects, tasks
from store.transaction import Store
from tests.waiting import PATIENCE_SECONDS, eventually


class ProjectRecords:
    """One project's records: read as they are, or as soon as they are as a test expects."""

    def __init__(self, store: Store, project_id: UUID) -> None:
        self.store = store
        self.id = project_id

    async def project(self) -> Project:
        async with self.store.reading() as connection:
            found = await projects.get(connection, self.id)
        assert found is not None
        return found

    async def tasks(self, stage: str | None = None) -> list[Task]:
        async with self.store.reading() as connection:
            found = await tasks.of_project(connection, self.id)
        return [one for one in found if stage in (None, one.stage)]

    async def artifacts(self, type: str | None = None) -> list[Artifact]:
        async with self.store.reading() as connection:
            found = await artifacts.of_project(connection, self.id)
        return [one for one in found if type in (None, one.type)]

    async def text(self, artifact: Artifact) -> str:
        async with self.store.reading() as connection:
            body = await contents.get(connection, artifact.content_hash)
        assert body is not None
        return body.decode()

    async def requests(self, status: HitlStatus | None = None) -> list[HitlRequest]:
        async with self.store.reading() as connection:
            return await hitl.find(connection, project_id=self.id, status=status)

    async def request(self, stage: str, round: int = 1, seconds: float = PATIENCE_SECONDS) -> HitlRequest:
        """Wait for the open request of a stage's round."""

        async def look() -> HitlRequest | None:
            found = await self.requests(HitlStatus.PENDING)
            return next((one for one in found if (one.stage, one.round) == (stage, round)), None)

        return await eventually(look, seconds)

    async def status(self, *wanted: str) -> Project:
        """Wait until the project has one of these statuses."""

        async def look() -> Project | None:
            project = await self.project()
            return project if project.status in wanted else None

        return await eventually(look)

    async def history(self, request: HitlRequest) -> list[HitlDecision]:
        async with self.store.reading() as connection:
            return await hitl_decisions.history(connection, request.id)

    async def judged(self, response: HitlResponse) -> HitlDecision:
        """Wait for the outcome of a response."""

        async def look() -> HitlDecision | None:
            async with self.store.reading() as connection:
                return await hitl_decisions.get(connection, response.request_id, response.decision_id)

        return await eventually(look)

    async def events(self, *types: EventType) -> list[Event]:
        async with self.store.reading() as connection:
            found = await events.since(connection, self.id, 0, limit=10_000)
        assert [one.seq for one in found] == list(range(1, len(found) + 1)), "a gap in the log"
        return [one for one in found if not types or one.event_type in types]

    async def event(self, type: EventType, number: int = 1) -> Event:
        """Wait for the first, second, ... event of a type."""

        async def look() -> Event | None:
            found = await self.events(type)
            return found[number - 1] if len(found) >= number else None

        return await eventually(look)

    async def supply(self, text: str) -> str:
        """Store a content, as the API does before it sends the signal. Return its hash."""
        async with self.store.transaction(self.id) as tx:
            await contents.put(tx.connection, [text.encode()])
        return contents.hash_of(text.encode())

    @asynccontextmanager
    async def undecided(self) -> AsyncIterator[None]:
        """Lock the project's row, so that nothing is recorded or decided inside the block."""
        async with self.store.database.engine.begin() as holding:
            await holding.execute(select(PROJECT.c.id).where(PROJECT.c.id == self.id).with_for_update())
            yield
