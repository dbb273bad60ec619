"""What calls cost."""

from __future__ import annotations

import pytest

from crew.list_prices import HOSTED, LOCAL
from crew.model.clients import PROVIDERS
from crew.model.pricing import Price, price_of
from crew.protocol import AgentError


def test_a_price_from_the_settings_takes_precedence() -> None:
    assert price_of("openai:gpt-5", {"openai:gpt-5": (1.0, 2.0)}, 128_000) == Price(1.0, 2.0)


@pytest.mark.parametrize("model", ["ollama:qwen3", "vllm:qwen3"])
def test_a_model_of_ones_own_costs_nothing(model: str) -> None:
    assert price_of(model, {}, 128_000) == Price(0.0, 0.0)


def test_the_list_s_price_is_that_of_prompts_that_fit_the_context() -> None:
    """This model charges twice as much for prompts of more than 200,000 tokens."""
    short, long = (price_of("anthropic:claude-sonnet-4-5", {}, tokens) for tokens in (128_000, 1_000_000))
    assert long.input_usd == pytest.approx(2 * short.input_usd)
    assert long.output_usd > short.output_usd > short.input_usd


def test_an_unknown_price_is_asked_for() -> None:
    with pytest.raises(AgentError, match="BOTARMY_MODEL_PRICES to openai:mine=INPUT/OUTPUT") as failure:
        price_of("openai:mine", {}, 128_000)
    assert not failure.value.retryable


def test_each_provider_of_models_charges_or_is_local() -> None:
    assert set(PROVIDERS) == HOSTED | LOCAL
