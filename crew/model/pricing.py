"""What calls cost, in US dollars: the list prices of `genai-prices`, or those in the settings."""

from __future__ import annotations

from dataclasses import dataclass

from genai_prices import Usage as PricedUsage
from genai_prices import calc_price
from pydantic_ai.usage import RequestUsage

from crew.protocol import AgentError

PER = 1_000_000
"""Prices are those of a million tokens."""

LOCAL = frozenset({"ollama", "vllm"})
"""Providers that run on your own machines, and charge nothing."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a model: of a million tokens of input and of output, in US dollars."""

    input_usd: float
    output_usd: float

    def of(self, usage: RequestUsage) -> float:
        """Return what a call cost. Cached input counts as input: a cautious estimate."""
        return (usage.input_tokens * self.input_usd + usage.output_tokens * self.output_usd) / PER

    def max_cost(self, input_tokens: int, output_tokens: int) -> float:
        """Return what a call may cost at most."""
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / PER


def price_of(model: str, configured: dict[str, tuple[float, float]], context_tokens: int) -> Price:
    """Return the price of a model `provider:name`.

    Args:
        configured: prices from the settings by model, which take precedence.
        context_tokens: the longest prompt that it is sent. Some models charge more for longer ones.

    Raises:
        AgentError: the price is unknown (not retryable).
    """
    if model in configured:
        return Price(*configured[model])
    provider, _, name = model.partition(":")
    if provider in LOCAL:
        return Price(0.0, 0.0)
    try:
        prompt = _cost(context_tokens, 0, name, provider)
        return Price(PER * prompt / context_tokens, _cost(context_tokens, PER, name, provider) - prompt)
    except LookupError:
        raise AgentError(
            f"the price of {model} is unknown, so that no budget can hold. Set BOTARMY_MODEL_PRICES to "
            f"{model}=INPUT/OUTPUT, in US dollars for a million tokens (0/0 for a model of your own).",
            retryable=False,
        ) from None


def _cost(input_tokens: int, output_tokens: int, name: str, provider: str) -> float:
    usage = PricedUsage(input_tokens=input_tokens, output_tokens=output_tokens)
    return float(calc_price(usage, name, provider_id=provider.removesuffix("-responses")).total_price)
