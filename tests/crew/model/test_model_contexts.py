"""How much of a model's context a response may have."""

from __future__ import annotations

import pytest
from pydantic_ai.messages import ModelMessage, ModelRequest, ToolReturnPart, UserPromptPart
from pydantic_ai.tools import ToolDefinition

from config.setting_values import ALL_MODELS
from config.settings import Settings
from crew.model import context
from crew.model.clients import ModelClients
from tests.crew.model.model_under_test import call, says


@pytest.mark.parametrize(
    ("tokens", "context", "output"), [(None, 128_000, 16_384), (8_192, 8_192, 2_048), (1_000_000, 1_000_000, 16_384)]
)
async def test_a_small_context_leaves_room_for_what_the_model_reads(
    tokens: int | None, context: int, output: int
) -> None:
    settings = Settings(
        _env_file=None,
        model_context_tokens={ALL_MODELS: tokens} if tokens else {},
        model_prices={"openai:mine": (0.0, 0.0)},
    )
    clients = ModelClients(settings, {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    client = clients.get("openai:mine")
    assert (client.context_tokens, client.max_output_tokens, client.settings["max_tokens"]) == (context, output, output)
    await clients.close()


def test_making_room_measures_each_message_at_most_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop does it: measuring all messages after each one kept it from the heartbeats for 9 s."""
    messages: list[ModelMessage] = []
    for number in range(100):
        messages += [says(call("act", str(number), word="x" * 1_000))]
        messages += [ModelRequest(parts=[ToolReturnPart("act", "y" * 1_000, tool_call_id=str(number))])]
    length, measured = context.message_tokens, 0

    def counted(message: ModelMessage) -> int:
        nonlocal measured
        measured += 1
        return length(message)

    monkeypatch.setattr(context, "message_tokens", counted)
    fitting = context.fit(messages, 50_000)
    assert len(messages) < measured <= 2 * len(messages)
    assert context.count(fitting) <= 50_000 < context.count(messages)
    assert fitting[-context.RECENT :] == messages[-context.RECENT :]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("the quick brown fox " * 100, 500),  # by OpenAI's tokenizers: a token for each word, and more for code
        ("\u8edf\u9ad4\u958b\u767c" * 100, 600),  # up to one and a half for each of these characters
        ("\u043f\u0440\u0438\u0432\u0435\u0442" * 100, 600),  # up to one for each letter, when a word is rare
        ("\U0001f680" * 100, 200),
    ],
    ids=["English", "Chinese", "Russian", "emoji"],
)
def test_the_reserved_prompt_is_estimated_high_in_every_script(text: str, tokens: int) -> None:
    assert context.count([ModelRequest(parts=[UserPromptPart(text)])]) >= tokens
    described = ToolDefinition(name="act", description=text, parameters_json_schema={})
    assert context.count_tools([described]) >= tokens


async def test_the_output_of_a_call_has_the_limit_of_the_settings() -> None:
    for given, expected in ((1_000, 1_000), (100_000, 8_000)):
        settings = Settings(
            _env_file=None,
            model_output_tokens=given,
            model_context_tokens={ALL_MODELS: 32_000},
            model_prices={"openai:mine": (0.0, 1.0)},
        )
        clients = ModelClients(settings, {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
        client = clients.get("openai:mine")
        assert (client.max_output_tokens, client.settings["max_tokens"]) == (expected, expected)
        await clients.close()
