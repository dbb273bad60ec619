"""What makes a delivered package in Python installable with pip."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from sandbox.runner.modules import source_folders

VERSION = "0.1.0"

_NOT_DELIVERED = ("tests", "test", "docs", "examples")
"""Folders in the root whose modules belong to nobody's imports."""
_DECLARATIONS = ("pyproject.toml", "setup.py", "setup.cfg")


def pyproject(name: str, files: Mapping[str, str]) -> dict[str, str]:
    """Return the `pyproject.toml` of a distribution by its path; nothing if the files declare one, or have no modules.

    Args:
        name: of lower-case letters, digits and hyphens.
    """
    packages, modules = _packages(files), _modules(files)
    if any(path in files for path in _DECLARATIONS) or not (packages or modules):
        return {}
    lines = [
        "[build-system]",
        'requires = ["setuptools"]',
        'build-backend = "setuptools.build_meta"',
        "",
        "[project]",
        f'name = "{name}"',
        f'version = "{VERSION}"',
        'requires-python = ">=3.11"',
        "",
        "[tool.setuptools]",
        f"packages = [{_listed(packages)}]",
        f"py-modules = [{_listed(modules)}]",
        *_places(files, packages),
        "",
        "[tool.setuptools.package-data]",
        '"*" = ["**/*"]',
        "",
    ]
    return {"pyproject.toml": "\n".join(lines)}


def _packages(files: Mapping[str, str]) -> list[str]:
    """Return the names of the folders with modules."""
    folders = {PurePosixPath(path).parent.parts for path in files if path.endswith(".py")}
    below = source_folders(files)
    folders = {parts[1:] if parts[:1] and parts[0] in below else parts for parts in folders}
    named = (parts for parts in folders if parts and parts[0] not in _NOT_DELIVERED)
    return sorted(".".join(parts) for parts in named if all(part.isidentifier() for part in parts))


def _places(files: Mapping[str, str], packages: list[str]) -> list[str]:
    """Return the line that says which packages are not in the root, if there are any."""
    tops = {name.split(".")[0] for name in packages}
    places = [
        f'"{top}" = "{folder}/{top}"'
        for folder in source_folders(files)
        for top in sorted(tops)
        if f"{folder}/{top}/__init__.py" in files
    ]
    return [f"package-dir = {{ {', '.join(places)} }}"] if places else []


def _modules(files: Mapping[str, str]) -> list[str]:
    """Return the names of the modules in the root, without tests."""
    stems = (path.removesuffix(".py") for path in files if path.endswith(".py"))
    return sorted(stem for stem in stems if stem.isidentifier() and not stem.startswith(("test_", "conftest")))


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
