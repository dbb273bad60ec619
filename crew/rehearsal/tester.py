"""The tester: runs the tests of the source code for real, and reports what they said."""

from __future__ import annotations

from artifacts.file_sets import unpack
from artifacts.media_types import FILES
from crew.protocol import Step
from crew.rehearsal.agent import Produce, RehearsalAgent
from crew.rehearsal.document import Section, document, escaped, fenced
from crew.rehearsal.outline import plain
from crew.rehearsal.work import Work
from models.contracts.enums import ArtifactType, Verdict
from sandbox import Sandbox, TestRun


class Tester(RehearsalAgent):
    only_writes = False
    progress = ("reading the code", "preparing the sandbox", "reading the specification")

    def __init__(self, step_seconds: float, sandbox: Sandbox) -> None:
        super().__init__(step_seconds)
        self._sandbox = sandbox

    async def produce(self, work: Work, step: Step) -> Produce:
        source = work.assignment.input(ArtifactType.SOURCE_CODE)
        wanted = work.wants(ArtifactType.TEST_RESULTS)
        if not wanted:
            return Produce()
        if source is None or source.media_type != FILES:
            nothing: Section = ("Result", ["**Failed**: there is no set of source files among the inputs to run."])
            return Produce([document(work, ArtifactType.TEST_RESULTS, [nothing])], Verdict.FAILED)
        files = unpack(source.content)
        await step.progress(f"running the tests of {len(files)} files in the sandbox", None)
        # The rehearsal's own package is templates with words of the brief as literals; any other a person wrote.
        run = await self._sandbox.run_tests(files, harmless=source.by_agent)
        report = document(work, ArtifactType.TEST_RESULTS, [*results(run), ("Coverage", _coverage(work, files))])
        return Produce([report], Verdict.PASSED if run.passed else Verdict.FAILED)


def results(run: TestRun) -> list[Section]:
    """What a run came to, in sections."""
    ran = f"{run.ran} tests ran" if run.ran == run.counted else f"{run.ran} of {run.counted} tests ran"
    stopped = [f"- stopped: {run.stopped}"] if run.stopped else []
    return [
        (
            "Result",
            [
                *(_UNCONFINED if not run.confined else []),
                f"**{'Passed' if run.passed else 'Failed'}**: {ran}, {run.failed} failed.",
                "",
                f"- exit: {run.exit}",
                *stopped,
                *_not_passed(run),
            ],
        ),
        ("Output", [_ABOUT_OUTPUT, "", *fenced(run.output.rstrip())]),
        ("Sandbox", [*(f"- {line}" for line in run.isolation), "", _ABOUT_VERDICT]),
    ]


_UNCONFINED = [
    "> [!CAUTION]",
    "> **NOT CONFINED.** This machine has neither namespaces nor Landlock with seccomp: while it ran, this code could "
    "read, change and reach whatever the worker can.",
    "",
]
_ABOUT_OUTPUT = "What the code and its tests printed, whatever it claims; the result above was not read from it."
_ABOUT_VERDICT = (
    "The tests were counted from their source, and each ran in a process of its own, whose end another process judged. "
    "Within that process the code under test could still have changed what its test asserts."
)
_MOST_NAMED = 50


def _not_passed(run: TestRun) -> list[str]:
    """Each test that did not pass, and what became of it."""
    ends = [(name, end) for name, end in run.outcomes if end != "passed"]
    if not run.outcomes:
        return [
            "- no tests were found: they are methods of a `unittest.TestCase`, in files whose names begin with test"
        ]
    named = [f"- {escaped(plain(name))}: {escaped(plain(end))}" for name, end in ends[:_MOST_NAMED]]
    return named + ([f"- and {len(ends) - _MOST_NAMED} more"] if len(ends) > _MOST_NAMED else [])


def _coverage(work: Work, files: dict[str, str]) -> list[str]:
    """Which test covers which requirement, by the label in its name."""
    lines = ["| requirement | test |", "|---|---|"]
    tests_of = _tests_by_key({each.key for each in work.requirements}, files)
    for each in work.requirements:
        tests = tests_of[each.key]
        shown = ", ".join(f"`{path}`" for path in tests) or "none by that name"
        lines.append(f"| {each.label}. {escaped(each.text)} | {shown} |")
    return lines


def _tests_by_key(keys: set[str], files: dict[str, str]) -> dict[str, list[str]]:
    """The test files of each requirement: the longest key that a file's name begins with counts, since r2_1 begins as
    r2 does."""
    found: dict[str, list[str]] = {key: [] for key in keys}
    for path in files:
        if not path.startswith("tests/test_"):
            continue
        words = path.removeprefix("tests/test_").removesuffix(".py").split("_")
        starts = ("_".join(words[:count]) for count in range(len(words), 0, -1))
        if (key := next((start for start in starts if start in keys), None)) is not None:
            found[key].append(path)
    return found
