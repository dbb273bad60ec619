"""What calls cost, in US dollars."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_ai.usage import RequestUsage

from crew.list_prices import PER, UnknownPriceError, price_of_million
from crew.protocol import AgentError


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
    try:
        return Price(*price_of_million(model, configured, context_tokens))
    except UnknownPriceError as error:
        raise AgentError(str(error), retryable=False) from None
