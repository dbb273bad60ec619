"""Models to ask: from `provider:model` and the provider's own environment variables to a client that is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import httpx2
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.models.openrouter import OpenRouterModel
from pydantic_ai.profiles.openai import OpenAIModelProfile, openai_model_profile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.azure import AzureProvider
from pydantic_ai.providers.ollama import OllamaProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openrouter import OpenRouterProvider
from pydantic_ai.providers.vllm import VLLMProvider
from pydantic_ai.settings import ModelSettings

from config.outbound import OutboundError, http_client
from config.provider_keys import KEYS, check_address, check_keys, provider_variables
from config.setting_values import of_model
from config.settings import Settings, SettingsError
from crew.model.call_slots import CALL_SLOTS, HOOKS
from crew.model.connections import Pools
from crew.model.dialect import Dialect, JsonText, NativeTools
from crew.model.limiter.limiter import UNLIMITED, Limited
from crew.model.pricing import Price, price_of
from crew.model.redaction import secrets_in
from crew.model.streaming import Streaming, Streams
from crew.protocol import AgentError

LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=5)
"""Connections to one provider. There are as many as steps: the worker's settings limit those."""

DEFAULT_CONTEXT_TOKENS = 128_000


@dataclass(frozen=True)
class ModelClient:
    """A model that can be asked. `slots` are those of `crew.model.call_slots`; a call ends after `seconds`; `secrets`
    are values that no message may contain, such as the keys of all providers."""

    name: str
    model: Model
    dialect: Dialect
    price: Price
    settings: ModelSettings
    context_tokens: int
    max_output_tokens: int
    seconds: float
    slots: asyncio.Semaphore
    secrets: tuple[str, ...] = field(repr=False)
    limited: Limited = UNLIMITED
    streaming: Streaming = field(default_factory=Streaming)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: how a model is created from the environment, and the variables of its keys and of its address, with
    what an address usually ends. `create` raises ValueError or UserError if a variable is missing."""

    create: Callable[[str, Mapping[str, str], httpx2.AsyncClient], Model]
    keys: tuple[str, ...]
    address: str = ""
    ending: str = "with /v1"


# Addresses are always given: without one, an SDK reads its own variable, and takes an empty one for an address.
_OPENAI_URL = "https://api.openai.com/v1"
_ANTHROPIC_URL = "https://api.anthropic.com"
_OLLAMA_URL = "http://127.0.0.1:11434/v1"
_VLLM_URL = "http://127.0.0.1:8000/v1"
_NO_KEY = "no-key"
"""The key sent to self-hosted servers, which need none."""

_OLD_LIMIT = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
"""Sends the limit of output as `max_tokens`. Ollama (ollama/ollama#7125) and LM Studio ignore `max_completion_tokens`,
and would write until the context is full. Only OpenAI's reasoning models reject the old name."""


def _required(env: Mapping[str, str], variable: str) -> str:
    if not (value := env.get(variable)):
        raise ValueError(f"set {variable} in the environment or .env.")
    return value


def _openai(name: str, env: Mapping[str, str], http: httpx2.AsyncClient) -> Model:
    provider = _openai_provider(env, http)
    own_server = bool(env.get("OPENAI_BASE_URL")) and not openai_model_profile(name).get("supports_thinking")
    return OpenAIChatModel(name, provider=provider, profile=_OLD_LIMIT if own_server else None)


def _openai_responses(name: str, env: Mapping[str, str], http: httpx2.AsyncClient) -> Model:
    return OpenAIResponsesModel(name, provider=_openai_provider(env, http))


def _openai_provider(env: Mapping[str, str], http: httpx2.AsyncClient) -> OpenAIProvider:
    base_url = env.get("OPENAI_BASE_URL")
    key = (env.get("OPENAI_API_KEY") or _NO_KEY) if base_url else _required(env, "OPENAI_API_KEY")
    return OpenAIProvider(base_url=base_url or _OPENAI_URL, api_key=key, http_client=http)


def _anthropic(name: str, env: Mapping[str, str], http: httpx2.AsyncClient) -> Model:
    provider = AnthropicProvider(
        api_key=_required(env, "ANTHROPIC_API_KEY"),
        base_url=env.get("ANTHROPIC_BASE_URL") or _ANTHROPIC_URL,
        http_client=http,
    )
    return AnthropicModel(name, provider=provider)


def _azure(name: str, env: Mapping[str, str], http: httpx2.AsyncClient) -> Model:
    key, endpoint = _required(env, "AZURE_OPENAI_API_KEY"), _required(env, "AZURE_OPENAI_ENDPOINT")
    url = urlsplit(endpoint)
    is_v1 = url.path.rstrip("/").endswith("/v1") or (url.hostname or "").endswith(".models.ai.azure.com")
    version = None if is_v1 else _required(env, "OPENAI_API_VERSION")  # v1 rejects a version
    provider = AzureProvider(api_key=key, azure_endpoint=endpoint, api_version=version, http_client=http)
    return OpenAIChatModel(name, provider=provider)


def _openrouter(name: str, env: Mapping[str, str], http: httpx2.AsyncClient) -> Model:
    key = _required(env, "OPENROUTER_API_KEY")
    return OpenRouterModel(name, provider=OpenRouterProvider(api_key=key, http_client=http))


def _ollama(name: str, env: Mapping[str, str], http: httpx2.AsyncClient) -> Model:
    provider = OllamaProvider(
        base_url=env.get("OLLAMA_BASE_URL") or _OLLAMA_URL,
        api_key=env.get("OLLAMA_API_KEY") or _NO_KEY,
        http_client=http,
    )
    return OllamaModel(name, provider=provider, profile=_OLD_LIMIT)


def _vllm(name: str, env: Mapping[str, str], http: httpx2.AsyncClient) -> Model:
    provider = VLLMProvider(
        base_url=env.get("VLLM_BASE_URL") or _VLLM_URL, api_key=env.get("VLLM_API_KEY") or _NO_KEY, http_client=http
    )
    return OpenAIChatModel(name, provider=provider)


PROVIDERS: dict[str, Provider] = {
    "openai": Provider(_openai, ("OPENAI_API_KEY",), "OPENAI_BASE_URL"),
    "openai-responses": Provider(_openai_responses, ("OPENAI_API_KEY",), "OPENAI_BASE_URL"),
    "anthropic": Provider(_anthropic, ("ANTHROPIC_API_KEY",), "ANTHROPIC_BASE_URL", "without /v1"),
    "azure": Provider(_azure, ("AZURE_OPENAI_API_KEY",), "AZURE_OPENAI_ENDPOINT", "with the host's name"),
    "openrouter": Provider(_openrouter, ("OPENROUTER_API_KEY",)),
    "ollama": Provider(_ollama, ("OLLAMA_API_KEY",), "OLLAMA_BASE_URL"),
    "vllm": Provider(_vllm, ("VLLM_API_KEY",), "VLLM_BASE_URL"),
}
"""The providers by the first part of `provider:model`. A server with OpenAI's API is `openai` with OPENAI_BASE_URL."""


class ModelClients:
    """The models that this process asks, each created when it is first needed.

    Args:
        environment: the providers' keys and addresses; by default, those of this process.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._environment = environment
        self._slots, self._streams = asyncio.Semaphore(CALL_SLOTS), Streams()
        self._created: dict[str, ModelClient] = {}
        self._unconnected: httpx2.AsyncClient | None = None
        """Given to a provider to learn what needs no request, such as its address."""

    def get(self, name: str) -> ModelClient:
        """Return a model `provider:model`.

        Raises:
            AgentError: it cannot be used here, and why in one line (not retryable).
        """
        if name not in self._created:
            self._created[name] = self._create(name)
        return self._created[name]

    async def close(self) -> None:
        """Close the connections to all providers."""
        if self._unconnected is not None:
            await self._unconnected.aclose()
        for client in self._created.values():
            if (sdk := getattr(client.model, "client", None)) is not None:
                await sdk.close()

    def _create(self, name: str) -> ModelClient:
        provider_name, _, model_name = name.partition(":")
        provider = PROVIDERS.get(provider_name)
        if provider is None or not model_name:
            raise AgentError(
                f"{name or 'An empty name'} is not PROVIDER:MODEL; the known providers are {', '.join(PROVIDERS)}. For "
                "any other server with OpenAI's API, set OPENAI_BASE_URL and use openai:MODEL.",
                retryable=False,
            )
        settings = self._settings
        try:
            environment = provider_variables() if self._environment is None else self._environment
            check_keys(environment, provider.keys)
            check_address(environment, provider.address)
            self._unconnected = self._unconnected or httpx2.AsyncClient(trust_env=False)
            probe = provider.create(model_name, environment, self._unconnected)
            context = (
                of_model(settings.model_context_tokens, name)
                or probe.profile.get("context_window")
                or DEFAULT_CONTEXT_TOKENS
            )
            price = price_of(name, settings.model_prices, context)
            # Last, since it has to be closed.
            # A redirect would take the brief and the code to another host.
            http = httpx2.AsyncClient(
                transport=Pools(partial(http_client, probe.base_url or "", limits=LIMITS)),
                timeout=settings.model_seconds,
                follow_redirects=False,
                event_hooks=HOOKS,
            )
            model = provider.create(model_name, environment, http)
        except (OutboundError, SettingsError, UserError, ValueError) as error:
            raise AgentError(f"{name} cannot be used: {error}", retryable=False) from None
        # The step owns the retries, since each must be reserved and can be cancelled.
        if (sdk := getattr(model, "client", None)) is not None:
            sdk.max_retries = 0
        most = min(settings.model_output_tokens, context // 4)
        return ModelClient(
            name=name,
            model=model,
            dialect=JsonText() if of_model(settings.model_tools, name) == "json" else NativeTools(),
            price=price,
            settings=ModelSettings(max_tokens=most, timeout=settings.model_seconds, parallel_tool_calls=True),
            context_tokens=context,
            max_output_tokens=most,
            seconds=settings.model_seconds,
            slots=self._slots,
            secrets=secrets_in(environment, KEYS),
            limited=Limited.of(name, _account(provider, environment), settings),
            streaming=Streaming(settings.model_stream, self._streams),
        )


def _account(provider: Provider, environment: Mapping[str, str]) -> str:
    """Return what a provider counts calls by: its address and the key."""
    return "\n".join(environment.get(each, "") for each in (provider.address, *provider.keys))
