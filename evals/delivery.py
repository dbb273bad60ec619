"""A project's package, and the hidden tests that run against it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from artifacts import zips
from artifacts.errors import InvalidArtifactError
from cli.client.http import Client
from cli.client.shapes import Artifact
from cli.errors import CommandError
from evals.briefs import EvalCase, Files
from models.contracts.names import BuiltInArtifact
from sandbox import Sandbox, SandboxError, UnconfinedError

PASSED = "passed"


class NoPackageError(CommandError):
    """The project has no package that can be tested."""


@dataclass(frozen=True, slots=True)
class HiddenTests:
    """How many hidden tests were found and passed, and what the others say, a text for each."""

    found: int = 0
    passed: int = 0
    failures: tuple[str, ...] = ()


async def fetch_package(client: Client, project_id: str) -> Files:
    """Return the files of the package that a project has accepted last.

    Raises:
        NoPackageError: it has none, or one that is not a zip of text files.
    """
    query = {"type": BuiltInArtifact.DEPLOYMENT_PACKAGE.value, "limit": 200}
    found = [Artifact.model_validate(each) async for each in client.items(f"/projects/{project_id}/artifacts", **query)]
    accepted = [artifact for artifact in found if artifact.accepted_at is not None]
    if not accepted:
        raise NoPackageError("it has accepted no package")
    package = await client.download(f"/artifacts/{accepted[-1].id}/content")
    try:
        return await asyncio.to_thread(_unpack, package)
    except (InvalidArtifactError, UnicodeDecodeError) as error:
        raise NoPackageError(f"its package cannot be unpacked: {error}") from None


async def run_hidden_tests(case: EvalCase, files: Files, sandbox: Sandbox) -> HiddenTests:
    """Run the hidden tests of a brief against what was delivered. If they cannot run, none has passed."""
    try:
        run = await sandbox.run_acceptance(files, case.hidden, case.name)
    except (InvalidArtifactError, SandboxError, UnconfinedError) as error:
        return HiddenTests(failures=(f"the hidden tests cannot run: {error}",))
    failed = tuple(f"{name}: {run.details.get(name) or outcome}" for name, outcome in run.outcomes if outcome != PASSED)
    passed = len(run.outcomes) - len(failed)
    if not run.passed and not failed:
        failed = (f"the run of the hidden tests did not pass: it {run.stopped or f'ended with {run.exit}'}",)
    return HiddenTests(len(run.outcomes), passed, failed)


def _unpack(package: bytes) -> Files:
    """Return the files without the folder that holds them all."""
    zips.check(package)
    return {path.partition("/")[2]: body.decode() for path, body in zips.read_files(package)}
