"""The embedded PostgreSQL runs for every user, from every path, on every data directory that a user can give it."""

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
    """A directory that only its owner may enter, with an ugly name, deeper than the path of a socket may be."""
    folder = tmp_path_factory.mktemp("closed") / UGLY / ("long-" * 22)
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def programs(closed: Path) -> Path:
    """PostgreSQL's programs, in there."""
    package = PROGRAMS.parents[1]
    for each in package.parent.glob(f"{package.name}*"):
        shutil.copytree(each, closed / each.name, copy_function=_link)
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
        pytest.skip("only root can become others")


def serve(programs: Path, data: Path, identity: str = "-", *, namespaces: bool = True) -> tuple[int, str]:
    """Start PostgreSQL as somebody; the exit code, and whom the data belongs to or why it did not start."""
    denied = () if namespaces else ("without-namespaces",)
    circumstances = [sys.executable, str(HERE / "circumstances.py"), *denied, identity]
    served = subprocess.run(
        [*circumstances, sys.executable, str(HERE / "serve_postgres.py"), str(programs), str(data)],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return served.returncode, (served.stdout or served.stderr).strip()


@pytest.mark.usefixtures("as_root")
def test_root_is_served_with_namespaces_and_without(programs: Path, data: Path) -> None:
    lent = str(unprivileged()[0])
    assert serve(programs, data) == (0, "0")
    # Where no namespace can be had, it is handed to another user, and stays with it: so version 0.1.0 left it.
    assert serve(programs, data, namespaces=False) == (0, lent)
    assert serve(programs, data) == (0, lent)
    # Copied without its owner, as `cp -r` does.
    shutil.copytree(data / "postgres", data / "copied")
    shutil.rmtree(data / "postgres")
    (data / "copied").rename(data / "postgres")
    assert serve(programs, data) == (0, "0")
    assert serve(programs, data, "namespace:0:0") == (0, "0")  # root of a namespace with one user, where chown fails


@pytest.mark.usefixtures("as_root")
def test_what_belongs_to_a_user_is_served_as_that_user(programs: Path, data: Path) -> None:
    data.mkdir()
    os.chown(data, NAMELESS, NAMELESS)
    nameless = f"reaching-user:{NAMELESS}:{NAMELESS}"
    assert not has_name(NAMELESS)
    assert serve(programs, data, nameless, namespaces=False) == (0, str(NAMELESS))
    assert serve(programs, data) == (0, str(NAMELESS))
    assert serve(programs, data, nameless) == (0, str(NAMELESS))
    shutil.rmtree(data / "postgres" / "data")
    assert serve(PROGRAMS, data) == (0, str(NAMELESS))  # made by root, for the user that the directory belongs to


def test_a_user_without_a_name_and_a_lone_root_are_served(programs: Path, data: Path) -> None:
    if serve(programs, data, f"namespace:{NAMELESS}:{NAMELESS}")[0] != 0:
        pytest.skip("no user namespaces here")
    assert serve(programs, data, "namespace:0:0") == (0, "0")
    code, reason = serve(programs, data, "namespace:0:0", namespaces=False)
    assert code == 1
    assert "\n" not in reason
    assert "PostgreSQL refuses root. Run BotArmy as an ordinary user" in reason


def test_a_path_that_postgresql_cannot_hold_is_said_so(programs: Path, data: Path) -> None:
    code, reason = serve(programs, data.joinpath(*["a" * 200] * 5))
    assert (code, reason) == (1, "postgres needs a path under 980 bytes: use another --data-dir")
