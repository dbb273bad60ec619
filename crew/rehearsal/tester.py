"""The tester: writes acceptance tests, and later runs them and the unit tests of the code, and reports the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from artifacts.file_sets import pack, unpack
from artifacts.media_types import FILES
from crew.markdown import code_block, escape_markdown
from crew.protocol import Assignment, Draft, InputArtifact, Step
from crew.reading.markdown_blocks import plain
from crew.rehearsal.agent import RehearsalAgent, StepDraft
from crew.rehearsal.task_context import TaskContext, title_beside
from crew.rehearsal.writing.acceptance_tests import acceptance_files, acceptance_path
from crew.rehearsal.writing.document import Section, document
from crew.rehearsal.writing.python_names import names_for, package_name
from crew.wording import NO_SOURCE, NOT_INDEPENDENT, UNCONFINED, pytest_note, result_of
from models.contracts.enums import Verdict
from models.contracts.names import BuiltInArtifact
from sandbox import RunReport, SandboxPort

_MAX_LISTED_TESTS = 50

_ABOUT_OUTPUT = "Printed by the code and its tests. The result above does not depend on it."
_ABOUT_VERDICT = (
    "The tests were counted from their source. Each ran in a process of its own, and a separate process recorded how "
    "it ended. Within its own process, the code under test could still have changed what its unit test asserts; "
    "acceptance tests drive the code from another process."
)


class Tester(RehearsalAgent):
    only_writes = False
    progress_messages = ("reading the code", "preparing the sandbox", "reading the specification")

    def __init__(self, step_seconds: float, sandbox: SandboxPort) -> None:
        super().__init__(step_seconds)
        self._sandbox = sandbox

    def messages(self, assignment: Assignment) -> Sequence[str]:
        if BuiltInArtifact.ACCEPTANCE_TESTS in assignment.expected_outputs:
            return ("reading the specification", "reading the plan", "writing the acceptance tests")
        return self.progress_messages

    async def write_outputs(self, context: TaskContext, step: Step) -> StepDraft:
        drafts, verdict, warning = [], None, None
        if context.expects(BuiltInArtifact.ACCEPTANCE_TESTS):
            drafts.append(Draft(BuiltInArtifact.ACCEPTANCE_TESTS, pack(acceptance_files(context)), FILES))
        if context.expects(BuiltInArtifact.TEST_RESULTS):
            report, verdict, warning = await self._validate(context, step)
            drafts.append(report)
        return StepDraft(drafts, verdict, warning=warning)

    async def _validate(self, context: TaskContext, step: Step) -> tuple[Draft, Verdict, str | None]:
        source = _files_input(context, BuiltInArtifact.SOURCE_CODE)
        if source is None:
            nothing: Section = ("Result", [NO_SOURCE])
            return document(context, BuiltInArtifact.TEST_RESULTS, [nothing]), Verdict.FAILED, None
        files = unpack(source.content)
        await step.progress(f"running the tests of {len(files)} files in the sandbox", None)
        # The rehearsal's own package consists of templates, with words of the brief as literals. A person's may not.
        unit = await self._sandbox.run_tests(files, harmless=source.by_agent)
        acceptance = None
        if (tests := _files_input(context, BuiltInArtifact.ACCEPTANCE_TESTS)) is not None:
            await step.progress("running the acceptance tests in the sandbox", None)
            acceptance = await self._sandbox.run_acceptance(
                files,
                unpack(tests.content),
                _package(context, files),
                harmless=source.by_agent and tests.by_agent,
            )
        result, *details = result_sections(unit)
        sections: list[Section] = [
            result,
            ("Acceptance tests", [NOT_INDEPENDENT] if acceptance is None else _result(acceptance)),
            *details,
            ("Coverage", _coverage(context, files, acceptance)),
        ]
        passed = unit.passed and (acceptance is None or acceptance.passed)
        report = document(context, BuiltInArtifact.TEST_RESULTS, sections)
        return report, Verdict.PASSED if passed else Verdict.FAILED, pytest_note(unit.need_pytest)


def _package(context: TaskContext, files: Mapping[str, str]) -> str:
    """Return the package to start: beside code that was given, the rehearsal's may have a longer name."""
    longer = package_name(title_beside(context.brief.title))
    return longer if f"{longer}/__main__.py" in files else package_name(context.brief.title)


def _files_input(context: TaskContext, type: BuiltInArtifact) -> InputArtifact | None:
    found = context.assignment.input(type)
    return found if found is not None and found.media_type == FILES else None


def result_sections(run: RunReport) -> list[Section]:
    """Return the sections on a run of unit tests: its result, its output and the sandbox."""
    return [
        ("Unit tests", [*([*UNCONFINED.splitlines(), ""] if not run.confined else []), *_result(run)]),
        ("Output", [_ABOUT_OUTPUT, "", *code_block(run.output.rstrip())]),
        ("Sandbox", [*(f"- {line}" for line in run.isolation), "", _ABOUT_VERDICT]),
    ]


def _result(run: RunReport) -> list[str]:
    stopped = [f"- stopped: {run.stopped}"] if run.stopped else []
    return [
        result_of(run),
        "",
        f"- exit: {run.exit}",
        *stopped,
        *_not_passed(run),
    ]


def _not_passed(run: RunReport) -> list[str]:
    """List the tests that did not pass, with their outcomes."""
    if run.need_pytest == len(run.outcomes):
        return [
            "- no tests were found: they must be methods of a `unittest.TestCase`, or functions without arguments, in "
            "files whose names start with test"
        ]
    failed = run.not_passed
    lines = [
        f"- {escape_markdown(plain(name))}: {escape_markdown(plain(outcome))}"
        for name, outcome in failed[:_MAX_LISTED_TESTS]
    ]
    return lines + ([f"- and {len(failed) - _MAX_LISTED_TESTS} more"] if len(failed) > _MAX_LISTED_TESTS else [])


def _coverage(context: TaskContext, files: dict[str, str], acceptance: RunReport | None) -> list[str]:
    """Return a table of the tests of each requirement, by the label in their names."""
    lines = ["| requirement | unit test | acceptance test |", "|---|---|---|"]
    tests_by_key = _tests_by_key({each.key for each in context.requirements}, files)
    outcomes = {name.partition(".")[0]: outcome for name, outcome in acceptance.outcomes} if acceptance else {}
    for each in context.requirements:
        tests = ", ".join(f"`{path}`" for path in tests_by_key[each.key]) or "no test has this label in its name"
        path = acceptance_path(names_for(context.brief.title, each).module)
        outcome = escape_markdown(outcomes.get(path.removesuffix(".py"), "none"))
        lines.append(f"| {each.label}. {escape_markdown(each.text)} | {tests} | {outcome} |")
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
