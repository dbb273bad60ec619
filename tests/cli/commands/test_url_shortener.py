"""The example brief, a model and one command: the package that comes out is installed, and shortens links for real.

The scripted provider answers: no model does. Its crew delivers the reference solution of the eval `shortlinks`, whose
brief says exactly what the example leaves open.
"""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.checkout import CHECKOUT
from tests.cli.terminal_under_test import botarmy
from tests.crew.model.test_packaging import install
from tests.provider import KEY, running
from tests.provider.scripts import of_brief

BRIEF = CHECKOUT / "examples" / "url-shortener.md"
SOLUTION = CHECKOUT / "evals" / "briefs" / "shortlinks"
MODEL = "openai:gpt-4.1"
ADDRESS = "https://help.example.org/returns/how-to-send-something-back?lang=en#labels"

pytestmark = [pytest.mark.long, pytest.mark.timeout(600), pytest.mark.usefixtures("worker")]


@pytest_asyncio.fixture(autouse=True)
async def provider(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    async with running(of_brief(SOLUTION).model_copy(update={"when": None})) as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.openai_url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield


class Installed:
    """The delivered program, as a person runs it: in a folder of its own, with nothing of ours on its path."""

    def __init__(self, site: Path, folder: Path) -> None:
        folder.mkdir()
        self._options = {"cwd": folder, "env": {"PYTHONPATH": str(site)}, "text": True, "stdout": subprocess.PIPE}

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "shortlinks", *arguments]
        done = subprocess.run(command, **self._options, stderr=subprocess.STDOUT, timeout=60, check=False)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout
        return str(done.stdout)

    def serve(self, port: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "shortlinks", "serve", "--port", str(port)]
        return subprocess.Popen(command, **self._options)  # type: ignore[call-overload,no-any-return]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_link(port: int, path: str) -> tuple[int, str | None]:
    """Open a link. Return the status and where it leads to."""
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.headers["Location"]
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the service does not start"
            time.sleep(0.05)
        finally:
            connection.close()


async def test_the_delivered_package_is_installed_and_shortens_links(api_url: str, tmp_path: Path) -> None:
    ran = await botarmy(
        api_url, "run", BRIEF, "--model", MODEL, "--gates", "approve", "--out", tmp_path / "delivery", cwd=tmp_path
    )
    assert ran.code == 0, ran
    assert f"Crew: models, model: {MODEL}\n" in ran.out
    (package,) = (tmp_path / "delivery").glob("*.zip")
    install(package, tmp_path / "site")
    program = Installed(tmp_path / "site", tmp_path / "office")
    link = program.run("shorten", ADDRESS).strip()
    assert link.startswith("/")
    assert len(link) <= 8
    assert program.run("shorten", ADDRESS).strip() == link
    assert program.run("shorten", "https://example.org/b", "--name", "returns") == "/returns\n"
    port = free_port()
    server = program.serve(port)
    try:
        for _ in range(2):
            assert open_link(port, link) == (302, ADDRESS)
        assert open_link(port, "/returns") == (302, "https://example.org/b")
        assert open_link(port, "/nothing")[0] == 404
    finally:
        server.terminate()
        server.communicate(timeout=30)
    assert program.run("counts", link).split()[1] == "2"
    assert f"{link},{ADDRESS},,2\n" in program.run("export")
