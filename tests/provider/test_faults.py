"""What the real clients make of the scripted provider's faults."""

from __future__ import annotations

import asyncio
import json
import time
from email.utils import parsedate_to_datetime

import anthropic
import httpx2
import openai
import pytest
from anthropic.types import MessageParam
from openai.types.chat import ChatCompletionMessageParam

from tests.provider import Conversation, Fault, Provider, Script, Turn, running
from tests.provider.faults import ErrorKind, Kind
from tests.provider.provider_clients import (
    SCRIPT,
    anthropic_client,
    ask_anthropic,
    ask_openai,
    openai_client,
    opening,
)
from tests.waiting import eventually


async def status_of_openai(provider: Provider, text: str | None = None) -> int:
    """The status of one request."""
    try:
        await ask_openai(provider, text)
    except openai.APIStatusError as error:
        return error.status_code
    return 200


async def read_openai(client: openai.AsyncOpenAI, stream: bool) -> None:
    """Ask, and read the whole answer."""
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": opening()}]
    if stream:
        async for _ in await client.chat.completions.create(model="gpt-5", messages=messages, stream=True):
            pass
    else:
        await client.chat.completions.create(model="gpt-5", messages=messages)


async def read_anthropic(client: anthropic.AsyncAnthropic, stream: bool) -> None:
    """Ask, and read the whole answer."""
    messages: list[MessageParam] = [{"role": "user", "content": opening()}]
    if stream:
        async for _ in await client.messages.create(model="claude", max_tokens=9, messages=messages, stream=True):
            pass
    else:
        await client.messages.create(model="claude", max_tokens=9, messages=messages)


@pytest.mark.parametrize(
    ("kind", "error", "status", "code"),
    [
        ("unauthorized", openai.AuthenticationError, 401, "invalid_api_key"),
        ("forbidden", openai.PermissionDeniedError, 403, "unsupported_country_region_territory"),
        ("quota", openai.RateLimitError, 429, "insufficient_quota"),
        ("rate_limit", openai.RateLimitError, 429, "rate_limit_exceeded"),
        ("server_error", openai.InternalServerError, 500, None),
        ("unavailable", openai.InternalServerError, 503, None),
        ("overloaded", openai.InternalServerError, 529, None),
        ("model_gone", openai.NotFoundError, 404, "model_not_found"),
        ("context_overflow", openai.BadRequestError, 400, "context_length_exceeded"),
    ],
)
async def test_openai_errors(
    kind: ErrorKind, error: type[openai.APIStatusError], status: int, code: str | None
) -> None:
    async with running(SCRIPT) as provider:
        provider.faults.arm(Fault(kind=kind, times=1))
        with pytest.raises(error) as raised:
            await ask_openai(provider)
        assert (raised.value.status_code, raised.value.code) == (status, code)
        await ask_openai(provider)
        assert [(call.fault, call.status) for call in provider.calls] == [(kind, status), (None, 200)]


@pytest.mark.parametrize(
    ("kind", "error", "status", "type"),
    [
        ("unauthorized", anthropic.AuthenticationError, 401, "authentication_error"),
        ("forbidden", anthropic.PermissionDeniedError, 403, "permission_error"),
        ("quota", anthropic.BadRequestError, 400, "invalid_request_error"),
        ("rate_limit", anthropic.RateLimitError, 429, "rate_limit_error"),
        ("server_error", anthropic.InternalServerError, 500, "api_error"),
        ("unavailable", anthropic.APIStatusError, 503, "api_error"),
        ("overloaded", anthropic.APIStatusError, 529, "overloaded_error"),
        ("model_gone", anthropic.NotFoundError, 404, "not_found_error"),
        ("context_overflow", anthropic.BadRequestError, 400, "invalid_request_error"),
    ],
)
async def test_anthropic_errors(kind: ErrorKind, error: type[anthropic.APIStatusError], status: int, type: str) -> None:
    async with running(SCRIPT) as provider:
        provider.faults.arm(Fault(kind=kind, times=1))
        with pytest.raises(error) as raised:
            await ask_anthropic(provider)
        assert raised.value.status_code == status
        assert isinstance(raised.value.body, dict)
        assert raised.value.body["error"]["type"] == type
        await ask_anthropic(provider)


async def test_retry_after_is_seconds_a_date_or_any_text() -> None:
    async with running(SCRIPT) as provider:
        for retry_after, as_date in ((7, False), (7, True), ("soon", False)):
            provider.faults.arm(Fault(kind="rate_limit", times=1, retry_after=retry_after, as_date=as_date))
            with pytest.raises(openai.RateLimitError) as raised:
                await ask_openai(provider)
            said = raised.value.response.headers["retry-after"]
            if as_date:
                assert 0 < parsedate_to_datetime(said).timestamp() - time.time() <= 7
            else:
                assert said == str(retry_after)


async def test_a_fault_hits_the_conversation_turn_attempt_and_model_that_it_names() -> None:
    fault = Fault(kind="server_error", conversation="build#1", turn=1, attempt=2, model="gpt-5")
    async with running(SCRIPT.model_copy(update={"faults": (fault,)})) as provider:
        assert [await status_of_openai(provider) for _ in range(3)] == [200, 500, 200]
        assert [await status_of_openai(provider, opening(round=2)) for _ in range(2)] == [200, 200]
        await ask_anthropic(provider)
        await ask_anthropic(provider)
        assert [call.attempt for call in provider.calls][:3] == [1, 2, 3]


async def test_the_next_requests_can_be_hit() -> None:
    async with running(SCRIPT) as provider:
        provider.faults.arm(Fault(kind="overloaded", times=2), Fault(kind="unavailable", times=1, conversation="build"))
        assert [await status_of_openai(provider) for _ in range(4)] == [529, 529, 503, 200]
        assert len(provider.faults) == 0


UNREADABLE: dict[Kind, tuple[type[Exception], ...]] = {
    "cut": (openai.APIConnectionError, anthropic.APIConnectionError, httpx2.RemoteProtocolError),
    "malformed_json": (openai.APIError, anthropic.APIError, json.JSONDecodeError),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", UNREADABLE)
async def test_a_body_that_cannot_be_read_breaks_the_call(kind: Kind, stream: bool) -> None:
    async with running(SCRIPT) as provider, openai_client(provider) as client, anthropic_client(provider) as other:
        provider.faults.arm(Fault(kind=kind))
        with pytest.raises(UNREADABLE[kind]):
            await read_openai(client, stream)
        with pytest.raises(UNREADABLE[kind]):
            await read_anthropic(other, stream)
        assert kind != "cut" or [call.ended for call in provider.calls] == ["cut", "cut"]


async def test_the_clients_take_these_bodies_for_answers() -> None:
    """Which is why the crew has to look for itself."""
    async with running(SCRIPT) as provider:
        provider.faults.arm(Fault(kind="wrong_schema", times=2))
        assert (await ask_openai(provider)).choices is None
        assert (await ask_anthropic(provider)).content is None
        provider.faults.arm(Fault(kind="no_choices", times=2))
        assert (await ask_openai(provider)).choices == []
        assert (await ask_anthropic(provider)).content == []
        provider.faults.arm(Fault(kind="wrong_content_type", times=2))
        assert "Sign in to use this network" in str(await ask_openai(provider))
        assert "Sign in to use this network" in str(await ask_anthropic(provider))
        provider.faults.arm(Fault(kind="no_finish_reason", times=2))
        assert (await ask_openai(provider)).choices[0].finish_reason is None
        assert (await ask_anthropic(provider)).stop_reason is None
        provider.faults.arm(Fault(kind="bad_arguments", times=2))
        (call,) = (await ask_openai(provider)).choices[0].message.tool_calls or []
        assert call.type == "function"
        with pytest.raises(json.JSONDecodeError):
            json.loads(call.function.arguments)
        (block,) = (await ask_anthropic(provider)).content
        assert block.type == "tool_use"
        assert isinstance(block.input, str)


async def test_an_empty_body_is_no_answer() -> None:
    async with running(SCRIPT) as provider:
        provider.faults.arm(Fault(kind="empty_body"))
        with pytest.raises((openai.APIError, json.JSONDecodeError)):
            await ask_openai(provider)
        with pytest.raises((anthropic.APIError, json.JSONDecodeError)):
            await ask_anthropic(provider)


async def test_a_model_may_refuse_stop_early_call_the_unknown_or_say_too_much() -> None:
    async with running(SCRIPT) as provider:
        provider.faults.arm(Fault(kind="refusal", times=2))
        refused = (await ask_openai(provider)).choices[0]
        assert (refused.message.refusal, refused.message.content) == ("I'm sorry, but I can't help with that.", None)
        assert (await ask_anthropic(provider)).stop_reason == "refusal"
        provider.faults.arm(Fault(kind="length", times=2))
        assert (await ask_openai(provider)).choices[0].finish_reason == "length"
        assert (await ask_anthropic(provider)).stop_reason == "max_tokens"
        provider.faults.arm(Fault(kind="unknown_tool", times=1))
        (call,) = (await ask_openai(provider)).choices[0].message.tool_calls or []
        assert call.type == "function"
        assert call.function.name == "no_such_tool"
        provider.faults.arm(Fault(kind="long_output", times=2))
        assert len((await ask_openai(provider)).choices[0].message.content or "") == 10_000_000
        block = (await ask_anthropic(provider)).content[0]
        assert block.type == "text"
        assert len(block.text) == 10_000_000
        provider.faults.arm(Fault(kind="answer", answer=Turn(text="Something else."), times=1))
        assert (await ask_openai(provider)).choices[0].message.content == "Something else."


async def test_a_slow_answer_comes_late_and_a_hanging_one_never() -> None:
    async with running(SCRIPT) as provider:

        async def one_in_flight() -> bool:
            return provider.calls.in_flight == 1

        async def none_in_flight() -> bool:
            return provider.calls.in_flight == 0

        provider.faults.arm(Fault(kind="slow", seconds=0.3, times=1), Fault(kind="hang"))
        began = time.monotonic()
        await ask_openai(provider)
        assert time.monotonic() - began >= 0.3
        for ask in (ask_openai, ask_anthropic):
            asking = asyncio.create_task(ask(provider))
            await eventually(one_in_flight)
            _, hanging = await asyncio.wait([asking], timeout=0.3)
            assert hanging
            asking.cancel()
            await eventually(none_in_flight)
        assert [call.ended for call in provider.calls] == ["answered", "client left", "client left"]


async def test_a_redirect_leads_to_another_host() -> None:
    """Both clients follow it: they leave the key behind, but show the other host what they ask."""
    async with running(SCRIPT) as provider, running(SCRIPT, key="another") as other:
        provider.faults.arm(
            Fault(kind="redirect", times=1, location=f"{other.openai_url}/chat/completions"),
            Fault(kind="redirect", times=1, location=f"{other.url}/v1/messages"),
        )
        with pytest.raises(openai.AuthenticationError):
            await ask_openai(provider)
        with pytest.raises(anthropic.AuthenticationError):
            await ask_anthropic(provider)
        for call in other.calls:
            assert provider.key not in str(call.headers)
            assert call.conversation == "build#1"


async def test_a_request_can_be_too_long() -> None:
    async with running(
        Script(conversations={"build": Conversation(turns=(Turn(text="ok"),))}, context_tokens=2000)
    ) as provider:
        await ask_openai(provider)
        with pytest.raises(openai.BadRequestError, match="maximum context length"):
            await ask_openai(provider, opening(inputs="word " * 2000))
        with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
            await ask_anthropic(provider, opening(inputs="word " * 2000))
