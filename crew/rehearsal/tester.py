"""The tester: runs the tests of the source code and reports the results."""

from __future__ import annotations

from artifacts.file_sets import unpack
from artifacts.media_types import FILES
from crew.protocol import Step
from crew.rehearsal.agent import Production, RehearsalAgent
from crew.rehearsal.reading.markdown_blocks import plain
from crew.rehearsal.task_context import TaskContext
from crew.rehearsal.writing.document import Section, code_block, document, escape_markdown
from models.contracts.enums import Verdict
from models.contracts.names import BuiltInArtifact
from sandbox import Sandbox, TestRun

_MAX_LISTED_TESTS = 50

_UNCONFINED = [
    "> [!CAUTION]",
    "> **NOT CONFINED.** This machine supports neither namespaces nor Landlock with seccomp: while it ran, this code "
    "could read, change and reach everything that the worker can.",
    "",
]
_ABOUT_OUTPUT = "Printed by the code and its tests. The result above does not depend on it."
_ABOUT_VERDICT = (
    "The tests were counted from their source. Each ran in a process of its own, and a separate process recorded how "
    "it ended. Within its own process, the code under test could still have changed what its test asserts."
)


class Tester(RehearsalAgent):
    only_writes = False
    progress_messages = ("reading the code", "preparing the sandbox", "reading the specification")

    def __init__(self, step_seconds: float, sandbox: Sandbox) -> None:
        super().__init__(step_seconds)
        self._sandbox = sandbox

    async def produce(self, context: TaskContext, step: Step) -> Production:
        if not context.expects(BuiltInArtifact.TEST_RESULTS):
            return Production()
        source = context.assignment.input(BuiltInArtifact.SOURCE_CODE)
        if source is None or source.media_type != FILES:
            nothing: Section = ("Result", ["**Failed**: the inputs contain no source files to run."])
            return Production([document(context, BuiltInArtifact.TEST_RESULTS, [nothing])], Verdict.FAILED)
        files = unpack(source.content)
        await step.progress(f"running the tests of {len(files)} files in the sandbox", None)
        # The rehearsal's own package consists of templates, with words of the brief as literals. A person's may not.
        run = await self._sandbox.run_tests(files, harmless=source.by_agent)
        sections = [*result_sections(run), ("Coverage", _coverage(context, files))]
        report = document(context, BuiltInArtifact.TEST_RESULTS, sections)
        return Production([report], Verdict.PASSED if run.passed else Verdict.FAILED)


def result_sections(run: TestRun) -> list[Section]:
    """Return the sections on a run: its result, its output and the sandbox."""
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
        ("Output", [_ABOUT_OUTPUT, "", *code_block(run.output.rstrip())]),
        ("Sandbox", [*(f"- {line}" for line in run.isolation), "", _ABOUT_VERDICT]),
    ]


def _not_passed(run: TestRun) -> list[str]:
    """List the tests that did not pass, with their outcomes."""
    if not run.outcomes:
        return [
            "- no tests were found: they must be methods of a `unittest.TestCase`, in files whose names start with test"
        ]
    failed = [(name, outcome) for name, outcome in run.outcomes if outcome != "passed"]
    lines = [
        f"- {escape_markdown(plain(name))}: {escape_markdown(plain(outcome))}"
        for name, outcome in failed[:_MAX_LISTED_TESTS]
    ]
    return lines + ([f"- and {len(failed) - _MAX_LISTED_TESTS} more"] if len(failed) > _MAX_LISTED_TESTS else [])


def _coverage(context: TaskContext, files: dict[str, str]) -> list[str]:
    """Return a table of the tests of each requirement, by the label in their names."""
    lines = ["| requirement | test |", "|---|---|"]
    tests_by_key = _tests_by_key({each.key for each in context.requirements}, files)
    for each in context.requirements:
        tests = ", ".join(f"`{path}`" for path in tests_by_key[each.key]) or "no test has this label in its name"
        lines.append(f"| {each.label}. {escape_markdown(each.text)} | {tests} |")
    return lines


def _tests_by_key(keys: set[str], files: dict[str, str]) -> dict[str, list[str]]:
    """Map each requirement's key to its test files. A file belongs to the longest key that its name starts with: r2_1
    starts with r2, too."""
    found: dict[str, list[str]] = {key: [] for key in keys}
    for path in files:
        if not path.startswith("tests/test_"):
            continue
        words = path.removeprefix("tests/test_").removesuffix(".py").split("_")
        starts = ("_".join(words[:count]) for count in range(len(words), 0, -1))
        if (key := next((start for start in starts if start in keys), None)) is not None:
            found[key].append(path)
    return found
