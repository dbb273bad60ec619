"""Requests that the scripted provider answers together."""

from __future__ import annotations

import asyncio

from tests.provider import Conversation, Script, Turn, running
from tests.provider.provider_clients import ask_openai, opening
from tests.waiting import eventually

SCRIPT = Script(conversations={"build": Conversation(turns=(Turn(text="Done.", together=3),))})


async def test_requests_wait_for_each_other_and_those_that_follow_do_not() -> None:
    async with running(SCRIPT) as provider:
        first = [asyncio.create_task(ask_openai(provider, opening(round=number))) for number in (1, 2)]

        async def two_wait() -> bool:
            return provider.calls.in_flight == 2

        await eventually(two_wait)
        assert not any(task.done() for task in first)
        await ask_openai(provider, opening(round=3))
        await asyncio.gather(*first)
        assert provider.calls.most_in_flight == 3
        await ask_openai(provider, opening(round=4))
