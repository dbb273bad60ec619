"""A setting that cannot be used is named, with the variable that people set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.settings import Settings, SettingsError, get_settings


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://here"),
        ("REDIS_URL", "http://here"),
        ("BOTARMY_PORT", "99999"),
        ("BOTARMY_WORKER_STEPS", "many"),
        ("BOTARMY_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError) as raised:
        get_settings()

    assert str(raised.value).startswith(f"{variable}=")
    assert value in str(raised.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_spelling_of_a_postgresql_address_will_do(scheme: str) -> None:
    settings = Settings(_env_file=None, database_url=f"{scheme}://u:p@h:1/d")

    assert settings.sqlalchemy_url == "postgresql+psycopg://u:p@h:1/d"


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTARMY_ALLOWED_ORIGINS", "https://a.example, https://b.example")

    assert get_settings().allowed_origins == ["https://a.example", "https://b.example"]
