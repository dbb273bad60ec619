"""An invalid setting prevents the start and is named."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import Settings, SettingsError, get_settings
from tests.checkout import CHECKOUT


@pytest.fixture(autouse=True)
def unread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Ignore the `.env` of the person who runs the tests, and the settings of other tests."""
    monkeypatch.chdir(tmp_path)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BOTARMY_PORT", "65536"),
        ("BOTARMY_PORT", "http"),
        ("BOTARMY_MAX_BODY_BYTES", "1"),
        ("BOTARMY_WORKER_STEPS", "0"),
        ("BOTARMY_LOG_LEVEL", "LOUD"),
        ("BOTARMY_TEMPORAL_SYNCHRONOUS", "OFF"),
        ("BOTARMY_WEBSOCKET_HEARTBEAT_SECONDS", "0"),
        ("BOTARMY_REHEARSAL_STEP_SECONDS", "-1"),
        ("BOTARMY_PUBLIC_URL", "https://x:99999"),
        ("BOTARMY_PUBLIC_URL", "https://."),
        ("BOTARMY_PUBLIC_URL", "https://[::1"),
    ],
)
def test_an_invalid_value_is_reported_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as error:
        get_settings()
    assert str(error.value).startswith(f"{variable}={value!r}: ")


def test_every_invalid_value_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTARMY_PORT", "x")
    monkeypatch.setenv("BOTARMY_LOG_FORMAT", "xml")
    with pytest.raises(SettingsError) as error:
        get_settings()
    assert [line.split("=")[0] for line in str(error.value).splitlines()] == ["BOTARMY_PORT", "BOTARMY_LOG_FORMAT"]


def test_the_environment_takes_precedence_over_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("BOTARMY_PORT=1234\nBOTARMY_HOST=0.0.0.0\nUNRELATED=1\n")
    monkeypatch.setenv("BOTARMY_PORT", "4321")
    assert (get_settings().port, get_settings().host) == (4321, "0.0.0.0")


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTARMY_ALLOWED_ORIGINS", "https://a.example, https://b.example,")
    assert get_settings().allowed_origins == ["https://a.example", "https://b.example"]


USABLE = (
    ("DATABASE_URL", "postgres://me:secret@there/db?sslmode=require"),
    ("DATABASE_URL", "postgresql://me:secret@there/db"),
    ("DATABASE_URL", "postgresql+psycopg://me:secret@there/db"),
    ("DATABASE_URL", "postgresql://me:a:b?c#d@h1:1,[::1]:2/db?target_session_attrs=any"),
    ("DATABASE_URL", "postgresql:///db?host=%2Frun%2Fpostgresql"),
    ("DATABASE_URL", "postgresql://me:%40%2F@/db"),
    ("REDIS_URL", "redis://:secret@there:6379/3?health_check_interval=5"),
    ("REDIS_URL", "rediss://there?ssl_cert_reqs=none"),
    ("REDIS_URL", "unix:///run/redis.sock?db=1"),
)

UNUSABLE = (
    # the variable, its value that contains `hunter2`, and a part of the error
    ("DATABASE_URL", "mysql://u:hunter2@h/d", "like postgresql://"),
    ("DATABASE_URL", "postgresql+asyncpg://u:hunter2@h/d", "like postgresql://"),
    ("DATABASE_URL", "host=h password=hunter2", "like postgresql://"),
    ("DATABASE_URL", "postgresql://u:x@hunter2@h/d", "%40"),
    ("DATABASE_URL", "postgresql://u:x/hunter2@h/d", "percent-encode"),
    ("DATABASE_URL", "postgresql://u:hunter2@h:port/d", "percent-encode"),
    ("DATABASE_URL", "postgresql://u:hunter2%@h/d", "%25"),
    ("DATABASE_URL", "postgresql://u:hunter2%00@h/d", "%25"),
    ("DATABASE_URL", "postgresql://u:hunter2 x@h/d", "%20"),
    ("DATABASE_URL", "postgresql://u:hunter2@h:70000/d", "65535"),
    ("DATABASE_URL", "postgresql://u:hunter2@h/d?schema=public", "'schema'"),
    ("DATABASE_URL", "postgresql://u:hunter2@h/d?schema=public", "options=-csearch_path"),
    ("DATABASE_URL", "postgresql://u@h/d?sslmod=x&password=hunter2", "'sslmod'"),
    ("DATABASE_URL", "postgresql://u@h/d?x&hunter2", "parameter"),
    ("REDIS_URL", "127.0.0.1:6379", "like redis://"),
    ("REDIS_URL", "http://:hunter2@h", "like redis://"),
    ("REDIS_URL", "redis://:x/hunter2@h", "percent-encode"),
    ("REDIS_URL", "redis://:x#hunter2@h", "percent-encode"),
    ("REDIS_URL", "redis://:x@hunter2@h", "%40"),
    ("REDIS_URL", "redis://:hunter2%@h", "%25"),
    ("REDIS_URL", "redis://:hunter2@h/first", "not a number"),
    ("REDIS_URL", "redis://:hunter2@h?tls=1", "'tls'"),
    ("REDIS_URL", "redis://h?db=hunter2", "value"),
    ("REDIS_URL", "redis://:hunter2@h?protocol=9", "value"),
    ("REDIS_URL", "rediss://:hunter2@h?ssl_cert_reqs=any", "value"),
    ("REDIS_URL", "redis://:hunter2@h?decode_responses=true", "'decode_responses'"),
)


def test_valid_addresses_are_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in USABLE:
        monkeypatch.setenv(variable, value)
        assert getattr(Settings(), variable.lower()) == value
        monkeypatch.delenv(variable)


def test_invalid_addresses_are_reported_without_their_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable, value, said in UNUSABLE:
        monkeypatch.setenv(variable, value)
        get_settings.cache_clear()
        with pytest.raises(SettingsError) as error:
            get_settings()
        told = str(error.value)
        assert told.startswith(f"{variable}: "), told
        assert said in told
        assert "hunter2" not in "".join(traceback.format_exception(error.value)), value
        with pytest.raises(ValidationError) as raw:
            Settings()
        assert "hunter2" not in "".join(traceback.format_exception(raw.value)), value
        monkeypatch.delenv(variable)


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("BOTARMY_PUBLIC_URL", "https://bob:hunter2@host", "'https://***@host'"),
        ("BOTARMY_PUBLIC_URL", "https://bob:x'hunter2 y\"@host, https://a@b", "'https://***@b'"),
        ("BOTARMY_PUBLIC_URL", "bob:hunter2@host", "'***@host'"),
        ("BOTARMY_PUBLIC_URL", "ftp://host?token=hunter2", "'ftp://host?token=***'"),
        ("BOTARMY_PUBLIC_URL", "https://host, https://bob:hunter2,x@host", "'https://***@host'"),
        ("BOTARMY_TEMPORAL_UI_URL", "ftp://bob:hunter2@h", "'ftp://***@h'"),
        ("BOTARMY_TEMPORAL_UI_URL", "https://bob:hunter2@h/ui", "'https://***@h/ui'"),
        ("BOTARMY_TEMPORAL_UI_URL", "https://hunter2@h", "'https://***@h'"),
        ("BOTARMY_TEMPORAL_UI_URL", "https://h/?token=hunter2", "'https://h/?token=***'"),
        ("BOTARMY_PORT", "http://bob:hunter2@h", "'http://***@h'"),
        ("DATABASE_URL_FILE", "postgresql://bob:hunt/er2@hunter2@h/d", "'postgresql://***@h/d'"),
    ],
)
def test_no_invalid_value_shows_a_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, shown: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as error:
        get_settings()
    assert str(error.value).startswith(f"{variable}={shown}: ")
    assert "hunter2" not in "".join(traceback.format_exception(error.value))


def test_settings_print_no_password() -> None:
    settings = Settings(_env_file=None, database_url="postgresql://u:hunter2@h/d", redis_url="redis://:hunter2@h")
    assert "hunter2" not in f"{settings} {settings!r}"


def test_a_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"postgresql://u:p@h/d\r\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))
    assert (get_settings().database_url, "database_url" in get_settings().model_fields_set) == (
        "postgresql://u:p@h/d",
        True,
    )
    # The same in `.env`, which the environment overrides.
    Path(".env").write_text(f"DATABASE_URL=postgresql://other/d\nREDIS_URL_FILE={tmp_path / 'redis'}\n")
    (tmp_path / "redis").write_text("redis://r")
    get_settings.cache_clear()
    assert (get_settings().database_url, get_settings().redis_url) == ("postgresql://u:p@h/d", "redis://r")
    # An empty variable counts as unset.
    monkeypatch.setenv("DATABASE_URL_FILE", "")
    monkeypatch.setenv("DATABASE_URL", "postgresql://third/d")
    get_settings.cache_clear()
    assert get_settings().database_url == "postgresql://third/d"


def test_an_invalid_secret_file_is_reported_without_its_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    cases: tuple[tuple[bytes | None, str], ...] = (
        (None, "No such file"),
        (b" \n", "empty"),
        (b"postgresql://u:hunter2@h/d\nx", "more than one line"),
        (b"\xff\xfehunter2", "UTF-8"),
        (b"hunter2" * 10_000, "larger than"),
        (b"hunter2", "DATABASE_URL: is not an address"),
    )
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))
    for content, said in cases:
        if content is not None:
            file.write_bytes(content)
        get_settings.cache_clear()
        with pytest.raises(SettingsError, match=said) as error:
            get_settings()
        assert "hunter2" not in str(error.value)
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hunter2@h/d")
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match="DATABASE_URL and DATABASE_URL_FILE are both set"):
        get_settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BOTARMY_DAILY_BUDGET", "inf"),
        ("BOTARMY_DAILY_BUDGET", "nan"),
        ("BOTARMY_DAILY_BUDGET", "0"),
        ("BOTARMY_MODEL_PRICES", "openai:mine=nan/nan"),
        ("BOTARMY_MODEL_PRICES", "openai:mine=1/inf"),
        ("BOTARMY_MODEL_PRICES", "openai:mine=-1/1"),
    ],
)
def test_an_amount_is_a_finite_number(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match=variable):
        get_settings()


@pytest.mark.parametrize(
    ("variable", "value"), [("BOTARMY_WORKER_STEPS", "many"), ("ANTHROPIC_API_KEY_FILE", "missing")]
)
def test_a_worker_with_an_invalid_setting_exits_with_the_reason(tmp_path: Path, variable: str, value: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "worker"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CHECKOUT), variable: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.strip().splitlines()[-1].startswith(f"settings: {variable}={value!r}: ")
    assert "Traceback" not in ran.stderr


def test_a_dotenv_that_cannot_be_parsed_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOTARMY_PORT=8000\n\nBOTARMY_LOG_LEVEL='DEBUG\n")
    with pytest.raises(SettingsError, match=r"^\.env, line 3: ") as error:
        get_settings()
    assert "\n" not in str(error.value)
