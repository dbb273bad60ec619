"""The check of a model: one tiny call over HTTP, with the real clients and a scripted provider."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.provider_keys import ADDRESSES, KEYS
from config.settings import Settings
from crew.model.check import Report, check, configured
from crew.model.clients import ModelClients
from tests.provider import KEY, Call, Conversation, Fault, Provider, Request, Script, Turn, running

MODELS = ("openai:gpt-5", "anthropic:claude-opus-4-8")
CALLS_TOOLS = Script(
    conversations={"default": Conversation(turns=(Turn(calls=(Call(name="answer", arguments={"word": "ready"}),)),))}
)


def _writes_json(request: Request) -> Turn:
    return Turn(
        text="Certainly!" if request.tools else '```json\n{"tool": "answer", "arguments": {"word": "ready"}}\n```'
    )


WRITES_JSON = Script(conversations={"default": Conversation(turns=(_writes_json,))})
ONLY_TALKS = Script(conversations={"default": Conversation(turns=(Turn(text="Certainly!"),))})
WRONG_SCHEMA = Script(
    conversations={"default": Conversation(turns=(Turn(calls=(Call(name="answer", arguments={"word": 1}),)),))}
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*KEYS, *ADDRESSES):
        monkeypatch.delenv(name, raising=False)


async def checked(provider: Provider, model: str, key: str = KEY, **changes: object) -> Report:
    settings = Settings(_env_file=None, **changes)  # type: ignore[arg-type]
    variables = {
        "OPENAI_BASE_URL": provider.openai_url,
        "OPENAI_API_KEY": key,
        "ANTHROPIC_BASE_URL": provider.url,
        "ANTHROPIC_API_KEY": key,
    }
    clients = ModelClients(settings, variables)
    try:
        return await check(clients, settings, model)
    finally:
        await clients.close()


@pytest.mark.parametrize("model", MODELS)
async def test_a_model_that_calls_the_tool_is_reported_with_its_price_and_context(model: str) -> None:
    async with running(CALLS_TOOLS) as provider:
        report = await checked(provider, model)
    assert provider.calls.total == 1, report
    assert (report.problem, report.calls) == (None, "tools")
    assert report.seconds is not None
    assert report.input_usd
    assert report.output_usd
    assert report.output_usd > report.input_usd > 0
    assert report.is_context_known
    assert (report.context_tokens or 0) >= 128_000


@pytest.mark.parametrize("script", [WRITES_JSON, CALLS_TOOLS])
async def test_a_model_that_calls_no_tools_is_asked_for_json(script: Script) -> None:
    rejects_tools = () if script is WRITES_JSON else (Fault(kind="bad_request", times=1),)
    async with running(script) as provider:
        provider.faults.arm(*rejects_tools)
        report = await checked(provider, "openai:gpt-5")
        assert (report.problem, report.calls, provider.calls.total) == (None, "json", 2)
        report = await checked(provider, "openai:gpt-5", model_tools="json")
        assert (report.problem, report.calls, provider.calls.total) == (None, "json", 3)


@pytest.mark.parametrize("script", [ONLY_TALKS, WRONG_SCHEMA])
async def test_a_model_that_does_neither_cannot_be_used(script: Script) -> None:
    async with running(script) as provider:
        report = await checked(provider, "openai:gpt-5")
    assert report.problem == "openai:gpt-5 answers, but neither calls a tool nor writes JSON: choose another model."


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("kind", "said", "temporary"),
    [
        ("unauthorized", "rejected the key", False),
        ("quota", "quota or credit", False),
        ("model_gone", "has no model", False),
        ("rate_limit", "is rate-limited", True),
        ("server_error", "server failed", True),
    ],
)
async def test_a_failure_is_reported_on_one_line_without_the_key(
    model: str, kind: str, said: str, temporary: bool
) -> None:
    async with running(CALLS_TOOLS) as provider:
        provider.faults.arm(Fault.model_validate({"kind": kind}))
        report = await checked(provider, model)
        assert provider.calls.total == (2 if kind == "model_gone" else 1)
    assert report.problem
    assert said in report.problem
    assert "\n" not in report.problem
    assert KEY not in report.problem
    assert report.is_temporary == temporary


async def test_a_check_costs_a_cent_at_most_and_warns_of_steps_that_may_not_end() -> None:
    async with running(CALLS_TOOLS) as provider:
        dear = await checked(provider, "openai:dear", model_prices={"openai:dear": (15.0, 75.0)})
        cheap = await checked(provider, "openai:cheap", model_prices={"openai:cheap": (0.5, 1.5)})
        most = [call.body.get("max_tokens") or call.body["max_completion_tokens"] for call in provider.calls]
    assert most == [133, 2_000]
    assert 133 * 75.0 / 1_000_000 <= 0.01
    assert (dear.problem, cheap.problem, cheap.warning) == (None, None, None)
    assert dear.warning is not None
    # 39 turns of 15,000 tokens in and 1,000 out, and what one more reserves
    cost = (40 * 15_000 * 15 + (39 * 1_000 + 16_384) * 75) / 1_000_000
    assert f"a step of the coder may cost up to {cost:.2f} USD, the cap is 2.00" in dear.warning


async def test_a_model_that_thinks_for_longer_than_the_check_may_still_be_used() -> None:
    async with running(CALLS_TOOLS) as provider:
        provider.faults.arm(Fault(kind="answer", answer=Turn(text="Let me", finish="length")))
        report = await checked(provider, "openai:gpt-5")
    assert report.problem == "openai:gpt-5 did not come to an answer within 1,000 tokens; it may do so in a step."
    assert report.is_temporary


async def test_a_script_without_a_conversation_of_its_own_passes_the_check_in_either_way() -> None:
    async with running(Script(conversations={})) as provider:
        for tools in ("native", "json"):
            report = await checked(provider, MODELS[0], model_tools=tools)
            assert (report.problem, report.calls) == (None, "json" if tools == "json" else "tools")


async def test_a_page_instead_of_an_api_is_said_to_be_none() -> None:
    async with running(CALLS_TOOLS) as provider:
        for model, variable in ((MODELS[0], "OPENAI_BASE_URL"), (MODELS[1], "ANTHROPIC_BASE_URL")):
            provider.faults.arm(Fault(kind="wrong_content_type", times=1))
            report = await checked(provider, model)
            said = f"What answers at the address of {model} is not an API. Is {variable} right? It usually ends with"
            assert (report.problem or "").startswith(said)


async def test_an_empty_name_is_no_model() -> None:
    async with running(CALLS_TOOLS) as provider:
        report = await checked(provider, "")
    assert (report.problem or "").startswith("An empty name is not PROVIDER:MODEL; ")


async def test_a_wrong_key_is_reported() -> None:
    async with running(CALLS_TOOLS) as provider:
        report = await checked(provider, "openai:gpt-5", key="sk-wrong-0123456789")
    assert report.problem
    assert "rejected the key" in report.problem
    assert "sk-wrong" not in report.problem


async def test_what_cannot_work_is_found_without_a_call() -> None:
    async with running(CALLS_TOOLS) as provider:
        for model, said in (
            ("gpt-5", "gpt-5 is not PROVIDER:MODEL"),
            ("nobody:gpt-5", "nobody:gpt-5 is not PROVIDER:MODEL"),
            ("openai:", "openai: is not PROVIDER:MODEL"),
            ("openrouter:a/b", "set OPENROUTER_API_KEY in"),
            ("openai:of-mine", "the price of openai:of-mine is unknown"),
        ):
            report = await checked(provider, model)
            assert report.problem
            assert said in report.problem
            assert not report.is_temporary
        assert provider.calls.total == 0
        priced = await checked(provider, "openai:of-mine", model_prices={"openai:of-mine": (0, 0)})
        assert (priced.problem, priced.input_usd, priced.is_context_known) == (None, 0, False)


@pytest.mark.parametrize("address", ["127.0.0.1:9/v1", "localhost:9/v1", "htp://h/v1", "http://", "http://h:x/v1"])
async def test_what_is_no_address_is_said_before_a_call(address: str) -> None:
    settings = Settings(_env_file=None)
    clients = ModelClients(settings, {"VLLM_BASE_URL": address})
    report = await check(clients, settings, "vllm:any")
    said = "VLLM_BASE_URL should be an address such as http://127.0.0.1:11434/v1."
    assert (report.problem, report.is_temporary) == (f"vllm:any cannot be used: {said}", False)


@pytest.mark.parametrize(
    ("model", "variable", "path", "said"),
    [
        ("openai:gpt-5", "OPENAI_BASE_URL", "", "Set OPENAI_BASE_URL, which usually ends with /v1"),
        (
            "anthropic:claude-opus-4-8",
            "ANTHROPIC_BASE_URL",
            "/v1",
            "Set ANTHROPIC_BASE_URL, which usually ends without /v1",
        ),
    ],
)
async def test_an_address_without_an_api_is_not_the_fault_of_the_model(
    model: str, variable: str, path: str, said: str
) -> None:
    settings = Settings(_env_file=None)
    async with running(CALLS_TOOLS) as provider:
        key = variable.replace("BASE_URL", "API_KEY")
        clients = ModelClients(settings, {variable: f"{provider.url}{path}", key: KEY})
        report = await check(clients, settings, model)
        await clients.close()
    assert report.problem
    assert f"There is no API at the address of {model}. {said}" in report.problem
    assert not report.is_temporary


async def test_a_server_that_is_down_is_a_temporary_problem() -> None:
    settings = Settings(_env_file=None)
    clients = ModelClients(settings, {"VLLM_BASE_URL": "http://127.0.0.1:9/v1"})
    report = await check(clients, settings, "vllm:any")
    await clients.close()
    assert report.problem
    assert report.problem.startswith("The server of vllm:any cannot be reached.")
    assert report.is_temporary


def test_the_models_of_the_settings_and_the_pipelines_are_checked(tmp_path: Path) -> None:
    pipeline = {
        "roles": [{"name": "reviewer", "model": "ollama:small"}],
        "stages": [
            {"name": "look", "agent": "reviewer", "consumes": ["user_input"], "produces": ["project_plan"]},
            {
                "name": "build",
                "agent": "coder",
                "model": "anthropic:large",
                "consumes": ["project_plan"],
                "produces": ["source_code"],
            },
            {
                "name": "more",
                "agent": "coder",
                "model": "openai:gpt-5",
                "consumes": ["source_code"],
                "produces": ["test_results"],
            },
        ],
    }
    (tmp_path / "mine.yaml").write_text(json.dumps(pipeline))
    settings = Settings(_env_file=None, model="openai:gpt-5", pipelines_dir=tmp_path)
    assert configured(settings) == ["openai:gpt-5", "anthropic:large", "ollama:small"]
    assert configured(Settings(_env_file=None)) == []
