"""The models of a step, in order: when one fails in a way in which another may not, the next is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from crew.model.clients import ModelClient
from crew.model.dialect import Dialect, NativeTools
from crew.protocol import AgentError
from models.contracts.roles import ModelName, each_model


class ClientSource(Protocol):
    """Where clients come from: `ModelClients`."""

    def get(self, name: str) -> ModelClient:
        """Return the client of one model. Raises AgentError if it cannot be used here."""


class ModelList:
    """The models of a step, and which of them is being asked.

    Attributes:
        current: its name.
    """

    def __init__(self, clients: ClientSource, models: ModelName) -> None:
        self._clients = clients
        self.names: Sequence[str] = each_model(models)
        self.current = self.names[0]

    def resume(self, name: str | None) -> None:
        """Begin with the model that an earlier attempt asked last, unless the list has changed."""
        if name is not None and name in self.names:
            self.current = name

    def client(self, name: str) -> ModelClient:
        """Return the client of one model.

        Raises:
            AgentError: it cannot be used here.
        """
        return self._clients.get(name)

    def from_current(self) -> Iterator[str]:
        """Return all models, from the current one on, and then those before it: they may have recovered."""
        at = self.names.index(self.current)
        yield from (*self.names[at:], *self.names[:at])

    def first_usable(self) -> ModelClient:
        """Return the client of the current model, or of the next that can be used here.

        Raises:
            AgentError: none can.
        """
        failures = []
        for name in self.from_current():
            try:
                return self.client(name)
            except AgentError as error:
                failures.append(error)
        raise all_failed(failures)

    def dialect_of(self, name: str | None) -> Dialect:
        """Return the dialect of the model that has answered. Of one that cannot be used any more, it is a guess."""
        try:
            return self.client(name if name is not None and name in self.names else self.current).dialect
        except AgentError:
            return NativeTools()


def all_failed(failures: Sequence[AgentError]) -> AgentError:
    """Return the failure of all models that were asked, in this order, as one."""
    if len(failures) == 1:
        return failures[0]
    said = " The next one: ".join(map(str, failures))
    return AgentError(f"no model has answered. {said}", retryable=any(each.retryable for each in failures))
