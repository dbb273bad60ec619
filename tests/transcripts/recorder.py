"""Records a transcript of each role: a delivery on real servers, in which the scripted provider answers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx2
from pydantic import JsonValue

from cli.stack.embedded import Servers, embedded_servers
from config.settings import Settings
from crew.providers import InstalledCrews
from models.contracts.recording import Recording
from tests.api_client import get, start, wait_for_status
from tests.checkout import CHECKOUT
from tests.provider import KEY, Call, Script, Turn, running
from tests.provider.greeter import FILES, GREETER
from tests.provider.scripts import calling, changed, coding, software_delivery
from tests.serving import served
from tests.signing_in import ADMIN_TOKEN, signed_in
from tests.transcripts import FOLDER
from worker.worker import run_worker
from workflows.client import connect

MODEL = "openai:gpt-5"
BRIEF = "# Greeter\n\n`python -m greeter NAME` greets.\n\n## Requirements\n\n1. It greets by name.\n"


def script() -> Script:
    """Return what is said: a delivery in which the agents also make mistakes, which their tools report."""
    mistakes = [
        calling("write_file", path="greeter/broken.py", content="def greeting(:\n"),
        calling("replace", path="greeter/greeting.py", old="nowhere", new=""),
        Turn(text="I have written everything."),
        Turn(
            calls=(
                Call(name="replace", arguments={"path": "greeter/greeting.py", "old": "Hello", "new": "Good day"}),
                Call(name="run_tests"),
                Call(name="read_file", arguments={"path": "greeter/greeting.py"}),
            )
        ),
        calling("replace", path="greeter/greeting.py", old="Good day", new="Hello"),
    ]
    finding: dict[str, JsonValue] = {
        "severity": "low",
        "title": "Names are printed",
        "detail": "They may hold control characters.",
    }
    review = [
        Turn(calls=(Call(name="read_artifact", arguments={"name": "software_specification"}),)),
        calling("submit", summary="The design is small.", findings=[finding]),
    ]
    return changed(software_delivery(GREETER), {"build": coding(FILES, then=mistakes), "review": review})


async def record(place: Path = FOLDER) -> None:
    """Write the recording of each task that asks a model into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_servers(Path(folder)) as servers, running(script()) as provider:
            os.environ |= {
                "TEMPORAL_ADDRESS": servers.temporal,
                "OPENAI_BASE_URL": provider.openai_url,
                "OPENAI_API_KEY": KEY,
            }
            _migrate(servers)
            settings = Settings(
                _env_file=None,
                admin_token=ADMIN_TOKEN,
                database_url=servers.database,
                redis_url=servers.redis,
                pipelines_dir=FOLDER / "pipelines",
            )
            stop = asyncio.Event()
            working = asyncio.create_task(run_worker(await connect(), InstalledCrews(settings), settings, stop))
            try:
                async with (
                    served(settings) as url,
                    signed_in(url) as http,
                ):
                    await _deliver(http, place)
            finally:
                stop.set()
                await working


def _migrate(servers: Servers) -> None:
    environment = os.environ | servers.environment() | {"PYTHONPATH": str(CHECKOUT)}
    subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=CHECKOUT, env=environment, check=True)


async def _deliver(http: httpx2.AsyncClient, place: Path) -> None:
    fields = {"name": "Greeter", "description": BRIEF, "model": MODEL, "pipeline": "with-review", "oversight": "low"}
    project = await start(http, **fields)
    ended = await wait_for_status(http, project, "completed", "waiting", "failed", seconds=120)
    assert ended["status"] == "completed", ended
    for task in (await get(http, f"/projects/{project}/status"))["tasks"]:
        recording = Recording.model_validate(await get(http, f"/tasks/{task['task_id']}/recording"))
        if recording.entries:
            name = f"{recording.stage}-{recording.role.name.replace('_', '-')}"
            (place / f"{name}.json").write_text(recording.model_dump_json(indent=1) + "\n")
            sys.stdout.write(f"{name}: {len(recording.entries)} messages\n")
