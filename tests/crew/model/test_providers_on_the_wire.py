"""What each provider is sent, and what is read from its answer: over HTTP, with the real clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from pydantic_ai.providers.openrouter import OpenRouterProvider

from config.provider_keys import ADDRESSES, KEYS
from config.settings import Settings
from crew.model.clients import PROVIDERS, ModelClients
from crew.model.conversation import Completed, Conversation
from crew.model.model_list import ModelList
from crew.model.pricing import price_of
from crew.model.prompt import Prompt
from crew.protocol import AgentError
from tests.crew.model.model_under_test import LIMITS, Done, Step, Tools, unlimited
from tests.crew.model.wires import WIRES, Json, Wire
from tests.provider import KEY, Call, Provider, Script, Turn, Usage, running
from tests.provider import Conversation as ScriptedConversation

PROMPT = Prompt("coder@1", "You are a coder.", "Role: coder\nStage: build\nRound: 1\n\n## Instructions\nDo it.")
USED = Usage(input=1000, output=100, cached=400)
PRICE = (3.0, 15.0)
ANSWERED_BY = "the-model-that-answered"
SCRIPT = Script(
    answers_as=ANSWERED_BY,
    conversations={
        "build": ScriptedConversation(
            turns=(
                Turn(text="I act.", calls=(Call(name="act", arguments={"word": "a"}),), usage=USED),
                Turn(calls=(Call(name="done", arguments={"text": "all"}),), usage=USED),
            )
        )
    },
)


@dataclass
class Talk:
    """A finished conversation of two turns: a call of a tool, and the call that ends it."""

    wire: Wire
    provider: Provider
    completed: Completed
    step: Step
    tools: Tools

    @property
    def bodies(self) -> list[Json]:
        return [call.body for call in self.provider.calls]


@asynccontextmanager
async def clients(provider: Provider, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ModelClients]:
    """The models of a worker whose environment has the variables of one provider, and keys of all others."""
    for name in KEYS:
        monkeypatch.setenv(name, f"another-key-{name}")
    for name in {name for name in KEYS if name.split("_")[0] in {each.split("_")[0] for each in wire.variables}}:
        monkeypatch.delenv(name)
    for name, value in wire.variables.items():
        monkeypatch.setenv(name, value.format(url=provider.url))
    # OpenRouter's address cannot be set; only its host is replaced.
    monkeypatch.setattr(OpenRouterProvider, "base_url", f"{provider.url}/api/v1")
    found = ModelClients(Settings(_env_file=None, model_prices={wire.model: PRICE}, model_seconds=5))
    yield found
    await found.close()


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    empty(monkeypatch, tmp_path)


def empty(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Remove all variables of providers, and go to a folder without a `.env`."""
    monkeypatch.chdir(folder)
    for name in (*KEYS, *ADDRESSES):
        monkeypatch.delenv(name, raising=False)


@pytest_asyncio.fixture(scope="module", params=WIRES.values(), ids=WIRES)
async def talk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """One conversation with each provider."""
    wire: Wire = request.param
    step, tools = Step(), Tools()
    with pytest.MonkeyPatch.context() as monkeypatch:
        empty(monkeypatch, tmp_path_factory.mktemp("empty"))
        async with (
            running(SCRIPT, key=KEY if wire.has_key else "") as provider,
            clients(provider, wire, monkeypatch) as found,
        ):
            models = ModelList(found, wire.model)
            completed = await Conversation(models, PROMPT, tools.all(), LIMITS, step, unlimited(step)).run()
    return Talk(wire, provider, completed, step, tools)


def test_every_provider_is_here() -> None:
    assert {wire.model.partition(":")[0] for wire in WIRES.values()} == set(PROVIDERS)


def test_the_request_has_the_path_and_query_of_the_provider(talk: Talk) -> None:
    assert [call.target for call in talk.provider.calls] == [talk.wire.target, talk.wire.target]


def test_the_key_is_sent_in_the_provider_s_header(talk: Talk) -> None:
    name, value = talk.wire.header
    assert [call.headers[name] for call in talk.provider.calls] == [value, value]


def test_the_keys_of_others_are_not_sent(talk: Talk) -> None:
    for call in talk.provider.calls:
        assert "another-key" not in str(dict(call.headers))
        assert b"another-key" not in call.raw


def test_the_model_is_named_as_the_provider_names_it(talk: Talk) -> None:
    assert [body["model"] for body in talk.bodies] == [talk.wire.named, talk.wire.named]


def test_the_tokens_of_a_response_are_limited(talk: Talk) -> None:
    limits = {"max_tokens", "max_completion_tokens", "max_output_tokens"}
    for body in talk.bodies:
        assert {name: body[name] for name in limits & body.keys()} == {
            talk.wire.limit: Settings(_env_file=None).model_output_tokens
        }


def test_the_system_prompt_and_the_task_are_sent(talk: Talk) -> None:
    for call in talk.provider.calls:
        request = talk.provider.request_of(call)
        assert (request.system, request.messages[0].text) == (PROMPT.system, PROMPT.task)


def test_tools_are_sent_with_their_schemas(talk: Talk) -> None:
    for body in talk.bodies:
        tools = talk.wire.tools(body)
        assert {name: description for name, (description, _) in tools.items()} == {
            tool.name: tool.description for tool in talk.tools.all()
        }
        for tool in talk.tools.all():
            (argument,) = tool.arguments.model_fields
            _, schema = tools[tool.name]
            assert (schema["type"], schema["required"], list(schema["properties"])) == (
                "object",
                [argument],
                [argument],
            )
            assert schema["properties"][argument]["type"] == "string"


def test_a_call_of_a_tool_is_carried_out_and_its_result_sent(talk: Talk) -> None:
    assert (talk.completed.tool, talk.completed.arguments) == ("done", Done(text="all"))
    assert talk.tools.acts == ["a"]
    _, last = talk.provider.calls
    request = talk.provider.request_of(last)
    (called,) = (message for message in request.messages if message.calls)
    (call,) = called.calls
    assert (called.text, call.name) == ("I act.", "act")
    assert request.messages[-1].results == {call.id: "did a"}


def test_tokens_cost_and_the_model_that_answered_are_read(talk: Talk) -> None:
    cost = (USED.input * PRICE[0] + USED.output * PRICE[1]) / 1e6
    responses = [entry for entry in talk.step.transcript.stored if entry.kind == "response"]
    assert [(each.input_tokens, each.output_tokens, each.cached_tokens, each.model) for each in responses] == 2 * [
        (USED.input, USED.output, USED.cached, ANSWERED_BY)
    ]
    assert [each.cost_usd for each in responses] == pytest.approx([cost, cost])
    assert talk.step.transcript.spent == pytest.approx(2 * cost)
    usage = talk.completed.usage
    assert (usage.model, usage.asked_for) == (ANSWERED_BY, talk.wire.model)
    assert usage.cost_usd == pytest.approx(2 * cost)


@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize(
    ("model", "address"),
    [
        ("openai:gpt-5", "https://api.openai.com/v1/"),
        ("openai-responses:gpt-5", "https://api.openai.com/v1/"),
        ("anthropic:claude-opus-4-8", "https://api.anthropic.com"),
        ("openrouter:openai/gpt-5", "https://openrouter.ai/api/v1/"),
        ("ollama:qwen3", "http://127.0.0.1:11434/v1/"),
        ("vllm:qwen3", "http://127.0.0.1:8000/v1/"),
    ],
)
async def test_without_a_variable_the_address_is_the_provider_s(
    model: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEYS:
        monkeypatch.setenv(name, KEY)
    found = ModelClients(Settings(_env_file=None))
    assert found.get(model).model.base_url == address
    await found.close()


@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize(
    ("endpoint", "missing"),
    [
        ("", "AZURE_OPENAI_ENDPOINT"),
        ("https://ours.openai.azure.com", "OPENAI_API_VERSION"),
        ("https://ours.openai.azure.com/openai/v1/", None),
        ("https://ours.models.ai.azure.com", None),
    ],
)
async def test_azure_needs_a_version_unless_its_endpoint_is_the_new_one(
    endpoint: str, missing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", endpoint)
    found = ModelClients(Settings(_env_file=None, model_prices={"azure:ours": PRICE}))
    if missing is None:
        assert str(found.get("azure:ours").model.base_url).rstrip("/").endswith("/v1")
    else:
        with pytest.raises(AgentError) as error:
            found.get("azure:ours")
        assert str(error.value) == f"azure:ours cannot be used: set {missing} in the environment or .env."
    await found.close()


@pytest.mark.usefixtures("nothing_set")
async def test_every_client_is_closed_and_models_that_cannot_be_used_open_none(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[httpx2.AsyncClient] = []
    create = httpx2.AsyncClient.__init__

    def recorded(client: httpx2.AsyncClient, *args: Any, **options: Any) -> None:
        create(client, *args, **options)
        opened.append(client)

    monkeypatch.setattr(httpx2.AsyncClient, "__init__", recorded)
    found = ModelClients(Settings(_env_file=None), {"OPENAI_API_KEY": KEY})
    for model in ("openai:unpriced", "anthropic:claude-opus-4-8") * 3:
        with pytest.raises(AgentError):
            found.get(model)
    assert len(opened) == 1
    found.get("openai:gpt-5")
    await found.close()
    assert len(opened) == 3  # with the one whose pool it uses first
    assert all(client.is_closed for client in opened)


@pytest.mark.parametrize(
    "model",
    [
        "openai:gpt-5",
        "openai-responses:gpt-5",
        "anthropic:claude-opus-4-8",
        "azure:gpt-4o",
        "openrouter:openai/gpt-5",
        "openrouter:anthropic/claude-sonnet-4.5",
    ],
)
def test_the_public_list_has_the_prices_of_hosted_models(model: str) -> None:
    price = price_of(model, {}, 128_000)
    assert 0 < price.input_usd < price.output_usd
