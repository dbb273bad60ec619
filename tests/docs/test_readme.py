"""Runs the README's examples."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess

import httpx2

from tests.checkout import CHECKOUT
from tests.docs.pages import block, blocks, read
from tests.signing_in import ADMIN_TOKEN


async def paste(info: str, api_url: str) -> str:
    """Run a block of the README and return its output."""
    command = ["sh", "-euc", block("README.md", info)]
    environment = os.environ | {"BOTARMY_API_URL": api_url, "BOTARMY_TOKEN": ADMIN_TOKEN, "no_proxy": "127.0.0.1"}
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_examples_work_when_pasted(api_url: str, worker: None, http: httpx2.AsyncClient) -> None:
    project = json.loads(await paste("sh rest", api_url))
    assert (project["status"], project["name"]) == ("starting", "Guest book")
    assert json.loads(await paste("sh rest", api_url)) == project

    lines = (await paste("sh websocket", api_url)).splitlines()
    assert "connection_ready" in lines[0]
    numbers = [int(line.split()[0]) for line in lines if line.split()[0] != "None"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "'completed'" in lines[-1]
    assert (await http.get(f"/api/v1/projects/{project['id']}")).json()["status"] == "completed"


def test_the_readme_has_a_diagram() -> None:
    readme = read("README.md")
    assert any(each.info == "mermaid" for each in blocks(readme))
    assert len(readme.splitlines()) < 200
