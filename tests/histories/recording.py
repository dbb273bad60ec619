"""Run a project of every shape against real servers, and record its history."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from cli.stack.embedded import embedded_servers
from config.settings import Settings
from models.contracts.enums import Oversight
from models.contracts.pipeline import Pipeline
from store.bus import Bus
from store.database import Database
from store.transaction import Store
from tests.checkout import CHECKOUT
from tests.histories import FOLDER
from tests.histories.shapes import SHAPES, Begin, ahead, alone, asks, cancel_in_a_step, continued, stopped
from tests.signing import register_key
from tests.waiting import PATIENCE_SECONDS
from tests.workflows.crew_under_test import Script, Story
from worker.worker import build_worker
from worker.workflow_sandbox import StrictRunner
from workflows.client import PIPELINE
from workflows.progress import PHASE, WAITING


async def record(names: Collection[str], place: Path = FOLDER) -> None:
    """Write the histories of the named shapes, or of all, into a folder, with the last run first. Histories of removed
    shapes are kept, because earlier versions wrote them."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            embedded_servers(Path(folder)) as servers,
            await WorkflowEnvironment.start_local(
                dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
                dev_server_extra_args=["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=18"],
                dev_server_log_level="error",
                dev_server_startup_timeout=timedelta(seconds=PATIENCE_SECONDS),
                search_attributes=[PIPELINE, PHASE, WAITING],
                data_converter=pydantic_data_converter,
            ) as hasty,
            await WorkflowEnvironment.start_local(
                dev_server_existing_path=str(Path(sys.executable).with_name("temporal")),
                dev_server_log_level="error",
                dev_server_startup_timeout=timedelta(seconds=PATIENCE_SECONDS),
                search_attributes=[PIPELINE, PHASE, WAITING],
                data_converter=pydantic_data_converter,
            ) as patient,
        ):
            subprocess.run(
                [sys.executable, "-m", "alembic", "upgrade", "head"],
                cwd=CHECKOUT,
                env=os.environ | servers.environment() | {"PYTHONPATH": str(CHECKOUT)},
                check=True,
            )
            await register_key(servers.database)
            settings = Settings(_env_file=None, database_url=servers.database, redis_url=servers.redis)
            database, bus = Database(settings), Bus(settings)
            store = Store(database, bus)

            def wanted(shape: Callable[..., Any]) -> bool:
                return not names or shape.__name__ in names

            for short in (False, True):
                for shape in filter(wanted, SHAPES):
                    if short and shape in (cancel_in_a_step, ahead, stopped):
                        continue  # these need a long step
                    server = hasty if shape is continued else patient
                    await _keep(shape, "project", short, server, store, settings, place)
                for handoff in filter(wanted, (alone, asks)):
                    await _keep(handoff, "handoff", short, patient, store, settings, place)
            await bus.close()
            await database.close()


async def _keep(
    shape: Callable[[Begin, Script], Awaitable[WorkflowHandle[Any, Any] | None]],
    kind: str,
    short: bool,
    server: WorkflowEnvironment,
    store: Store,
    settings: Settings,
    place: Path,
) -> None:
    script, begun = Script(short), []

    async def begin(stages: Pipeline, oversight: Oversight | None = None, **more: Any) -> Story:
        begun.append(await Story.begin(server.client, store, settings.task_queue, script, stages, oversight, **more))
        return begun[-1]

    async with build_worker(server.client, store, script.crew(), settings, StrictRunner()):
        handle = await shape(begin, script)
    handle = handle or begun[0].handle
    name = f"{kind}-{shape.__name__.replace('_', '-')}" + ("-short" if short else "")
    number, run_id = 0, None
    while number == 0 or run_id:
        history = await server.client.get_workflow_handle(handle.id, run_id=run_id).fetch_history()
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id or None
        path = place / (name + (f"-{number}" if number or run_id else "") + ".json")
        kept = json.dumps(impersonal(json.loads(history.to_json())), separators=(",", ":"), sort_keys=True)
        path.write_text(kept.replace(platform.node(), "machine") + "\n")
        number += 1
    sys.stdout.write(f"{name}: {number} run(s)\n")


def impersonal(part: Any) -> Any:
    """Return a history without details of the machine that recorded it."""
    if isinstance(part, list):
        return [impersonal(one) for one in part]
    if isinstance(part, dict):
        return {name: impersonal(one) for name, one in part.items() if name not in ("identity", "stackTrace")}
    return part
