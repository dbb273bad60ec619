"""The files that an agent works on: in memory, every write checked, rebuilt by running a transcript's calls again."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from artifacts import file_sets
from artifacts.errors import InvalidArtifactError
from config.sizes import format_size
from crew.model.tool import ToolError
from sandbox.runner.modules import own_modules
from sandbox.runner.source import parse
from sandbox.toolchain import Toolchain, python

MAX_FILE = 256 * 1024
"""Bytes of one file. Longer ones are data, or a model that repeats itself."""


class Workspace:
    """A file set that changes. Every path and text that is written to it is valid.

    Args:
        files: the initial files. What they import may be imported.
        packages: top-level modules that the code may import beside the standard library and its own.
        toolchain: what the code is written for, by default Python. Python files are checked in any case.
    """

    def __init__(
        self,
        files: Mapping[str, str] = {},
        packages: frozenset[str] = frozenset(),
        toolchain: Toolchain | None = None,
    ) -> None:
        self.files = dict(files)
        self.toolchain = toolchain or python()
        self._packages = packages
        self._before = dict(files)

    @cached_property
    def imported_before(self) -> set[str]:
        return {name for _, names in _imports(self._before) for name in names}

    @property
    def version(self) -> int:
        """A number that equal files have in common, in this process."""
        return hash(frozenset(self.files.items()))

    def listing(self) -> str:
        """Return the paths with their sizes, one a line."""
        if not self.files:
            return "There are no files."
        return "\n".join(f"{path} ({len(text.encode()):,} bytes)" for path, text in sorted(self.files.items()))

    def read(self, path: str) -> str:
        try:
            return self.files[path]
        except KeyError:
            raise ToolError(f"there is no file {path[:200]!r}. Call list_files to see what there is.") from None

    def write(self, path: str, content: str) -> str:
        """Create or replace a file. Return what to tell the model."""
        self._check(path, content)
        existed = path in self.files
        self.files[path] = content
        return f"{'Replaced' if existed else 'Created'} {path} ({len(content.encode()):,} bytes)."

    def replace(self, path: str, old: str, new: str) -> str:
        """Replace a text that occurs once."""
        text = self.read(path)
        found = text.count(old) if old else 0
        if found != 1:
            what = "does not occur" if found == 0 else f"occurs {found} times"
            raise ToolError(f"the old text {what} in {path}. Give a text that occurs once, with its lines around it.")
        return self.write(path, text.replace(old, new))

    def delete(self, path: str) -> str:
        self.read(path)
        del self.files[path]
        return f"Deleted {path}."

    def _check(self, path: str, content: str) -> None:
        if len(content.encode(errors="replace")) > MAX_FILE:
            raise ToolError(f"{path[:200]} is larger than {format_size(MAX_FILE)}. Split it.")
        try:
            file_sets.check({**self.files, path: content})
        except InvalidArtifactError as error:
            raise ToolError(str(error)) from None
        if path.endswith(".py"):
            self._check_python(path, content)
        earlier = self.toolchain.foreign_imports(path, self._before.get(path, ""))
        if foreign := [name for name in self.toolchain.foreign_imports(path, content) if name not in earlier]:
            raise ToolError(
                f"{path} imports {', '.join(foreign)}, which is not available; {', '.join(self.toolchain.allowed)} are."
            )

    def _check_python(self, path: str, content: str) -> None:
        try:
            tree = parse(content, path)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
            raise ToolError(
                f"{path} is not Python: {line}{getattr(error, 'msg', error)}. It was not written."
            ) from None
        own = own_modules((*self.files, path))
        known = sys.stdlib_module_names | own | self._packages | self.imported_before
        foreign = sorted(imported(tree) - known)
        # A module of its own may be written later: only a name that can never be one is refused here.
        unknown = [name for name in foreign if name in KNOWN_DISTRIBUTIONS]
        if unknown:
            raise ToolError(
                f"{path} imports {', '.join(unknown)}, which is not available; the standard library"
                f"{''.join(f', {each}' for each in sorted(self._packages))} and your own modules are."
            )

    def missing_imports(self) -> dict[str, list[str]]:
        """Return the imports that no file, approved package or standard library module provides, by path."""
        known = self._packages | self.imported_before
        return {path: names for path, found in _imports(self.files) if (names := sorted(found - known))}


def _imports(files: Mapping[str, str]) -> Iterator[tuple[str, set[str]]]:
    """Yield each Python file's imports that neither the files nor the standard library provide. A file that cannot be
    parsed has none."""
    known = sys.stdlib_module_names | own_modules(files)
    for path, text in files.items():
        if path.endswith(".py"):
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                yield path, imported(parse(text)) - known


KNOWN_DISTRIBUTIONS = frozenset(
    [
        "aiohttp",
        "attr",
        "attrs",
        "bs4",
        "click",
        "django",
        "fastapi",
        "flask",
        "httpx",
        "jinja2",
        "lxml",
        "matplotlib",
        "numpy",
        "pandas",
        "pydantic",
        "pytest",
        "redis",
        "requests",
        "rich",
        "scipy",
        "sklearn",
        "sqlalchemy",
        "starlette",
        "tornado",
        "typer",
        "uvicorn",
        "yaml",
    ]
)
"""Packages that models reach for and that are not there: named at the write, before the tests fail for it."""


def imported(tree: ast.AST) -> set[str]:
    """Return the top-level names of the modules that a module imports absolutely."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names
