"""`botarmy models`, and the check before `botarmy up`: no stack runs, and a scripted provider answers over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cli.client.model_shapes import ModelReport
from cli.commands.model_check import require_possible
from cli.commands.show_models import describe
from cli.exits import UsageError
from config.provider_keys import ADDRESSES, KEYS
from tests.cli.terminal_under_test import Result, botarmy
from tests.provider import KEY, Fault, Provider, Script, running

WRONG = "sk-wrong-0123456789"
NO_API = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEYS, *ADDRESSES, "BOTARMY_MODEL"):
        monkeypatch.delenv(name, raising=False)


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[Provider]:
    """It answers a request outside a stage with a call of the first tool."""
    async with running(Script(conversations={})) as provider:
        yield provider


async def models(provider: Provider, folder: Path, *arguments: str, key: str = KEY, **env: str) -> Result:
    """Run the command in a folder whose `.env` has the provider's address and key."""
    (folder / ".env").write_text(f"OPENAI_BASE_URL={provider.openai_url}\nOPENAI_API_KEY={key}\n")
    return await botarmy(NO_API, "models", *arguments, cwd=folder, env=env)


async def test_a_model_is_reported_with_what_it_costs_and_can_do(provider: Provider, tmp_path: Path) -> None:
    ran = await models(provider, tmp_path, "openai:gpt-4.1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("openai:gpt-4.1: answered in ")
    assert " s, calls tools, " in ran.out
    assert ran.out.endswith(" tokens of context, 2.00 USD in and 8.00 USD out per million tokens\n")
    ran = await models(provider, tmp_path, "openai:gpt-4.1", "openai:mine", "--json")
    first, second = json.loads(ran.out)["models"]
    assert (ran.code, first["calls"], first["input_usd"], first["problem"]) == (1, "tools", 2.0, None)
    assert "price of openai:mine is unknown" in second["problem"]


async def test_without_names_the_configured_models_are_checked(provider: Provider, tmp_path: Path) -> None:
    ran = await models(provider, tmp_path, "--json", BOTARMY_MODEL="openai:gpt-4.1")
    assert [report["model"] for report in json.loads(ran.out)["models"]] == ["openai:gpt-4.1"]
    ran = await models(provider, tmp_path)
    assert ran.code == 0
    assert ran.out.startswith("No model is set: projects rehearse. Set BOTARMY_MODEL, such as openai:gpt-5, and")


async def test_a_model_that_cannot_be_used_is_named_with_the_reason(provider: Provider, tmp_path: Path) -> None:
    ran = await models(provider, tmp_path, "openai:gpt-4.1", key=WRONG)
    assert (ran.code, ran.out.count("\n")) == (1, 1)
    assert ran.out.startswith("Problem: openai:gpt-4.1 rejected the key.")
    assert WRONG not in ran.out
    provider.faults.arm(Fault(kind="server_error"))
    ran = await models(provider, tmp_path, "openai:gpt-4.1")
    assert ran.out.startswith("Temporary problem: The server of openai:gpt-4.1 ")
    ran = await models(provider, tmp_path, OPENAI_API_KEY_FILE="missing")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("botarmy: a setting cannot be used: OPENAI_API_KEY_FILE='missing': ")


def test_advice_is_printed_where_a_setting_helps() -> None:
    report = ModelReport(model="ollama:small", seconds=3, calls="json", input_usd=0, output_usd=0, context_tokens=8192)
    assert describe(report) == [
        "ollama:small: answered in 3.0 s, calls no tools, 8,192 tokens of context (assumed), free of charge",
        "  It writes JSON instead of calling tools: this needs BOTARMY_MODEL_TOOLS=json.",
        "  Its context is not on the public list: set BOTARMY_MODEL_CONTEXT_TOKENS if it is another.",
    ]


async def test_up_starts_nothing_with_a_model_that_cannot_be_used(provider: Provider, tmp_path: Path) -> None:
    cases: list[tuple[dict[str, str], str]] = [
        ({"BOTARMY_MODEL": "anthropic:claude-opus-4-8"}, "set ANTHROPIC_API_KEY in the environment or .env."),
        ({"BOTARMY_MODEL": "nobody:x"}, "nobody:x is not PROVIDER:MODEL; the known providers are openai, "),
        ({"BOTARMY_MODEL": "openai:mine"}, "the price of openai:mine is unknown"),
        ({"BOTARMY_MODEL": "openai:gpt-4.1", "OPENAI_API_KEY": WRONG}, "openai:gpt-4.1 rejected the key."),
        ({"OPENAI_API_KEY": "", "OPENAI_API_KEY_FILE": "missing"}, "OPENAI_API_KEY_FILE='missing': the file cannot be"),
        ({"BOTARMY_MODEL": "gpt-4.1"}, "BOTARMY_MODEL='gpt-4.1': should be provider:model, such as openai:gpt-5"),
    ]

    async def up(env: dict[str, str], *options: str) -> Result:
        variables = {"OPENAI_BASE_URL": provider.openai_url, "OPENAI_API_KEY": KEY, **env}
        return await botarmy("", "up", *options, "--data-dir", tmp_path / "data", cwd=tmp_path, env=variables)

    all_ran = await asyncio.gather(up(cases[0][0], "--detach"), *(up(env) for env, _ in cases))
    for ran, (_, said) in zip(all_ran, [cases[0], *cases], strict=True):
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert ran.err.startswith("botarmy: ")
        assert said in ran.err
    assert not (tmp_path / "data").exists()


def test_up_starts_although_a_server_is_down(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VLLM_BASE_URL", "http://127.0.0.1:9/v1")
    require_possible("vllm:any")
    assert "botarmy: warning: The server of vllm:any cannot be reached." in capsys.readouterr().err
    with pytest.raises(UsageError, match="not PROVIDER:MODEL"):
        require_possible("any")
