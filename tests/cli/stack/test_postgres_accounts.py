"""The embedded PostgreSQL runs as any user, from any path, on any data directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.stack.account import has_name, unprivileged
from cli.stack.postgres import PROGRAMS

pytestmark = pytest.mark.long

HERE = Path(__file__).parent
NAMELESS = 54321
UGLY = """100% né'w $x "y" `z` \\n"""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that only its owner can enter, with special characters, longer than a socket's path may be."""
    folder = tmp_path_factory.mktemp("closed") / UGLY / ("long-" * 22)
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def programs(closed: Path) -> Path:
    """PostgreSQL's programs, copied into that directory."""
    package = PROGRAMS.parents[1]
    for folder in package.parent.glob(f"{package.name}*"):
        shutil.copytree(folder, closed / folder.name, copy_function=_link)
    return closed / PROGRAMS.relative_to(package.parent)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture
def data(closed: Path) -> Iterator[Path]:
    folder = closed / "data"
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can switch users")


def serve(programs: Path, data: Path, identity: str = "-", *, namespaces: bool = True) -> tuple[int, str]:
    """Start PostgreSQL under an identity. Return the exit code, and the owner of the data or the error."""
    denied = () if namespaces else ("without-namespaces",)
    run_as = [sys.executable, str(HERE / "run_as.py"), *denied, identity]
    process = subprocess.run(
        [*run_as, sys.executable, str(HERE / "serve_postgres.py"), str(programs), str(data)],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return process.returncode, (process.stdout or process.stderr).strip()


@pytest.mark.usefixtures("as_root")
def test_root_can_start_it_with_and_without_user_namespaces(programs: Path, data: Path) -> None:
    unprivileged_uid = str(unprivileged()[0])
    assert serve(programs, data) == (0, "0")
    # Without namespaces, the data is given to another user and keeps that owner, as version 0.1.0 left it.
    assert serve(programs, data, namespaces=False) == (0, unprivileged_uid)
    assert serve(programs, data) == (0, unprivileged_uid)
    # A copy by `cp -r` does not keep the owner.
    shutil.copytree(data / "postgres", data / "copied")
    shutil.rmtree(data / "postgres")
    (data / "copied").rename(data / "postgres")
    assert serve(programs, data) == (0, "0")
    assert serve(programs, data, "namespace:0:0") == (0, "0")  # root of a namespace with one user, where chown fails


@pytest.mark.usefixtures("as_root")
def test_data_of_a_user_is_served_as_that_user(programs: Path, data: Path) -> None:
    data.mkdir()
    os.chown(data, NAMELESS, NAMELESS)
    nameless = f"reaching-user:{NAMELESS}:{NAMELESS}"
    assert not has_name(NAMELESS)
    assert serve(programs, data, nameless, namespaces=False) == (0, str(NAMELESS))
    assert serve(programs, data) == (0, str(NAMELESS))
    assert serve(programs, data, nameless) == (0, str(NAMELESS))
    shutil.rmtree(data / "postgres" / "data")
    assert serve(PROGRAMS, data) == (0, str(NAMELESS))  # created by root, for the owner of the directory


def test_a_user_without_a_name_and_the_only_root_of_a_namespace_can_start_it(programs: Path, data: Path) -> None:
    if serve(programs, data, f"namespace:{NAMELESS}:{NAMELESS}")[0] != 0:
        pytest.skip("user namespaces are not available")
    assert serve(programs, data, "namespace:0:0") == (0, "0")
    code, reason = serve(programs, data, "namespace:0:0", namespaces=False)
    assert code == 1
    assert "\n" not in reason
    assert "PostgreSQL refuses root. Run BotArmy as an ordinary user" in reason


def test_a_path_that_is_too_long_for_postgresql_is_an_error(programs: Path, data: Path) -> None:
    code, reason = serve(programs, data.joinpath(*["a" * 200] * 5))
    assert (code, reason) == (1, "postgres needs a path shorter than 980 bytes: use another --data-dir")
