"""The log of the scripted provider, and the provider as a process."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx2
import openai
import pytest

from tests.provider import KEY, Conversation, Fault, Provider, Script, Turn, running, started
from tests.provider.calls import Calls
from tests.provider.provider_clients import SCRIPT, ask_anthropic, ask_openai, opening


async def test_calls_are_counted_and_kept() -> None:
    async with running(SCRIPT) as provider:
        await ask_openai(provider)
        await ask_openai(provider)
        await ask_anthropic(provider, opening(round=2))
        assert provider.calls.total == 3
        assert provider.calls.counts == {("build#1", 1): 2, ("build#2", 1): 1}
        first, second, third = provider.calls
        assert (first.attempt, second.attempt, third.attempt) == (1, 2, 1)
        assert first.headers["authorization"] == third.headers["authorization"] == f"Bearer {KEY}"
        assert third.body["messages"][0]["content"] == opening(round=2)
        provider.calls.clear()
        await ask_openai(provider)
        assert [call.attempt for call in provider.calls] == [1]


async def test_the_log_keeps_no_more_than_its_limit() -> None:
    async with running(SCRIPT) as provider:
        provider.calls = Calls(limit=10_000)
        for round in range(1, 11):
            await ask_openai(provider, opening(round=round, inputs="x" * 3000))
        assert provider.calls.total == 10
        assert [call.conversation for call in provider.calls] == ["build#9", "build#10"]
        await ask_openai(provider, opening(inputs="x" * 20_000))
        assert len(provider.calls) == 0
        assert sum(provider.calls.counts.values()) == 11


async def test_many_calls_are_in_flight_at_once() -> None:
    script = Script(conversations={"build": Conversation(turns=(Turn(text="ok", seconds=0.5),))})
    body = {"model": "m", "messages": [{"role": "user", "content": opening()}]}
    limits = httpx2.Limits(max_connections=200)
    headers = {"authorization": f"Bearer {KEY}"}
    async with running(script) as provider, httpx2.AsyncClient(limits=limits, headers=headers, timeout=30) as client:
        began = time.monotonic()
        answers = await asyncio.gather(
            *(client.post(f"{provider.openai_url}/chat/completions", json=body) for _ in range(100))
        )
        assert {answer.status_code for answer in answers} == {200}
        assert time.monotonic() - began < 25, "they waited for each other"


async def test_the_provider_runs_as_a_process(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(SCRIPT.model_copy(update={"faults": (Fault(kind="overloaded", times=1),)}).model_dump_json())
    with started(script) as url:
        provider = Provider()  # only for its addresses
        provider.url = url
        with pytest.raises(openai.InternalServerError):
            await ask_openai(provider)
        await ask_openai(provider)
        async with httpx2.AsyncClient(base_url=url) as client:
            assert (await client.get("/")).json() == {"provider": "a scripted provider: no model answers"}
            log = (await client.get("/calls")).json()
            assert (log["total"], log["in_flight"], log["counts"]) == (2, 0, {"build#1": {"1": 2}})
            assert [(call["status"], call["fault"], call["attempt"]) for call in log["calls"]] == [
                (529, "overloaded", 1),
                (200, None, 2),
            ]
            assert log["calls"][0]["body"]["model"] == "gpt-5"
            armed = await client.post("/faults", json=[{"kind": "quota", "times": 1}, {"kind": "hang"}])
            assert armed.json() == {"armed": 2}
            assert (await client.post("/faults", json=[{"kind": "earthquake"}])).status_code == 422
            with pytest.raises(openai.RateLimitError):
                await ask_openai(provider)
            assert (await client.delete("/faults")).status_code == 204
            await ask_openai(provider)
            assert (await client.delete("/calls")).status_code == 204
            assert (await client.get("/calls")).json()["total"] == 0
