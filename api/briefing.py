"""What the agent of a task was told, and what it wrote."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from api.shapes.task_detail import TaskDetail
from models.contracts.handoff import Handoff
from models.tables import Task
from store import artifacts


async def detail_of(connection: AsyncConnection, task: Task) -> TaskDetail:
    handoff = Handoff.model_validate(task.handoff)
    return TaskDetail.told(task, handoff, await artifacts.get_many(connection, handoff.context_ids, origin_id=task.id))
