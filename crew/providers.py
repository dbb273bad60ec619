"""The registry of providers: who can play the crew of a project. Other packages add theirs through entry points."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from config.settings import Settings
from crew.protocol import Agent, AgentError, Crew
from models.contracts.names import REHEARSAL, CrewName
from models.contracts.roles import Role

log = structlog.get_logger(__name__)

ENTRY_POINTS = "botarmy.agents"
"""The group of entry points. The object of each is a Provider, and its name is the provider's."""

_NAME = TypeAdapter[CrewName](CrewName)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of agents. `is_rehearsal`: no model is asked, and what it writes is labelled as a rehearsal."""

    name: CrewName
    description: str
    create: Callable[[Settings], Crew]
    is_rehearsal: bool = False

    def __post_init__(self) -> None:
        try:
            _NAME.validate_python(self.name)
        except ValidationError:
            allowed = "lower-case letters, digits, _ and -, 50 at most, and begins with a letter"
            raise ValueError(f"the name of a provider has {allowed}: {self.name!r}") from None
        if not isinstance(self.description, str) or not callable(self.create):
            raise TypeError(f"the provider {self.name} needs a text as description and a function as create")


def _built_in(module: str) -> Callable[[Settings], Crew]:
    """Return the `create` of a module that is imported only when its crew is: the model crew imports a lot of code."""

    def create(settings: Settings) -> Crew:
        crew: Crew = import_module(module).create(settings)
        return crew

    return create


MODELS: CrewName = "models"
"""The provider that asks language models."""

BUILT_IN = (
    Provider(
        REHEARSAL,
        "Plays every role offline, free of charge and with the same result each time. No model is asked.",
        _built_in("crew.rehearsal"),
        is_rehearsal=True,
    ),
    Provider(
        MODELS,
        "Asks language models: OpenAI, Anthropic, and servers with the same API.",
        _built_in("crew.model"),
    ),
)


@cache
def providers() -> Mapping[CrewName, Provider]:
    """Return the providers by name. An entry point that cannot be loaded, or whose name is taken, is logged and left
    out: it must not keep the others from working."""
    found = {provider.name: provider for provider in BUILT_IN}
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            provider = entry.load()
            if not isinstance(provider, Provider):
                raise TypeError(f"{entry.value} is not a crew.providers.Provider")
            if provider.name in found:
                raise ValueError(f"there is a provider named {provider.name} already")
        except (Exception, SystemExit) as error:  # code of another package
            log.warning("provider_left_out", entry_point=entry.name, reason=f"{type(error).__name__}: {error}")
            continue
        found[provider.name] = provider
    return found


class InstalledCrews:
    """The crews of the registry, each created when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._created: dict[CrewName, Crew] = {}
        self._creating = asyncio.Lock()

    async def agent(self, crew: CrewName, role: Role) -> Agent:
        """Return the agent that plays a role.

        Raises:
            AgentError: this worker has no such provider, or the provider cannot be used here (not retryable),
                whatever its code raises: anything else would be retried forever, and nobody asked.
        """
        async with self._creating:
            if crew not in self._created:
                provider = providers().get(crew)
                if provider is None:
                    raise AgentError(
                        f"this worker has no provider of agents named {crew}; it has {', '.join(providers())}.",
                        retryable=False,
                    )
                # In a thread: importing what asks models takes seconds, in which no workflow could continue.
                self._created[crew] = await asyncio.to_thread(_call, crew, provider.create, self._settings)
        return _call(crew, lambda: self._created[crew].agent(role))

    async def close(self) -> None:
        for name, crew in self._created.items():
            try:
                await crew.close()
            except Exception:  # of another package: the others are to be closed, too
                log.exception("crew_not_closed", crew=name)


def _call(name: CrewName, function: Callable[..., Result], *arguments: object) -> Result:
    """Call code of a provider.

    Raises:
        AgentError: it raised, and what.
    """
    try:
        return function(*arguments)
    except AgentError:
        raise
    except (Exception, SystemExit) as error:
        log.exception("provider_failed", provider=name)
        reason = f"{type(error).__name__}: {error}"
        raise AgentError(f"the provider of agents {name} cannot be used: {reason}", retryable=False) from error
