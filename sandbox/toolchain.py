"""Toolchains, as data: how files are recognised, how their tests and the product are run, what may be imported.

Each is a TOML file in `toolchains/`, named after it; another one needs no code.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sandbox.errors import SandboxError
from sandbox.launcher.protocol import RunRequest
from sandbox.run_report import RunReport

FOLDER = Path(__file__).with_name("toolchains")


def _compiles(pattern: str) -> str:
    re.compile(pattern, re.MULTILINE)
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A regular expression; `^` and `$` match at lines."""


class ToolLimits(BaseModel):
    """What a run may use instead of the sandbox's own limits; sizes in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory: int | None = Field(default=None, gt=0)
    processes: int | None = Field(default=None, gt=0)
    open_files: int | None = Field(default=None, gt=0)


class Toolchain(BaseModel):
    """One toolchain.

    Attributes:
        name: the name of its file.
        title: its name for people.
        suffixes: the files that belong to it.
        markers: files in the root of a project that say that it is used there.
        program: what runs the tests and the product, found on the worker's PATH. None: the sandbox's own Python.
        test: the command that runs all tests and writes TAP; "{program}" is filled in. Empty: `sandbox/runner` does.
        run: the command that runs the product; "{folder}" and "{entry}" are filled in, too. Empty: `python -m`.
        entry: what an entry point of the product looks like.
        tests_are: where tests are, in the words of "they are ...".
        numbers_in: the part of a test that names the requirements that it covers.
        test_files: patterns of the paths of files with tests.
        test_name: finds the `name` of each test in such a file. Names that contain "${" are only known once it runs.
            Empty: `crew/model/written_tests.py` reads the tests of Python.
        import_: finds the `name` of each import in a file; `allowed` are the patterns of those that may be used.
        environment: variables that the program needs.
        words: what the members of the crew read about it.
        limits: what a run of its programs needs beyond the sandbox's usual limits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str
    title: str
    suffixes: tuple[str, ...] = Field(min_length=1)
    markers: tuple[str, ...] = ()
    program: str | None = None
    test: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    entry: Pattern
    tests_are: str
    numbers_in: str
    test_files: tuple[str, ...] = ()
    test_name: Pattern | None = None
    import_: Pattern | None = Field(default=None, alias="import")
    allowed: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    words: str = ""
    limits: ToolLimits = ToolLimits()

    @model_validator(mode="after")
    def _complete(self) -> Toolchain:
        if (self.test or self.run) and self.program is None:
            raise ValueError("a command needs a program")
        return self

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def is_built_in(self) -> bool:
        """Whether the sandbox's own runner runs its tests."""
        return not self.test

    def prepare(self, request: RunRequest) -> RunRequest:
        """Return a request with what this toolchain's program needs.

        Raises:
            SandboxError: the program is not installed.
        """
        assert self.program is not None
        found = shutil.which(self.program)
        if found is None:
            raise SandboxError(f"{self.title} needs {self.program}, which is not on the PATH of the worker.")
        limits = request.limits._replace(**self.limits.model_dump(exclude_none=True))
        return request._replace(limits=limits, program=str(Path(found).resolve()), environment=self.environment)

    def tests_in(self, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the path and the name of each test, as its source says."""
        for path, text in files.items():
            if self.test_name and any(fnmatchcase(path, pattern) for pattern in self.test_files):
                for found in re.finditer(self.test_name, text, re.MULTILINE):
                    if "${" not in found["name"]:
                        yield path, re.sub(r"\\(.)", r"\1", found["name"])

    def foreign_imports(self, path: str, text: str) -> list[str]:
        """Return what a file imports and may not."""
        if self.import_ is None or not path.endswith(self.suffixes):
            return []
        names = {found["name"] for found in re.finditer(self.import_, text, re.MULTILINE)}
        return sorted(name for name in names if not any(fnmatchcase(name, each) for each in self.allowed))

    def complete(self, run: RunReport, files: Mapping[str, str]) -> RunReport:
        """Return a run in which each test of the source has an outcome, whatever the program has reported."""
        reported = {name.rpartition(" > ")[2] for name, _ in run.outcomes}
        missing = [f"{path} > {name}" for path, name in self.tests_in(files) if name not in reported]
        if not missing:
            return run
        outcomes = (*run.outcomes, *((name, "not run") for name in missing))
        return replace(run, passed=False, counted=len(outcomes), failed=run.failed + len(missing), outcomes=outcomes)


@cache
def toolchains() -> Mapping[str, Toolchain]:
    """Return all toolchains by their names."""
    return {
        path.stem: Toolchain.model_validate({"name": path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))})
        for path in sorted(FOLDER.glob("*.toml"))
    }


def python() -> Toolchain:
    """Return the toolchain of files that belong to no other."""
    return toolchains()["python"]


def recognise(files: Mapping[str, str]) -> Toolchain:
    """Return the toolchain that a file set uses: one whose marker is there, and then the one with the most files."""

    def fit(toolchain: Toolchain) -> tuple[bool, int, bool]:
        count = sum(path.endswith(toolchain.suffixes) for path in files)
        return any(marker in files for marker in toolchain.markers), count, toolchain == python()

    return max(toolchains().values(), key=fit)
