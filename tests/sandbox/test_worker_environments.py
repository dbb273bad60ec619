"""The sandbox confines code wherever a worker runs: users, venvs, containers and builds of Python."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.timing import few_at_once
from sandbox.launcher import filesystem_view
from sandbox.launcher_process import PYTHON
from tests.checkout import CHECKOUT
from tests.sandbox.levels import linux_only

pytestmark = linux_only

DRIVER = """\
import asyncio, os, sys
sys.path.insert(0, CHECKOUT)
SETUP
from sandbox import run_tests
from sandbox.launcher import kernel, seccomp
if SEALED:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(seccomp.Rules(signals=True, modes=True, truncating=True))
async def main():
    good = {"test_it.py": "import os, subprocess, sys, unittest\\nclass It(unittest.TestCase):\\n    def test(self):\\n"
        "        self.assertEqual(subprocess.check_output([sys.executable, '-c', 'print(7)']), b'7\\\\n')\\n"}
    bad = {"test_it.py": good["test_it.py"] + "        os._exit(0)\\n"}
    runs = await asyncio.gather(run_tests(good), run_tests(bad))
    print(*[run.passed for run in runs], *[run.confined for run in runs])
    print(*runs[0].isolation, runs[0].output, sep="\\n")
asyncio.run(main())
"""
"""A program that runs tests as a worker does: some that pass, and some that falsely claim to."""


def run_driver(
    python: str = sys.executable,
    setup: str = "",
    before: Sequence[str] = (),
    environment: Mapping[str, str] = {},
    sealed: bool = False,
) -> str:
    """Return the program's output. `before` is a command prefix, `setup` the code that it runs first.

    `sealed` denies it namespaces, as a container's seccomp filter or another sandbox would.
    """
    text = DRIVER.replace("CHECKOUT", repr(str(CHECKOUT))).replace("SETUP", setup).replace("SEALED", str(sealed))
    command = [*before, python, "-P", "-B", "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **environment})
    return done.stdout + done.stderr


def can(*command: str) -> bool:
    return (
        shutil.which(command[0]) is not None and subprocess.run([*command, "true"], capture_output=True).returncode == 0
    )


async def test_the_sandbox_holds_wherever_a_worker_runs(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="d e$x%'\""))
    folder.chmod(0o755)
    deep = folder.joinpath(*["n" * 200] * 10)
    deep.mkdir(parents=True)
    (folder / "plain").mkdir()
    (folder / "plain").chmod(0o1777)
    home = f"{sys.base_prefix}:{sys.base_exec_prefix}"
    bytes_of = f"folder = os.fsencode({str(folder)!r}) + b'/\\xff'; os.mkdir(folder)"
    venv = folder / "venv"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    nested_venv = folder / "nested venv"
    await asyncio.to_thread(
        subprocess.run, [str(venv / "bin/python"), "-m", "venv", "--without-pip", str(nested_venv)], check=True
    )
    hostile = {"TMPDIR": str(deep), "PYTHONSTARTUP": "/nowhere", "PYTHONHASHSEED": "7", "LD_BIND_NOW": "1"}
    environments: dict[str, dict[str, Any]] = {
        "private files, a deep TMPDIR, a shell's variables": {"setup": "os.umask(0o077)", "environment": hostile},
        "the same, namespaces denied": {"setup": "os.umask(0o077)", "environment": hostile, "sealed": True},
        "a TMPDIR that is not valid text": {"setup": f"{bytes_of}; os.environ['TMPDIR'] = os.fsdecode(folder)"},
        "PYTHONHOME, a TMPDIR that does not exist": {
            "environment": {"PYTHONHOME": home, "TMPDIR": "/nowhere"},
            "python": os.path.realpath(sys.executable),
        },
        "a venv made by a venv": {"python": str(nested_venv / "bin/python")},
    }
    if can("unshare", "--user", "--map-root-user"):
        environments["root of a user namespace with one id"] = {"before": ["unshare", "--user", "--map-root-user"]}
    if os.geteuid() == 0 and can("setpriv", "--bounding-set=-all"):
        environments["root without capabilities"] = {"before": ["setpriv", "--bounding-set=-all"]}
        nobody = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"]
        usable = f"import sys; assert sys.version_info >= (3, 11); open({__file__!r})"
        pythons = [
            python for python in (sys.executable, "/usr/bin/python3") if can(*nobody, "env", python, "-c", usable)
        ]
        for sealed in (False, True) if pythons else ():
            environments[f"a user without a name, namespaces {'denied' if sealed else 'allowed'}"] = {
                "before": nobody,
                "environment": {"TMPDIR": str(folder / "plain")},
                "python": pythons[0],
                "sealed": sealed,
            }
    texts = await few_at_once(lambda each: asyncio.to_thread(run_driver, **each), list(environments.values()), 3)
    outputs = dict(zip(environments, texts, strict=True))
    assert {name: text for name, text in outputs.items() if not text.startswith("True False True True\n")} == {}
    assert list(folder.rglob("botarmy-sandbox-*")) == []
    shutil.rmtree(folder)


_NOT_NEEDED = (
    "test",
    "site-packages",
    "__pycache__",
    "config-*",
    "ensurepip",
    "idlelib",
    "tkinter",
    "pydoc_data",
    "lib2to3",
)


async def test_a_relocatable_python_runs(tmp_path: Path) -> None:
    """conda and uv install such a Python: it finds its library through $ORIGIN, which the loader reads from /proc."""
    program = Path(PYTHON).read_bytes()
    library = Path(next(iter(filesystem_view.loaded_libraries()), ""))
    named, wanted = bytes(library.parent), b"$ORIGIN/../lib"
    place, size = program.find(named + b"\0"), len(named)
    if place < 0 or size < len(wanted):
        pytest.skip("this Python does not name its library by a path that is long enough")
    for name in ("bin", "lib"):
        (tmp_path / name).mkdir()
    shutil.copy(library, tmp_path / "lib")
    python = tmp_path / "bin" / Path(os.path.realpath(sys.executable)).name
    python.write_bytes(program[:place] + wanted.ljust(size, b"\0") + program[place + size :])
    python.chmod(0o755)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    shutil.copytree(
        Path(os.__file__).parent,
        tmp_path / "lib" / version,
        ignore=shutil.ignore_patterns(*_NOT_NEEDED),
    )
    for sealed in (False, True):
        text = await asyncio.to_thread(run_driver, str(python), sealed=sealed)
        assert text.startswith("True False True True\n"), text
