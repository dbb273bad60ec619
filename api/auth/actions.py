"""Record in a project's log who asked for what, before it is done: a process that is killed in between has not hidden
who it was."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

from api.auth.caller import Caller
from api.services import Services
from models.contracts.enums import ControlAction
from models.contracts.event_data import ProjectControl
from store.transaction import Transaction


async def record_control(services: Services, project_id: UUID, action: ControlAction, caller: Caller) -> None:
    """Record what the caller asks of a project, in a transaction of its own: the signal to Temporal follows."""
    async with services.store.transaction(project_id, caller.principal_id) as tx:
        add_control(tx, action, caller)


def add_control(tx: Transaction, action: ControlAction, caller: Caller, task_id: UUID | None = None) -> None:
    """Record what the caller asks of a project, or of a task outside its pipeline, with what follows from it."""
    tx.record(ProjectControl(action=action, by=caller.name), key=f"control:{uuid7()}", task_id=task_id)
