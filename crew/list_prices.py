"""What models cost: the list prices of `genai-prices`, or those in the settings. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping

PER = 1_000_000
"""Prices are those of a million tokens."""

LOCAL = frozenset({"ollama", "vllm"})
"""Providers that run on your own machines, and charge nothing."""

HOSTED = frozenset({"openai", "openai-responses", "anthropic", "azure", "openrouter"})
"""Providers that charge."""


class UnknownPriceError(Exception):
    """The price of a model is unknown."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f"the price of {model} is unknown, so that no budget can hold. Set BOTARMY_MODEL_PRICES to "
            f"{model}=INPUT/OUTPUT, in US dollars for a million tokens (0/0 for a model of your own)."
        )


def price_of_million(
    model: str, configured: Mapping[str, tuple[float, float]], context_tokens: int = PER
) -> tuple[float, float]:
    """Return the price of a model `provider:name`: of a million tokens of input and of output, in US dollars.

    Args:
        configured: prices from the settings by model, which take precedence.
        context_tokens: the longest prompt that it is sent. Some models charge more for longer ones.

    Raises:
        UnknownPriceError: the price is unknown.
    """
    if model in configured:
        return configured[model]
    provider, _, name = model.partition(":")
    if provider in LOCAL:
        return 0.0, 0.0
    try:
        prompt = _cost(context_tokens, 0, name, provider)
        return PER * prompt / context_tokens, _cost(context_tokens, PER, name, provider) - prompt
    except LookupError:
        raise UnknownPriceError(model) from None


def _cost(input_tokens: int, output_tokens: int, name: str, provider: str) -> float:
    from genai_prices import Usage, calc_price  # the API needs it only for the first project that asks a model

    usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
    return float(calc_price(usage, name, provider_id=provider.removesuffix("-responses")).total_price)
