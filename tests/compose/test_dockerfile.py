"""Checks the Dockerfile: its health check, contents, user and packages."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.checkout import CHECKOUT
from tests.compose.compose_under_test import DOCKERFILE, PYPROJECT


async def test_the_image_checks_the_health_of_its_api(api_url: str) -> None:
    found = re.search(r"^HEALTHCHECK (?:.*\\\n)*\s*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found
    _, *arguments = json.loads(found[1])

    async def healthy(port: str) -> bool:
        command, environment = [sys.executable, *arguments], os.environ | {"BOTARMY_PORT": port}
        done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True)
        return done.returncode == 0

    assert await healthy(api_url.rpartition(":")[2])
    assert not await healthy("1")


def test_the_image_contains_exactly_what_its_commands_need(tmp_path: Path) -> None:
    lines = [line for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    included = {line[1:] for line in lines if line.startswith("!")}
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    locked = {"requirements.txt", "requirements-telemetry.txt", "requirements-mcp.txt"}
    assert included == {*wheel["packages"], *wheel["force-include"], *locked, "pyproject.toml", "scripts/botarmy"}
    for name in included:
        source, target = CHECKOUT / name, tmp_path / "app" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    venv = tmp_path / "opt" / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = venv.glob("lib/python3.*/site-packages")
    # The packages that we need, without the .pth file that adds this checkout.
    (packages / "requirements.pth").write_text(sysconfig.get_path("purelib"))
    (link,) = re.findall(r"^RUN (echo /app >.*)$", DOCKERFILE, re.MULTILINE)
    subprocess.run(["sh", "-c", re.sub("/(?=app|opt)", f"{tmp_path}/", link)], check=True)
    # The Dockerfile puts the command next to the interpreter.
    assert "COPY --chmod=755 scripts/botarmy /opt/venv/bin/botarmy\n" in DOCKERFILE
    shutil.copy(CHECKOUT / "scripts" / "botarmy", venv / "bin")
    (venv / "bin" / "botarmy").chmod(0o755)

    def output(program: str, *arguments: str) -> str:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [str(venv / "bin" / program), *arguments]
        return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=True).stdout

    where = "import cli.main; print(cli.main.__file__)"
    assert output("python", "-P", "-c", where).startswith(str(tmp_path / "app"))
    assert "Usage: botarmy" in output("botarmy", "--help")


def test_the_image_has_no_servers() -> None:
    installed = re.findall(r"requirements[\w-]*\.txt", DOCKERFILE)
    assert set(installed) == {"requirements.txt", "requirements-telemetry.txt", "requirements-mcp.txt"}
    servers = {line.partition("[")[0] for line in PYPROJECT["project"]["optional-dependencies"]["servers"]}
    pinned = {name for file in installed for name in re.findall(r"^([\w-]+)==", (CHECKOUT / file).read_text(), re.M)}
    assert pinned
    assert not servers & pinned


def test_the_image_runs_unprivileged_and_is_compiled() -> None:
    instructions = [shlex.split(line, posix=False) for line in DOCKERFILE.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert [words for words in instructions if words[0] == "USER"] == [["USER", "10001:10001"]]
    assert instructions[-1] == ["FROM", "botarmy"]  # the default target
    assert "--require-hashes" in DOCKERFILE
    assert "compileall" in DOCKERFILE
    assert "PYTHONDONTWRITEBYTECODE" not in DOCKERFILE
