"""A setting that cannot be used stops the start with its name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.settings import Settings, SettingsError, get_settings
from tests.conftest import CHECKOUT


@pytest.fixture(autouse=True)
def unread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No `.env` of whoever runs the tests, and nothing kept from another test."""
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://somewhere"),
        ("REDIS_URL", "127.0.0.1:6379"),
        ("BOTARMY_PORT", "65536"),
        ("BOTARMY_PORT", "http"),
        ("BOTARMY_MAX_BODY_BYTES", "1"),
        ("BOTARMY_WORKER_STEPS", "0"),
        ("BOTARMY_LOG_LEVEL", "LOUD"),
        ("BOTARMY_TEMPORAL_SYNCHRONOUS", "OFF"),
        ("BOTARMY_WEBSOCKET_HEARTBEAT_SECONDS", "0"),
        ("BOTARMY_REHEARSAL_STEP_SECONDS", "-1"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as error:
        get_settings()
    assert str(error.value).startswith(f"{variable}={value!r}: ")


def test_every_wrong_value_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTARMY_PORT", "x")
    monkeypatch.setenv("BOTARMY_LOG_FORMAT", "xml")
    with pytest.raises(SettingsError) as error:
        get_settings()
    assert [line.split("=")[0] for line in str(error.value).splitlines()] == ["BOTARMY_PORT", "BOTARMY_LOG_FORMAT"]


def test_the_env_file_is_read_and_the_environment_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("BOTARMY_PORT=1234\nBOTARMY_HOST=0.0.0.0\nUNRELATED=1\n")
    monkeypatch.setenv("BOTARMY_PORT", "4321")
    assert (get_settings().port, get_settings().host) == (4321, "0.0.0.0")


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTARMY_ALLOWED_ORIGINS", "https://a.example, https://b.example,")
    assert get_settings().allowed_origins == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_spelling_of_postgresql_s_url_is_taken(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://me:secret@there/db?sslmode=require")
    assert Settings().sqlalchemy_url == "postgresql+psycopg://me:secret@there/db?sslmode=require"


def test_a_worker_with_a_wrong_setting_stops_at_once_and_says_why(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "worker"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CHECKOUT), "BOTARMY_WORKER_STEPS": "many"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.strip().splitlines()[-1].startswith("settings: BOTARMY_WORKER_STEPS='many': ")
    assert "Traceback" not in ran.stderr
