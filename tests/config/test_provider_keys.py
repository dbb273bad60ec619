"""Providers' keys and addresses: from the environment, `.env` and files; an empty one is unset."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from uuid import uuid4

import pytest

from config.provider_keys import ADDRESSES, KEYS, check_keys, provider_variables
from config.redaction import redacted
from config.settings import Settings, SettingsError
from crew.model.clients import PROVIDERS, ModelClients
from crew.protocol import AgentError
from tests.checkout import CHECKOUT

KEY = "sk-planted-0123456789"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*KEYS, *ADDRESSES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_the_variables_are_those_that_models_are_created_from() -> None:
    source = (CHECKOUT / "crew" / "model" / "clients.py").read_text()
    assert set(re.findall(r'"([A-Z]+_[A-Z_]+)"', source)) == {*KEYS, *ADDRESSES}


def test_without_any_nothing_is_returned() -> None:
    assert provider_variables() == {}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_comes_from_the_environment_the_file_env_or_a_file_of_its_own(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    Path(".env").write_text(f"{name}_FILE={file}\n")
    assert provider_variables() == {name: KEY}
    Path(".env").write_text(f"{name}={KEY}-in-env\n")
    assert provider_variables() == {name: f"{KEY}-in-env"}
    monkeypatch.setenv(f"{name}_FILE", str(file))
    assert provider_variables() == {name: KEY}, "the environment takes precedence"
    monkeypatch.delenv(f"{name}_FILE")
    monkeypatch.setenv(name, f" {KEY}-set \n")
    assert provider_variables() == {name: f"{KEY}-set"}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_comes_from_the_environment_or_the_file_env(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"{name}=http://127.0.0.1:1/v1\n")
    assert provider_variables() == {name: "http://127.0.0.1:1/v1"}
    monkeypatch.setenv(name, "http://127.0.0.1:2/v1")
    assert provider_variables() == {name: "http://127.0.0.1:2/v1"}


def test_what_is_empty_is_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "empty"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    Path(".env").write_text("VLLM_API_KEY=\n")
    assert provider_variables() == {}
    Path(".env").write_text(f"OPENAI_API_KEY={KEY}\nANTHROPIC_API_KEY={KEY}\nOPENAI_BASE_URL=http://h/v1\n")
    assert provider_variables() == {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY, "OPENAI_BASE_URL": "http://h/v1"}
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}-set")  # beside its empty file
    assert provider_variables()["OPENAI_API_KEY"] == f"{KEY}-set"


def test_an_empty_address_is_not_used_by_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """The providers' own libraries would use it."""
    for name in KEYS:
        monkeypatch.setenv(name, KEY)
    for name in ADDRESSES:
        monkeypatch.setenv(name, "")
    clients = ModelClients(Settings(_env_file=None))
    used = {name: clients.get(name).model.base_url for name in ("openai:gpt-5", "anthropic:claude-opus-4-8")}
    asyncio.run(clients.close())
    assert used == {
        "openai:gpt-5": "https://api.openai.com/v1/",
        "anthropic:claude-opus-4-8": "https://api.anthropic.com",
    }


@pytest.mark.parametrize("provider", sorted(PROVIDERS.keys() - {"ollama", "vllm"}))
def test_a_key_that_is_missing_is_named_on_one_line(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = PROVIDERS[provider].keys[0]
    monkeypatch.setenv(variable, "")
    with pytest.raises(AgentError) as error:
        ModelClients(Settings(_env_file=None)).get(f"{provider}:any")
    assert str(error.value) == f"{provider}:any cannot be used: set {variable} in the environment or .env."
    assert not error.value.retryable


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    clients = ModelClients(Settings(_env_file=None, model_prices={"openai:any": (0, 0)}))
    assert [clients.get(f"{name}:any").secrets for name in ("openai", "ollama", "vllm")] == [(), (), ()]
    asyncio.run(clients.close())


def test_an_unusable_file_is_named_without_its_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\nx")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(file))
    with pytest.raises(SettingsError, match=r"^OPENAI_API_KEY_FILE=.*more than one line") as error:
        provider_variables()
    assert KEY not in str(error.value)
    file.write_text(KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(SettingsError, match="OPENAI_API_KEY and OPENAI_API_KEY_FILE are both set"):
        provider_variables()


def test_a_key_in_the_variable_of_its_file_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    key = f"sk-planted-{uuid4().hex}"
    monkeypatch.setenv("OPENAI_API_KEY_FILE", key)
    with pytest.raises(
        SettingsError, match=r"^OPENAI_API_KEY_FILE='\*\*\*': the file cannot be read: No such"
    ) as error:
        provider_variables()
    assert key not in str(error.value)


def test_a_pipe_without_a_writer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingsError, match=r"^OPENAI_API_KEY_FILE=.*it is a pipe, not a file$"):
        provider_variables()


def test_a_key_is_redacted_wherever_it_comes_from() -> None:
    key = f"sk-planted-{uuid4().hex}"
    Path(".env").write_text(f"OPENAI_API_KEY={key}\n")
    assert key in redacted(f"it says {key}")
    provider_variables()
    assert redacted(f"it says {key}") == "it says ***"


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("\u201csk-planted-0123\u201d", "there are quotation marks in it"),
        ('"sk-planted-0123"', "there are quotation marks in it"),
        ("sk-planted 0123", "there is a blank in it"),
        ("sk-planted\u00a00123", "there is a blank in it"),
        ("sk-planted\n0123", "it has more than one line"),
        ("sk-plant\u00e9d-0123", "it has a character that is not ASCII, or that cannot be seen"),
        ("sk-planted\u200b0123", "it has a character that is not ASCII, or that cannot be seen"),
    ],
)
def test_what_cannot_be_a_key_is_said_in_one_line_without_it(
    name: str, key: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, key)
    with pytest.raises(SettingsError) as error:
        check_keys(provider_variables(), [name])
    assert str(error.value) == f"{name}: {said}: copy the key again."
    monkeypatch.delenv(name)
    (tmp_path / "key").write_text(f"{key}\n", encoding="utf-8")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingsError, match=f"^{name}.*{said.removeprefix('it ')}") as error:
        check_keys(provider_variables(), [name])
    assert "planted" not in str(error.value)


def test_only_a_provider_that_is_used_needs_a_key_that_can_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk planted")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    clients = ModelClients(Settings(_env_file=None))
    assert clients.get("anthropic:claude-opus-4-8")
    with pytest.raises(AgentError) as error:
        clients.get("openai:gpt-5")
    asyncio.run(clients.close())
    said = "OPENAI_API_KEY: there is a blank in it: copy the key again."
    assert str(error.value) == f"openai:gpt-5 cannot be used: {said}"
    assert not error.value.retryable
