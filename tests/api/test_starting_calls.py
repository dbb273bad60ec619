"""Projects that no worker has taken up yet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx
from api_under_test import V1, get, refused, start, until
from temporalio.client import Client

from activities.agents.protocol import Agent
from models.contracts.words import AgentType
from models.settings import Settings
from worker.worker import run_worker


async def test_what_is_asked_of_a_starting_project_comes_about(
    http: httpx.AsyncClient, temporal: Client, agents: Mapping[AgentType, Agent], settings: Settings
) -> None:
    """Without a worker: signals and cancellations are kept until one comes."""
    held, called_off, resumed = await start(http), await start(http), await start(http)
    assert (await http.post(f"{V1}/projects/{held}/pause")).status_code == 202
    assert (await http.post(f"{V1}/projects/{called_off}/cancel")).status_code == 202
    refused(await http.post(f"{V1}/projects/{resumed}/resume"), 409, "starting")
    assert (await get(http, f"/projects/{held}"))["status"] == "starting"
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(temporal, agents, settings, stop))
    try:
        await until(http, held, "paused")
        await until(http, resumed, "waiting")
        await until(http, called_off, "cancelled")
    finally:
        stop.set()
        await working
