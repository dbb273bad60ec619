"""Providers that speak OpenAI's chat completions, with words of their own."""

from __future__ import annotations

from collections.abc import Mapping

from tests.provider.openai_shape import OpenAI
from tests.provider.request import Request, ShapeName
from tests.provider.shape import Json
from tests.provider.turn import Turn

COST_USD = 0.25
"""What OpenRouter says that each call cost, whatever it used."""


class Azure(OpenAI):
    """POST /openai/deployments/DEPLOYMENT/chat/completions, with the key in a header of its own."""

    name: ShapeName = "azure"

    def key(self, headers: Mapping[str, str]) -> str | None:
        return headers.get("api-key")


class OpenRouter(OpenAI):
    """POST /api/v1/chat/completions: the answer names the provider that answered, and the cost."""

    name: ShapeName = "openrouter"

    def answer(self, request: Request, turn: Turn | None, model: str) -> Json:
        answer = super().answer(request, turn, model)
        for choice in answer["choices"]:
            choice["native_finish_reason"] = choice.get("finish_reason")
        return {**answer, "provider": "a script", "usage": {**answer["usage"], "cost": COST_USD}}
