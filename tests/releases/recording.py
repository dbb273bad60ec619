"""Run a stack of this checkout, bring projects into every state, and dump both databases."""

from __future__ import annotations

import json
import lzma
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
from temporalio.client import Client

from cli.stack.datadir import DataDir
from cli.stack.postgres import PROGRAMS
from cli.stack.stack import Stack
from config.settings import Settings
from config.version import installed_version
from tests.histories.recording import impersonal
from tests.histories.recording import record as record_shapes
from tests.releases import FOLDER
from tests.releases.scenes import SCENES, Stage, in_a_step, without_a_worker
from tests.signing_in import ADMIN_TOKEN, signed_in

# Gates expire within a year, and the gates of the fixture should stay open longer. The recorded code is not changed.
FAR_AWAY = """
CREATE FUNCTION far_away() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.expires_at := NEW.created_at + interval '80 years'; RETURN NEW; END $$;
CREATE TRIGGER far_away BEFORE INSERT ON hitl_request FOR EACH ROW EXECUTE FUNCTION far_away();
"""
AS_IT_WAS = "DROP TRIGGER far_away ON hitl_request; DROP FUNCTION far_away();"


async def record() -> None:
    """Write the fixtures of this checkout's release next to this file."""
    place = FOLDER / installed_version()
    (place / "histories").mkdir(parents=True, exist_ok=True)
    await record_shapes((), place / "histories")
    await _record_stack(place)


async def _record_stack(place: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = DataDir(Path(folder) / "data")
        with data.locked():
            stack = Stack(data, Settings(_env_file=None, port=0, admin_token=ADMIN_TOKEN))
            try:
                state = await stack.start()
                with psycopg.connect(state.database, autocommit=True) as connection:
                    connection.execute(FAR_AWAY)
                async with signed_in(state.api) as http:
                    stage = Stage(http)
                    for scene in SCENES:
                        await scene(stage)
                        sys.stdout.write(f"{scene.__name__}\n")
                    ask = await without_a_worker(stage)
                    await in_a_step(stage)
                    os.kill(state.pids["worker"], signal.SIGSTOP)
                    await ask()
                with psycopg.connect(state.database, autocommit=True) as connection:
                    connection.execute(AS_IT_WAS)
                await _keep_histories(await Client.connect(state.temporal), place / "histories")
                _keep_postgres(state.database, place / "postgres.sql.xz")
                _keep_temporal(data.path / "temporal" / "temporal.db", place / "temporal.db.xz")
                os.kill(state.pids["worker"], signal.SIGKILL)
            finally:
                await stack.stop()


async def _keep_histories(client: Client, folder: Path) -> None:
    names = {}
    async for workflow in client.list_workflows(""):
        names[workflow.id] = await client.get_workflow_handle(workflow.id).fetch_history()
    for workflow_id, history in names.items():
        summary = history.events[0].workflow_execution_started_event_attributes
        told = json.loads(summary.input.payloads[0].data)["name"]
        kind = workflow_id.split("-")[0]
        number = len(list(folder.glob(f"stack-{kind}-*")))
        kept = json.dumps(impersonal(json.loads(history.to_json())), separators=(",", ":"), sort_keys=True)
        name = "".join(letter if letter.isalnum() else "-" for letter in told).replace("--", "-")
        path = folder / f"stack-{kind}-{number:02}-{name}.json"
        path.write_text(kept.replace(platform.node(), "machine") + "\n")


def _keep_postgres(url: str, path: Path) -> None:
    command = [str(PROGRAMS / "pg_dump"), "--inserts", "--no-owner", "--no-privileges", "--dbname", url]
    dumped = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # Lines that begin with a backslash are for psql.
    lines = [line for line in dumped.splitlines(keepends=True) if not line.startswith("\\")]
    path.write_bytes(lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


def _keep_temporal(database: Path, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "temporal.db"
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        path.write_bytes(lzma.compress(copy.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
