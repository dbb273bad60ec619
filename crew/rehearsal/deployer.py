"""The deployer: the package to deploy, checked, and the log that says what is in it."""

from __future__ import annotations

import asyncio
import hashlib

from artifacts import zips
from artifacts.file_sets import unpack
from artifacts.media_types import FILES, ZIP
from crew.protocol import Draft, InputArtifact, Step
from crew.rehearsal.agent import Produce, RehearsalAgent
from crew.rehearsal.document import Section, document
from crew.rehearsal.package import VERSION, distribution_name
from crew.rehearsal.tester import results
from crew.rehearsal.work import Work, readable
from models.contracts.enums import ArtifactType, Verdict
from sandbox import Sandbox, TestRun


class Deployer(RehearsalAgent):
    only_writes = False
    progress = ("reading the test results", "collecting the files", "preparing the package")

    def __init__(self, step_seconds: float, sandbox: Sandbox) -> None:
        super().__init__(step_seconds)
        self._sandbox = sandbox

    async def produce(self, work: Work, step: Step) -> Produce:
        if not work.wants(ArtifactType.DEPLOYMENT_PACKAGE, ArtifactType.DEPLOYMENT_LOG):
            return Produce()
        source = work.assignment.input(ArtifactType.SOURCE_CODE)
        runnable = source is not None and source.media_type == FILES
        files = unpack(source.content) if source and runnable else _documents(work.assignment.inputs)
        root = f"{distribution_name(work.brief.title)}-{VERSION}"
        package = await asyncio.to_thread(zips.pack, files, root)
        run = await self._check(package, root, step, harmless=source.by_agent) if source and runnable else None
        log = document(
            work,
            ArtifactType.DEPLOYMENT_LOG,
            [
                ("Package", _package(package, root)),
                ("Contents", _contents(files)),
                ("Check", _verdict_line(run)),
                *(results(run)[1:] if run else []),
            ],
        )
        drafts = [Draft(ArtifactType.DEPLOYMENT_PACKAGE, package, ZIP), log]
        return Produce(drafts, None if run is None else Verdict.PASSED if run.passed else Verdict.FAILED)

    async def _check(self, package: bytes, root: str, step: Step, *, harmless: bool) -> TestRun:
        """Run the tests of what is in the package, not of what went into it."""
        await step.progress("checking the package: running its tests in the sandbox", None)
        files = await asyncio.to_thread(zips.unpack, package, root)
        return await self._sandbox.run_tests(files, harmless=harmless)


def _documents(inputs: tuple[InputArtifact, ...]) -> dict[str, str]:
    """The readable inputs, for a pipeline that has documents to deliver and no code."""
    texts = {f"{one.type.value}-v{one.version}.md": text for one in inputs if (text := readable(one)) is not None}
    return texts or {"README.md": "> **Rehearsal.** No model was asked.\n\nThere was nothing to package.\n"}


def _package(package: bytes, root: str) -> list[str]:
    return [
        f"- name: `{root}.zip`",
        f"- size: {len(package):,} bytes",
        f"- sha256: `{hashlib.sha256(package).hexdigest()}`",
    ]


def _contents(files: dict[str, str]) -> list[str]:
    rows = [
        f"| `{path}` | {len(text.encode()):,} | `{hashlib.sha256(text.encode()).hexdigest()}` |"
        for path, text in files.items()
    ]
    return ["| file | bytes | sha256 |", "|---|---|---|", *rows]


def _verdict_line(run: TestRun | None) -> list[str]:
    if run is None:
        return ["There is no source code among the inputs: these are documents, and nothing was run."]
    said: Section = results(run)[0]
    return ["The package was unpacked, and each of its tests was run.", "", *said[1]]
