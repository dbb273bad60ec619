"""`make setup` is really run, with small test packages instead of the pinned ones."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.checkout import CHECKOUT

pytestmark = pytest.mark.long

AWKWARD_NAME = '100% né\'w "$x" `no` \\'
TOOLS = ("cat", "cksum", "dirname", "find", "grep", "make", "mkdir", "readlink", "rm", "sh", "tail")
INTERPRETER = str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


def wheel(folder: Path, name: str) -> str:
    """Build a package with one module and one data file. Return the line that pins it."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "HERE = True\n",
        f"{name}_data/part.txt": "complete\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD")))
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@dataclass
class Machine:
    """A checkout, and a PATH with or without uv."""

    checkout: Path
    environment: dict[str, str]

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.checkout,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
        )

    def setup(self, *target: str, **environment: str) -> str:
        done = self.run("make", *(target or ("setup",)), **environment)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def has(self, *modules: str) -> bool:
        return self.run(".venv/bin/python", "-I", "-c", f"import {', '.join(modules)}").returncode == 0


@pytest.fixture(params=["uv", "pip"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    programs, wheels, checkout = tmp_path / "bin", tmp_path / "wheels", tmp_path / AWKWARD_NAME
    for folder in (programs, wheels, checkout / "cli"):
        folder.mkdir(parents=True)
    for tool in TOOLS:
        if found := shutil.which(tool):
            (programs / tool).symlink_to(found)
    if request.param == "uv":
        (programs / "uv").symlink_to(Path(sys.executable).parent / "uv")
    shutil.copytree(CHECKOUT / "scripts", checkout / "scripts")
    shutil.copy(CHECKOUT / "Makefile", checkout)
    for extent in ("", "-servers", "-telemetry", "-mcp", "-dev"):
        (checkout / f"requirements{extent}.txt").write_text(wheel(wheels, f"toy{extent.replace('-', '_')}"))
    (checkout / "botarmy.py").write_text("import sys\nprint('botarmy', *sys.argv[1:])\n")
    return Machine(
        checkout,
        {
            "PATH": str(programs),
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
            "PYTHON": INTERPRETER,
            "PIP_NO_INDEX": "1",
            "UV_OFFLINE": "1",
            "PIP_FIND_LINKS": str(wheels),
            "UV_FIND_LINKS": str(wheels),
        },
    )


def test_setup_works_in_any_path_and_repairs_what_it_finds(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "csv.py").write_text("raise SystemExit('not ours')")
    (tmp_path / "pip.conf").write_text(f"[install]\nuser = true\ntarget = {tmp_path}/elsewhere\n")
    hostile = {
        "CDPATH": "/usr",
        "HOME": "/dev/null/nowhere",
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "PIP_DRY_RUN": "1",
        "PIP_PREFIX": str(tmp_path / "elsewhere"),
        "PIP_TARGET": str(tmp_path / "elsewhere"),
        "PIP_USER": "1",
        "PYTHONHOME": str(tmp_path),
        "PYTHONPATH": str(tmp_path / "site"),
        "UV_SYSTEM_PYTHON": "1",
        "VIRTUAL_ENV": str(tmp_path / "another"),
    }
    machine.setup(**hostile)
    assert machine.has("toy", "toy_servers")
    assert not machine.has("toy_telemetry")
    assert not machine.has("toy_dev")
    assert not (tmp_path / "elsewhere").exists()
    assert sorted(path.name for path in machine.checkout.iterdir() if "requirements" not in path.name) == (
        [".venv", "Makefile", "botarmy.py", "cli", "scripts"]
    )
    (tmp_path / "link").symlink_to(machine.checkout / ".venv" / "bin" / "botarmy")
    for command in (".venv/bin/botarmy", str(machine.checkout / ".venv/bin/botarmy"), str(tmp_path / "link")):
        assert machine.run(command, "$x", PYTHONHOME="/nowhere").stdout == "botarmy $x\n"
    machine.setup("setup-dev")
    assert machine.has("toy", "toy_servers", "toy_telemetry", "toy_dev")

    # Nothing is missing: the network is not needed, even after a requirements file was touched.
    offline = {"PIP_FIND_LINKS": "", "UV_FIND_LINKS": ""}
    assert machine.setup(**offline) == machine.setup("setup-dev", **offline) == ""
    (machine.checkout / "requirements.txt").touch()
    assert machine.setup(**offline) == ""
    (machine.checkout / ".venv" / "installed-run").unlink()
    assert machine.setup(**offline) == ""

    # A package was removed, or its installation was interrupted.
    (packages,) = machine.checkout.glob(".venv/lib/python3.*/site-packages")
    moment_ago = time.time() - 1  # file systems have a resolution of some milliseconds
    os.utime(machine.checkout / ".venv" / "installed-run", (moment_ago, moment_ago))
    shutil.rmtree(packages / "toy-1.0.dist-info")
    (packages / "toy.py").unlink()
    machine.setup()
    assert machine.has("toy")
    (machine.checkout / ".venv" / "installing").touch()
    (machine.checkout / ".venv" / "installed-run").unlink()
    shutil.rmtree(packages / "toy_data")
    (packages / "toy_servers-1.0.dist-info" / "RECORD").unlink()
    machine.setup()
    assert (packages / "toy_data" / "part.txt").exists()
    assert (packages / "toy_servers-1.0.dist-info" / "RECORD").exists()

    # The package differs from its pinned hash.
    wheel(tmp_path / "wheels", "toy_forged")
    (machine.checkout / "requirements.txt").write_text(f"toy_forged==1.0 --hash=sha256:{'0' * 64}\n")
    refused = machine.run("make", "setup")
    assert refused.returncode != 0
    assert "Cannot install BotArmy's packages; the reason is above." in refused.stderr
    assert not machine.has("toy_forged")
    (machine.checkout / "requirements.txt").write_text(wheel(tmp_path / "wheels", "toy"))

    # The checkout is moved, then the interpreter of its .venv disappears.
    machine.checkout = machine.checkout.rename(tmp_path / "moved")
    assert machine.setup(**offline) == ""
    assert machine.run(".venv/bin/botarmy").stdout == "botarmy\n"
    if not (tmp_path / "bin" / "uv").exists():
        return  # with pip the rest is the same, but slow
    for name in ("python", "python3", f"python3.{sys.version_info.minor}"):
        (machine.checkout / ".venv" / "bin" / name).unlink(missing_ok=True)
        (machine.checkout / ".venv" / "bin" / name).symlink_to("/nowhere/python")
    assert "Recreating .venv: .venv/bin/python does not exist." in machine.setup()
    assert machine.has("toy", "toy_servers")


SIMULATIONS = {
    "Python 3.9.18 is too old: BotArmy needs 3.11 to 3.14": "sys.version_info = (3, 9, 18)",
    "Python 3.15.0 is too new: BotArmy needs 3.11 to 3.14": "sys.version_info = (3, 15, 0)",
    "BotArmy runs on Linux and macOS; on Windows, in WSL 2": "sys.platform = 'win32'",
    "BotArmy needs glibc, as in Debian, Ubuntu or Fedora; this is musl (Alpine is not supported)": (
        "sys.platform, platform.libc_ver = 'linux', lambda: ('musl', '1.2')"
    ),
    "BotArmy needs glibc 2.28 or newer; this is 2.17": (
        "sys.platform, platform.libc_ver = 'linux', lambda: ('glibc', '2.17')"
    ),
    "BotArmy needs macOS 11 or newer; this is 10.15.7": (
        "import sysconfig; sysconfig.get_config_var = lambda _: None; "
        "sys.platform, platform.mac_ver = 'darwin', lambda: ('10.15.7', ('', '', ''), 'x86_64')"
    ),
    "BotArmy runs on 64-bit x86 and ARM; this Python is for": "platform.machine = lambda: 'ppc64le'",
    "python cannot start: error while loading shared libraries: libpython3.11.so.1.0": None,
}


@pytest.mark.parametrize("machine", ["pip"], indirect=True)
def test_an_unsupported_interpreter_is_refused_in_one_line_before_anything_is_created(machine: Machine) -> None:
    python = machine.checkout.parent / "python"
    for reason, simulation in SIMULATIONS.items():
        if simulation is None:
            script = f"echo '{reason.partition(': ')[2]}' >&2; exit 127\n"
        else:
            program = f"import platform, runpy, sys\n{simulation}\nrunpy.run_path(sys.argv[1], run_name='__main__')"
            script = f'exec "{INTERPRETER}" -c "{program}" "$2"\n'
        python.write_text(f"#!/bin/sh\n{script}")
        python.chmod(0o755)
        done = machine.run("sh", "scripts/setup", PYTHON=str(python))
        assert done.returncode != 0
        assert reason in done.stderr
        assert done.stderr.startswith(f"BotArmy cannot use PYTHON={python}: ")
        assert len(done.stderr.splitlines()) == 1
    assert "does not exist" in machine.run("make", "setup", PYTHON="/no/such/python").stderr
    python.rename(machine.checkout.parent / "bin" / "python3")  # found without PYTHON
    output = machine.run("make", "setup", PYTHON="").stderr
    assert "BotArmy needs Python 3.11 to 3.14: install one, or set PYTHON=/path/to/python3.11." in output
    assert "python3 cannot start: error while loading shared libraries" in output
    assert not (machine.checkout / ".venv").exists()


@pytest.mark.parametrize("machine", ["uv"], indirect=True)
def test_make_passes_a_brief_and_a_model_unchanged(machine: Machine) -> None:
    machine.setup()
    (machine.checkout / "cli" / "main.py").write_text(
        "import sys\nprint(*sys.argv[1:])\nsys.exit(sys.argv[1] == 'status')\n"
    )
    brief = "a \"b\" 'c' `d` $x $(shell exit 1) \\.md"
    assert f"run {brief}\n" in machine.run("make", "run", f"BRIEF={brief}").stdout
    assert f"run {brief}\n" in machine.run("make", "run", BRIEF=brief).stdout
    assert "run examples/url-shortener.md\n" in machine.run("make", "run").stdout
    for model in ("openai:gpt-5", "a:\"b\" 'c' `d` $x $(shell exit 1) \\ *", "-x"):
        output = machine.run("make", "run", f"MODEL={model}").stdout
        assert output == machine.run("make", "run", MODEL=model).stdout
        assert f"models -- {model}\n" in output
        assert f"run examples/url-shortener.md --model={model} --no-check\n" in output


def test_the_check_of_the_interpreter_runs_on_old_pythons() -> None:
    text = (CHECKOUT / "scripts" / "supported.py").read_text()
    assert all(word not in text for word in (" f'", ' f"', ":=", "->", "import annotations"))
    for old in ("python2.7", "python3.6"):
        if (found := shutil.which(old)) and not os.environ.get("CI"):
            done = subprocess.run([found, CHECKOUT / "scripts" / "supported.py"], capture_output=True, text=True)
            assert "is too old" in done.stdout or "pyenv" in done.stderr
