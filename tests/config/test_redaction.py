"""Passwords are redacted from everything that people read."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
import structlog

from config import redaction
from config.logging import configure_logs
from config.redaction import redacted
from config.settings import Settings
from tests.checkout import CHECKOUT

HIDDEN = (
    ("postgresql://u:hunter2@h/d", "postgresql://u:***@h/d"),
    ("at redis://:hunter2@h:1/0, and rediss://u:hunter2@h", "at redis://:***@h:1/0, and rediss://u:***@h"),
    ("postgresql+asyncpg://u:hunt/er2@x@h/d", "postgresql+asyncpg://u:***@h/d"),
    ("postgresql://u:%68unter2@h/d", "postgresql://u:***@h/d"),
    ("postgresql://h/d?password=hunter2&sslmode=require", "postgresql://h/d?password=***&sslmode=require"),
    ("postgresql://h/d?sslpassword=hunter2", "postgresql://h/d?sslpassword=***"),
    ("host=h password='hunter2' user=u", "host=h password='***' user=u"),
    ('api_key = "hunter2"', 'api_key = "***"'),
    ("TEMPORAL_API_KEY=hunter2", "TEMPORAL_API_KEY=***"),
    ("AWS_SECRET_ACCESS_KEY=hunter2/x", "AWS_SECRET_ACCESS_KEY=***"),
    ("password = 'hunter2 and more' user=u", "password = '***' user=u"),
    ('password = "hunter2 and', 'password = "*** and'),
    ("password: hunter2", "password: ***"),
    ("x-api-key: sk-hunter2", "x-api-key: ***"),
    ("Authorization: Bearer hunter2", "Authorization: Bearer ***"),
    ('{"Authorization": "Basic hunter2=="}', '{"Authorization": "Basic ***"}'),
    ('{"api_key": "hunter2", "a": 1}', '{"api_key": "***", "a": 1}'),
    ("{'password': 'hunter2 and more'}", "{'password': '***'}"),
    ('{\\"client_secret\\": \\"hunter2\\"}', '{\\"client_secret\\": \\"***\\"}'),
    ('{"access_token":"hunter2"}', '{"access_token":"***"}'),
    ("token: ghp_hunter2hunter2hunter2", "token: ***"),
    (r'{"password": "a\"b hunter2", "a": 1}', '{"password": "***", "a": 1}'),
    ('{"password": "it\'s hunter2", "a": 1}', '{"password": "***", "a": 1}'),
    (r"{'secret': 'C:\my hunter2\\', 'a': 1}", "{'secret': '***', 'a': 1}"),
    (r'password = "a\\\"b hunter2" user=u', 'password = "***" user=u'),
    (r"{\"secret\": \"a\\\"b hunter2\\\\\", \"a\": \"1\"}", r"{\"secret\": \"***\", \"a\": \"1\"}"),
    (r'{"token": "a\"hunter2", "a": 1}', '{"token": "***", "a": 1}'),
    ("postgresql://me@example.org:hunter2@h/d", "postgresql://me@example.org:***@h/d"),
    (
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY----- end",
        "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY----- end",
    ),
    ("-----BEGIN PRIVATE KEY-----\\nhunter2", "-----BEGIN PRIVATE KEY-----***"),
)
KEPT = (
    "http://127.0.0.1:8000/projects/1",
    "postgresql://u@h:5432/d?sslmode=require",
    "http://[::1]:8000 and me@example.org",
    '{"tokens": 12, "token": "a word", "a=b": 1}',
    "max_tokens=12",
    "password: required",
    "Password: at least 8 characters",
    "api_key: Field required",
    "price per token: $0.000002, first token: 350ms",
    "AWS_ACCESS_KEY_ID=AKIA7",
    "authorization: required",
    "the secret of a good plan: 3 steps",
    "secrets: 2, tokens: 1200",
    "request_id: 01890a5d-0000-7000-8000-000000000000",
    "-----BEGIN CERTIFICATE-----abc-----END CERTIFICATE-----",
)
HOSTILE = (
    "password" * 7,
    "password='",
    "password = \\\"'",
    "token: ",
    "secret: a ",
    "://a:",
    "Authorization: Bearer ",
    "-----BEGIN A PRIVATE KEY",
    "-----BEGIN PRIVATE KEY-----",
    '"api_key": \'',
    "a1" * 20,
    'password="\\',
    'password="' + "\\" * 600,
    'password=\\"' + "a" * 1001,
    '"api_key": "\\\\\\',
    '"token": "\\\\',
    "\\",
)


def test_passwords_and_nothing_else_are_redacted() -> None:
    for text, told in HIDDEN:
        assert redacted(text) == told
    for text in KEPT:
        assert redacted(text) == text


@pytest.mark.parametrize("part", HOSTILE)
def test_no_text_takes_long(part: str) -> None:
    """A pattern whose time grows with the square of a text's length would take hours for a megabyte."""
    started = time.process_time()
    redacted((part * (2**20 // len(part) + 1))[: 2**20])
    assert time.process_time() - started < 30


def test_logs_contain_no_password_in_fields_or_tracebacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEMPORAL_API_KEY", "correct horse battery")
    redaction.environment_secrets.cache_clear()
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level, hook = root.handlers, root.level, sys.excepthook
    try:
        for form in ("json", "console"):
            configure_logs(Settings(_env_file=None, log_format=form), "test")
            written = io.StringIO()
            handler = root.handlers[0]
            assert isinstance(handler, logging.StreamHandler)
            handler.setStream(written)
            log = structlog.get_logger("some")
            log.warning("away", reason="postgresql://u:hunter2@h/d", key="of correct horse battery")
            try:
                raise ValueError("redis://:hunter2@h")
            except ValueError:
                logging.getLogger("library").exception("cannot reach %s", "redis://:hunter2@h")
            with httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200))) as client:
                client.get("http://h/mcp?key=hunter2")
            assert written.getvalue().count("***@h") >= 3
            assert "hunter2" not in written.getvalue()
            assert "correct horse" not in written.getvalue()
    finally:
        root.handlers, sys.excepthook = handlers, hook
        root.setLevel(level)
        logging.getLogger("httpx2").setLevel(logging.NOTSET)
        structlog.configure(**before)
        structlog.contextvars.clear_contextvars()
        redaction.environment_secrets.cache_clear()


def test_uncaught_exceptions_are_logged_without_passwords(tmp_path: Path) -> None:
    """Temporal's SDK quotes the line of its configuration that it cannot parse."""
    (tmp_path / "temporal.toml").write_text('[profile.default]\napi_key = "hunter2\n')
    env = {"PYTHONPATH": str(CHECKOUT), "TEMPORAL_CONFIG_FILE": "temporal.toml"}
    for command in (["worker"], ["cli.main", "up"]):
        ran = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert ran.returncode == 1
        assert "TOML parse error" in ran.stdout + ran.stderr
        assert "hunter2" not in ran.stdout + ran.stderr
