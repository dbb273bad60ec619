"""Providers of agents that other packages bring: whatever their code does, the others work, and a person is asked."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from crew import providers as registry
from crew.protocol import AgentError
from crew.providers import InstalledCrews, Provider, providers
from models.contracts.roles import BUILT_IN_ROLES

ROLE = next(iter(BUILT_IN_ROLES.values()))

BROKEN = {
    "raises": ("raise RuntimeError('boom')", "RuntimeError: boom"),
    "exits": ("raise SystemExit('bye')", "SystemExit: bye"),
    "syntax": ("def (", "SyntaxError: invalid syntax"),
    "empty": ("", "AttributeError: module"),
    "number": ("PROVIDER = 42", "TypeError: number:PROVIDER is not a crew.providers.Provider"),
    "taken": ("PROVIDER = Provider('rehearsal', 'x', print)", "ValueError: there is a provider named rehearsal"),
    "shouts": ("PROVIDER = Provider('Shouts!', 'x', print)", "ValueError: the name of a provider has"),
    "nameless": ("PROVIDER = Provider(7, 'x', print)", "ValueError: the name of a provider has"),
    "silent": ("PROVIDER = Provider('silent', None, print)", "TypeError: the provider silent needs"),
    "useless": ("PROVIDER = Provider('useless', 'x', None)", "TypeError: the provider useless needs"),
}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The packages of BROKEN, between two that work."""
    code = {"first": "PROVIDER = Provider('first', 'x', print)", **{name: text for name, (text, _) in BROKEN.items()}}
    code["last"] = "PROVIDER = Provider('last', 'x', print)"
    for name, text in code.items():
        (tmp_path / f"{name}.py").write_text(f"from crew.providers import Provider\n{text}\n")
    points = EntryPoints(EntryPoint(name, f"{name}:PROVIDER", registry.ENTRY_POINTS) for name in code)
    monkeypatch.setattr(registry, "entry_points", lambda group: points.select(group=group))
    monkeypatch.syspath_prepend(str(tmp_path))
    providers.cache_clear()
    yield
    providers.cache_clear()


@pytest.mark.usefixtures("installed")
def test_a_package_that_cannot_be_loaded_is_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, str] = {}
    monkeypatch.setattr(registry.log, "warning", lambda event, entry_point, reason: said.update({entry_point: reason}))
    assert list(providers()) == ["rehearsal", "models", "first", "last"]
    assert list(said) == list(BROKEN)
    for name, (_, reason) in BROKEN.items():
        assert said[name].startswith(reason)


class Crew:
    """A crew that cannot be closed."""

    def agent(self, role: Any) -> Any:
        return self

    async def close(self) -> None:
        raise RuntimeError("close broke")


class Empty(Crew):
    """A crew without agents."""

    def agent(self, role: Any) -> Any:
        raise ValueError("no such role here")


def raising(error: BaseException) -> Any:
    def create(settings: Settings) -> Any:
        raise error

    return create


@pytest.mark.parametrize(
    ("create", "reason"),
    [
        (raising(RuntimeError("no licence")), "RuntimeError: no licence"),
        (raising(SystemExit(3)), "SystemExit: 3"),
        (lambda settings: None, "AttributeError: 'NoneType'"),
        (lambda settings: Empty(), "ValueError: no such role here"),
    ],
)
async def test_a_crew_that_cannot_be_created_fails_the_step_for_good(
    monkeypatch: pytest.MonkeyPatch, create: Any, reason: str
) -> None:
    monkeypatch.setattr(registry, "providers", lambda: {"outside": Provider("outside", "x", create)})
    with pytest.raises(AgentError) as failure:
        await InstalledCrews(Settings(_env_file=None)).agent("outside", ROLE)
    assert str(failure.value).startswith(f"the provider of agents outside cannot be used: {reason}")
    assert not failure.value.retryable


async def test_the_error_of_a_provider_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    create = raising(AgentError("Set AGENT_PROGRAM.", retryable=False))
    monkeypatch.setattr(registry, "providers", lambda: {"outside": Provider("outside", "x", create)})
    with pytest.raises(AgentError, match=r"^Set AGENT_PROGRAM\.$"):
        await InstalledCrews(Settings(_env_file=None)).agent("outside", ROLE)


async def test_a_crew_that_cannot_be_closed_keeps_no_other_open(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []

    class Closes(Crew):
        async def close(self) -> None:
            closed.append("closed")

    found = {"outside": Provider("outside", "x", lambda _: Crew()), "other": Provider("other", "x", lambda _: Closes())}
    monkeypatch.setattr(registry, "providers", lambda: found)
    crews = InstalledCrews(Settings(_env_file=None))
    for name in found:
        await crews.agent(name, ROLE)
    await crews.close()
    assert closed == ["closed"]
