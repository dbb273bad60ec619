"""The providers as a person sets them, and what each is then sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.provider import KEY

Json = dict[str, Any]


def _chat_tools(body: Json) -> dict[str, tuple[str, Json]]:
    assert all(tool["type"] == "function" for tool in body["tools"])
    functions = [tool["function"] for tool in body["tools"]]
    return {each["name"]: (each["description"], each["parameters"]) for each in functions}


def _responses_tools(body: Json) -> dict[str, tuple[str, Json]]:
    assert all(tool["type"] == "function" for tool in body["tools"])
    return {each["name"]: (each["description"], each["parameters"]) for each in body["tools"]}


def _anthropic_tools(body: Json) -> dict[str, tuple[str, Json]]:
    return {each["name"]: (each["description"], each["input_schema"]) for each in body["tools"]}


@dataclass(frozen=True)
class Wire:
    """A provider as a person sets it, and what it is then sent.

    Attributes:
        variables: its key and address; {url} is the scripted provider's.
        target: path and query.
        header: the one that contains the key, and its value.
        named: the model in the body.
        limit: the field that limits the tokens of output.
    """

    model: str
    variables: Mapping[str, str]
    target: str
    header: tuple[str, str]
    named: str
    limit: str = "max_tokens"
    tools: Callable[[Json], dict[str, tuple[str, Json]]] = field(default=_chat_tools)

    @property
    def has_key(self) -> bool:
        return any(KEY in value for value in self.variables.values())


BEARER, NO_KEY = ("authorization", f"Bearer {KEY}"), ("authorization", "Bearer no-key")
CHAT = "/v1/chat/completions"
OPENAI = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "{url}/v1"}
OPENAI_WITHOUT_KEY = {"OPENAI_BASE_URL": "{url}/v1"}
AZURE = {"AZURE_OPENAI_API_KEY": KEY, "OPENAI_API_VERSION": "2024-10-21"}
WIRES = {
    "openai": Wire("openai:gpt-5", OPENAI, CHAT, BEARER, "gpt-5", "max_completion_tokens"),
    "openai-responses": Wire(
        "openai-responses:gpt-5", OPENAI, "/v1/responses", BEARER, "gpt-5", "max_output_tokens", _responses_tools
    ),
    "anthropic": Wire(
        "anthropic:claude-opus-4-8",
        {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "{url}"},
        "/v1/messages",
        BEARER,
        "claude-opus-4-8",
        tools=_anthropic_tools,
    ),
    "azure": Wire(
        "azure:our-deployment",
        {**AZURE, "AZURE_OPENAI_ENDPOINT": "{url}"},
        "/openai/deployments/our-deployment/chat/completions?api-version=2024-10-21",
        ("api-key", KEY),
        "our-deployment",
        "max_completion_tokens",
    ),
    "azure-v1": Wire(
        "azure:our-deployment",
        {**AZURE, "AZURE_OPENAI_ENDPOINT": "{url}/openai/v1/"},
        "/openai/v1/chat/completions",
        BEARER,
        "our-deployment",
        "max_completion_tokens",
    ),
    "openrouter": Wire(
        "openrouter:openai/gpt-5", {"OPENROUTER_API_KEY": KEY}, "/api/v1/chat/completions", BEARER, "openai/gpt-5"
    ),
    "ollama": Wire("ollama:qwen3:8b", {"OLLAMA_BASE_URL": "{url}/v1"}, CHAT, NO_KEY, "qwen3:8b"),
    "ollama-key": Wire(
        "ollama:qwen3:8b", {"OLLAMA_BASE_URL": "{url}/v1", "OLLAMA_API_KEY": KEY}, CHAT, BEARER, "qwen3:8b"
    ),
    "vllm": Wire(
        "vllm:Qwen/Qwen3-8B", {"VLLM_BASE_URL": "{url}/v1"}, CHAT, NO_KEY, "Qwen/Qwen3-8B", "max_completion_tokens"
    ),
    "vllm-key": Wire(
        "vllm:Qwen/Qwen3-8B",
        {"VLLM_BASE_URL": "{url}/v1", "VLLM_API_KEY": KEY},
        CHAT,
        BEARER,
        "Qwen/Qwen3-8B",
        "max_completion_tokens",
    ),
    "llama.cpp": Wire("openai:qwen3-coder", OPENAI_WITHOUT_KEY, CHAT, NO_KEY, "qwen3-coder"),
    "lm-studio": Wire("openai:qwen/qwen3-8b", OPENAI_WITHOUT_KEY, CHAT, NO_KEY, "qwen/qwen3-8b"),
}
