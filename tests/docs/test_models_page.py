"""docs/models.md names every provider that the code has, with its variables, and the settings of models."""

from __future__ import annotations

import re

import pytest

from config.settings import Settings, variable_of
from crew.model.clients import PROVIDERS, ModelClients
from crew.model.limits import limits_of
from crew.protocol import AgentError
from models.contracts.roles import Role, Writes
from tests.docs.pages import code, read, rows, section

PAGE = read("docs/models.md")
TABLES = rows(section(PAGE, "Choose a model"))
LOCAL = {"ollama", "vllm"}
"""Providers that need no key."""


def test_every_provider_is_there_with_its_key() -> None:
    documented: dict[str, str] = {}
    for row in (row for row in TABLES if len(row) == 3):
        for provider in re.findall(r"`([a-z-]+):", row[1]):
            documented[provider] = documented.get(provider, "") + row[2]
    assert documented.keys() - {"openai-responses"} == PROVIDERS.keys() - {"openai-responses"}
    for name, provider in PROVIDERS.items():
        variables = documented.get(name, documented["openai"])
        assert name in LOCAL or f"`{provider.keys[0]}`" in variables


def test_every_setting_of_models_is_there() -> None:
    settings = {
        variable_of(name, field)
        for name, field in Settings.model_fields.items()
        if name.startswith("model") or name.endswith("_budget")
    }
    assert settings - set(code(PAGE)) == set()


@pytest.mark.parametrize("provider", sorted(PROVIDERS.keys() - LOCAL))
def test_without_a_key_the_step_says_which_one_to_set(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in PROVIDERS.values():
        for variable in (*each.keys, "OPENAI_BASE_URL"):
            monkeypatch.delenv(variable, raising=False)
    settings = Settings(_env_file=None, model_prices={f"{provider}:mine": (0.0, 0.0)})
    with pytest.raises(AgentError) as failure:
        ModelClients(settings, {}).get(f"{provider}:mine")
    assert (
        str(failure.value)
        == f"{provider}:mine cannot be used: set {PROVIDERS[provider].keys[0]} in the environment or .env."
    )
    assert "openai:gpt-5 cannot be used: set OPENAI_API_KEY in the environment or .env." in " ".join(PAGE.split())


def test_the_prices_of_the_example_can_be_read() -> None:
    (example,) = re.findall(r"BOTARMY_MODEL_PRICES=(\S+,\S+)", PAGE)
    assert Settings(_env_file=None, model_prices=example).model_prices == {
        "openai:my-model": (0.0, 0.0),
        "azure:my-deployment": (1.25, 10.0),
    }


def test_the_cost_of_a_step_is_that_of_the_code() -> None:
    limits = {writes: limits_of(Role(name="anyone", writes=writes)).cost_usd for writes in Writes}
    assert limits == {Writes.FILES: 2.0, Writes.DOCUMENT: 1.0, Writes.REPORT: 1.0, Writes.PACKAGE: 0.5}
    assert "2 US dollars (files), 1 (documents and reports) or 0.50 (packages)" in " ".join(PAGE.split())
