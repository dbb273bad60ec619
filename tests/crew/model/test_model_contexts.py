"""How much of a model's context a response may have."""

from __future__ import annotations

import pytest

from config.settings import Settings
from crew.model.clients import ModelClients


@pytest.mark.parametrize(
    ("tokens", "context", "output"), [(None, 128_000, 16_384), (8_192, 8_192, 2_048), (1_000_000, 1_000_000, 16_384)]
)
async def test_a_small_context_leaves_room_for_what_the_model_reads(
    tokens: int | None, context: int, output: int
) -> None:
    settings = Settings(_env_file=None, model_context_tokens=tokens, model_prices={"openai:mine": (0.0, 0.0)})
    clients = ModelClients(settings, {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    client = clients.get("openai:mine")
    assert (client.context_tokens, client.max_output_tokens, client.settings["max_tokens"]) == (context, output, output)
    await clients.close()
