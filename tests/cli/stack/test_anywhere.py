"""The whole stack carries a brief to its delivery for any user, in any path, whatever the environment says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT
from tests.cli.stack.test_postgres_accounts import HERE, NAMELESS, UGLY

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PGSSLMODE": "require",
    "PGCLIENTENCODING": "SQL_ASCII",
    "PGOPTIONS": "-csearch_path=nowhere",
    "PGSERVICE": "nowhere",
    "PGHOST": "nowhere.invalid",
    "ALL_PROXY": "socks5://127.0.0.1:9",
    "NO_PROXY": "[::1,*:x",
    "REQUESTS_CA_BUNDLE": "/nowhere",
    "SSL_CERT_FILE": "/nowhere",
    "TEMPORAL_API_KEY": "of-another-server",
    "TEMPORAL_NAMESPACE": "",
    "TEMPORAL_TLS": "true",
    "WEB_CONCURRENCY": "auto",
    "COLUMNS": "1",
    "LC_ALL": "tr_TR.UTF-8",
    "PIP_USER": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSTARTUP": "/nowhere",
    "PYTHONWARNINGS": "error",
    "TERM": "dumb",
    "TMPDIR": "/nowhere",
}
"""Neither HOME nor USER, as in many containers, and what else shells contain for other programs."""


@pytest.mark.parametrize("identity", ["-", f"reaching-user:{NAMELESS}:{NAMELESS}"])
def test_a_brief_is_delivered(tmp_path: Path, identity: str) -> None:
    if identity != "-" and os.geteuid() != 0:
        pytest.skip("only root can switch users")
    checkout, data, delivery = tmp_path / "home" / UGLY, tmp_path / "data", tmp_path / "delivery"
    checkout.mkdir(parents=True)
    for entry in CHECKOUT.iterdir():
        (checkout / entry.name).symlink_to(entry)
    checkout.parent.chmod(0o700)
    for folder in (data, delivery):
        folder.mkdir()
        os.chown(folder, *((NAMELESS, NAMELESS) if identity != "-" else (-1, -1)))

    def botarmy(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, HERE / "run_as.py", identity, sys.executable, "-m", "cli.main", *map(str, arguments)],
            cwd=checkout,
            env={**ENVIRONMENT, "PYTHONPATH": str(checkout)},
            capture_output=True,
            text=True,
            timeout=120,
        )

    up = botarmy("up", "--detach", "--port", "0", "--data-dir", data)
    assert up.returncode == 0, up.stderr
    try:
        run = botarmy("run", "examples/url-shortener.md", "--data-dir", data, "--out", delivery / "here")
        assert run.returncode == 0, run.stderr
    finally:
        down = botarmy("down", "--data-dir", data)
    assert down.returncode == 0, down.stderr
    assert (data / "postgres").stat().st_uid == (NAMELESS if identity != "-" else 0)
    assert list(delivery.rglob("*.py"))
