"""`botarmy models`, and the check before `botarmy up`: no stack runs, and a scripted provider answers over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cli.client.model_shapes import ModelReport
from cli.commands import model_check
from cli.commands.model_check import require_possible, require_usable
from cli.commands.module import ModuleResult
from cli.commands.show_models import describe
from cli.errors import CommandError, UsageError
from config.provider_keys import ADDRESSES, KEYS
from tests.cli.terminal_under_test import Result, botarmy
from tests.provider import KEY, Provider, Script, running

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


@pytest.mark.long
async def test_models_are_reported_with_what_they_cost_and_can_do(provider: Provider, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"OPENAI_BASE_URL={provider.openai_url}\nOPENAI_API_KEY={KEY}\n")
    wrong = {"ANTHROPIC_BASE_URL": provider.url, "ANTHROPIC_API_KEY": WRONG}
    names = ("openai:gpt-4.1", "anthropic:claude-opus-4-8", "openai:mine")
    named, configured, invalid = await asyncio.gather(
        botarmy(NO_API, "models", *names, cwd=tmp_path, env=wrong),
        botarmy(NO_API, "models", "--json", cwd=tmp_path, env={"BOTARMY_MODEL": "openai:gpt-4.1"}),
        botarmy(NO_API, "models", cwd=tmp_path, env={"OPENAI_API_KEY_FILE": "missing"}),
    )
    usable, rejected, unpriced = named.out.splitlines()
    assert (named.code, named.err) == (1, "")
    assert usable.startswith("openai:gpt-4.1: answered in ")
    assert " s, calls tools, " in usable
    assert usable.endswith(" tokens of context, 2.00 USD in and 8.00 USD out per million tokens")
    assert rejected.startswith("Problem: anthropic:claude-opus-4-8 rejected the key.")
    assert WRONG not in rejected
    assert unpriced.startswith("Problem: the price of openai:mine is unknown")
    (report,) = json.loads(configured.out)["models"]
    assert (configured.code, report["model"], report["calls"], report["problem"]) == (
        0,
        "openai:gpt-4.1",
        "tools",
        None,
    )
    assert (invalid.code, invalid.out) == (2, "")
    assert invalid.err.startswith("botarmy: a setting cannot be used: OPENAI_API_KEY_FILE='missing': ")


def test_advice_is_printed_where_a_setting_helps() -> None:
    report = ModelReport(model="ollama:small", seconds=3, calls="json", input_usd=0, output_usd=0, context_tokens=8192)
    report = report.model_copy(update={"warning": "its price may end steps."})
    assert describe(report) == [
        "ollama:small: answered in 3.0 s, does not call tools, 8,192 tokens of context (assumed), free of charge",
        "  It writes JSON instead of calling tools: this needs BOTARMY_MODEL_TOOLS=json.",
        "  Warning: its price may end steps.",
        "  Its context is not on the public list: set BOTARMY_MODEL_CONTEXT_TOKENS if this is wrong.",
    ]


@pytest.mark.parametrize(("code", "raised"), [(2, CommandError), (os.EX_CONFIG, UsageError)])
async def test_only_invalid_settings_are_a_wrong_usage(
    code: int, raised: type[CommandError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python itself exits with 2 if it is started wrongly."""

    async def ended(*_: str) -> ModuleResult:
        return ModuleResult(code, b"", b"why")

    monkeypatch.setattr(model_check, "run_module", ended)
    with pytest.raises(CommandError, match="why") as error:
        await model_check.check_models([])
    assert type(error.value) is raised


def reporting(monkeypatch: pytest.MonkeyPatch, *reports: ModelReport) -> None:
    """Let the check find these reports, as the process that asks the models prints them."""

    async def ended(module: str, *names: str) -> ModuleResult:
        assert names == ("openai:a,openai:b",)
        return ModuleResult(0, "".join(f"{report.model_dump_json()}\n" for report in reports).encode(), b"")

    monkeypatch.setattr(model_check, "run_module", ended)


GONE = ModelReport(model="openai:a", problem="The provider has no model openai:a.")
USABLE = ModelReport(model="openai:b", warning="it is dear.")


async def test_a_list_of_models_can_be_used_if_one_of_them_can_and_the_others_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reporting(monkeypatch, GONE, USABLE)
    assert await require_usable("openai:a,openai:b") == USABLE
    await asyncio.to_thread(require_possible, "openai:a,openai:b")
    said = ["botarmy: warning: The provider has no model openai:a.", "botarmy: warning: openai:b: it is dear."]
    assert capsys.readouterr().err.splitlines() == said * 2


async def test_a_list_of_models_none_of_which_can_be_used_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    reporting(monkeypatch, GONE, ModelReport(model="openai:b", problem="openai:b rejected the key."))
    for check in (require_usable("openai:a,openai:b"), asyncio.to_thread(require_possible, "openai:a,openai:b")):
        with pytest.raises(UsageError, match=r"no model openai:a\. openai:b rejected the key\."):
            await check


@pytest.mark.long
async def test_up_starts_nothing_with_a_model_that_cannot_be_used(provider: Provider, tmp_path: Path) -> None:
    cases: list[tuple[dict[str, str], str]] = [
        ({"BOTARMY_MODEL": "anthropic:claude-opus-4-8"}, "set ANTHROPIC_API_KEY in the environment or .env."),
        ({"BOTARMY_MODEL": "openai:gpt-4.1", "OPENAI_API_KEY": WRONG}, "openai:gpt-4.1 rejected the key."),
        ({"BOTARMY_MODEL": "gpt-4.1"}, "BOTARMY_MODEL='gpt-4.1': should be provider:model, such as openai:gpt-5"),
        ({"OPENAI_API_KEY_FILE": "missing"}, "OPENAI_API_KEY_FILE='missing': the file cannot be read"),
    ]

    async def up(env: dict[str, str], *options: str) -> Result:
        variables = {"OPENAI_BASE_URL": provider.openai_url, **env}
        return await botarmy("", "up", *options, "--data-dir", tmp_path / "data", cwd=tmp_path, env=variables)

    (without_key, _), *others = cases
    all_ran = await asyncio.gather(up(without_key, "--detach"), *(up(env) for env, _ in others))
    for ran, (_, said) in zip(all_ran, cases, strict=True):
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
        assert ran.err.startswith("botarmy: ")
        assert said in ran.err
    assert not (tmp_path / "data").exists()


@pytest.mark.long
def test_up_starts_although_a_server_is_down(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VLLM_BASE_URL", "http://127.0.0.1:9/v1")
    require_possible("vllm:any")
    assert "botarmy: warning: The server of vllm:any cannot be reached." in capsys.readouterr().err
