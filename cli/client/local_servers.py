"""Finds servers with OpenAI's API on the usual ports of this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

import httpx2

SECONDS = 2.0
"""How long a server has to answer: it is on this machine."""

MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A program with the port that it listens on by default, and what BotArmy calls the provider."""

    name: str
    port: int
    provider: str


KNOWN_SERVERS = (
    KnownServer("Ollama", 11434, "ollama"),
    KnownServer("LM Studio", 1234, "openai"),
    KnownServer("vLLM", 8000, "vllm"),  # also the port of BotArmy's API, which has no list of models
    KnownServer("llama.cpp", 8080, "openai"),
)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answers, with the names of its models."""

    name: str
    url: str
    provider: str
    models: tuple[str, ...]

    def settings(self, model: str) -> dict[str, str]:
        """Return the settings with which one of its models is used."""
        name = f"{self.provider}:{model}"
        if self.provider != "openai":
            return {"BOTARMY_MODEL": name}
        return {"BOTARMY_MODEL": name, "OPENAI_BASE_URL": f"{self.url}/v1", "BOTARMY_MODEL_PRICES": f"{name}=0/0"}


async def find_servers(usual: Sequence[KnownServer] = KNOWN_SERVERS) -> list[LocalServer]:
    """Return the servers that answer with a list of models, in the order of `usual`."""
    async with httpx2.AsyncClient(timeout=SECONDS, trust_env=False) as client:
        found = await asyncio.gather(*(_ask(client, program) for program in usual))
    return [server for server in found if server is not None]


async def _ask(client: httpx2.AsyncClient, program: KnownServer) -> LocalServer | None:
    url = f"http://127.0.0.1:{program.port}"
    try:
        async with asyncio.timeout(SECONDS), client.stream("GET", f"{url}/v1/models") as response:
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    return None
        document = json.loads(body)
        is_list = response.status_code == httpx2.codes.OK and document["object"] == "list"
        models = tuple(str(model["id"]) for model in document["data"] or ()) if is_list else None
    except (httpx2.HTTPError, OSError, ValueError, LookupError, TypeError, RecursionError):
        return None  # another program, or none
    return None if models is None else LocalServer(program.name, url, program.provider, models)
