"""What a task cost, and what wrote its artifacts."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .contract import Contract


class Fallback(Contract):
    """A model that failed, and the one that was asked instead."""

    failed: str = Field(description="The model that failed, as `provider:model`.")
    reason: str = Field(description="Why, in one line.")
    asked_instead: str = Field(description="The model that was asked instead, as `provider:model`.")


class Usage(Contract):
    """The tokens and the cost of a task, in US dollars, and what wrote its artifacts. Calls whose
    response could not be used count, too."""

    model: str = Field(description="The model that answered; several are separated by commas.")
    input_tokens: int
    output_tokens: int
    cost_usd: float
    asked_for: str | None = Field(
        default=None, description="The model that was asked, as `provider:model`; several are separated by commas."
    )
    fallbacks: tuple[Fallback, ...] | None = Field(
        default=None, description="Models that failed, in order, and why. Null if none did."
    )
    prompt_version: str | None = Field(default=None, description="The prompt and its hash.")
    framework: str | None = Field(default=None, description="The library that asked the model, and its version.")
    settings: dict[str, Any] | None = Field(
        default=None, description="The settings of the calls, such as `max_tokens`, and how tools were called."
    )
