"""An API without sign-in is not served to other machines by mistake."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.exposure import find_exposure, find_provider_problem
from config.settings import Settings
from tests.checkout import CHECKOUT


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.8.8"])
def test_loopback_needs_no_sign_in(host: str) -> None:
    assert find_exposure(Settings(_env_file=None, auth="none", host=host)) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "botarmy.example"])
def test_other_addresses_need_one(host: str) -> None:
    refusal = find_exposure(Settings(_env_file=None, auth="none", host=host))
    assert refusal is not None
    assert all(remedy in refusal for remedy in ("BOTARMY_AUTH=local", "BOTARMY_HOST=127.0.0.1", "BOTARMY_INSECURE=yes"))
    assert find_exposure(Settings(_env_file=None, auth="none", host=host, insecure=True)) is None
    assert find_exposure(Settings(_env_file=None, host=host)) is None


def test_the_settings_of_an_identity_provider_belong_together() -> None:
    issuer, client = {"oidc_issuer": "https://login.example"}, {"oidc_client_id": "botarmy"}
    assert find_provider_problem(Settings(_env_file=None, **issuer, **client)) is None  # type: ignore[arg-type]
    assert find_provider_problem(Settings(_env_file=None)) is None
    assert "BOTARMY_OIDC_CLIENT_ID" in (find_provider_problem(Settings(_env_file=None, **issuer)) or "")  # type: ignore[arg-type]
    assert "BOTARMY_OIDC_ISSUER" in (find_provider_problem(Settings(_env_file=None, **client)) or "")  # type: ignore[arg-type]


@pytest.mark.parametrize("program", [("api",), ("cli.main", "up")])
def test_the_programs_refuse_to_start(program: tuple[str, ...], tmp_path: Path) -> None:
    own = {"BOTARMY_AUTH": "none", "BOTARMY_HOST": "0.0.0.0", "BOTARMY_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-m", *program],
        cwd=tmp_path,
        env=os.environ | own | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "BOTARMY_INSECURE=yes" in done.stderr
