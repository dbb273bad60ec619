"""Hostile and random briefs still become documents and working code."""

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from artifacts.file_sets import unpack
from crew.markdown import escape_markdown
from crew.reading.brief import read_brief
from crew.reading.document_requirements import requirements_in
from crew.reading.markdown_blocks import plain
from crew.reading.requirements import MAX_REQUIREMENTS
from crew.rehearsal.writing.python_names import package_name
from models.contracts.names import BuiltInRole
from sandbox import run_acceptance, run_tests
from tests.crew.rehearsal_under_test import EXAMPLE, T, assignment, deliver, run

HOSTILE = [
    "",
    " \n\t\n",
    "\x00\x07",
    "- class\n- class\n- def\n- None\n- import\n- journal\n- entry\n- Journal\n- 1",
    "# \U0001f680\u200d\n\n- \U0001f4a5\n- \u202eevil\u202c\n- \u05e9\u05dc\u05d5\u05dd",
    '# "Title"\n\n- \'\'\'a\'\'\' """b""" \\ \\n {0} {label} %s\n- ends with a backslash \\\n- ends with a quote "',
    "# unittest\n\n## Must\n\n- json\n- os; import os\n- ``` ` ```\n- **R7**: bold\n- R7. again",
    "- &amp; <script>x</script>\n- <name> placeholders",
    "# A\n\n```python\n- not a requirement\n```\n\n> - R1. quoted\n",
    "<h1>HTML</h1>\n<ul><li>one</li></ul>",
    pytest.param("\n".join(f"- requirement number {number}" for number in range(500)), marks=pytest.mark.long),
    "- " + "long " * 10_000,
    "# T\n\n" + "[" * 3_000 + "*" * 3_000 + "`" * 3_000,
    "> " * 2_000 + "- deep",
    pytest.param("---\n" + "[" * 10_000 + "\n---\n# Nested YAML\n", marks=pytest.mark.long),
]


async def assert_code_passes_its_tests(brief: str) -> None:
    """Both its own and the acceptance tests."""
    code = await run(assignment(BuiltInRole.CODER, "build", T.SOURCE_CODE, brief=brief))
    files = unpack(code.drafts[0].content)
    for path, text in files.items():
        if path.endswith(".py"):
            compile(text, path, "exec", dont_inherit=True)
    result = await run_tests(files)
    assert result.passed, result.output
    read = read_brief(brief, "A project")
    assert result.ran == 2 * len(read.requirements)
    tests = await run(assignment(BuiltInRole.TESTER, "acceptance", T.ACCEPTANCE_TESTS, brief=brief))
    result = await run_acceptance(files, unpack(tests.drafts[0].content), package_name(read.title))
    assert result.passed, result.details
    assert result.ran == len(read.requirements)


@pytest.mark.parametrize("brief", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hostile_brief_becomes_code_that_passes_its_tests(brief: str) -> None:
    await assert_code_passes_its_tests(brief)


@pytest.mark.long
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=400))
async def test_any_text_becomes_code_that_passes_its_tests(brief: str) -> None:
    await assert_code_passes_its_tests(brief)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
@example("# C#\n\n- a #\n- *b* _c_ d_e\n- \\\\ | & < > ~")
async def test_every_document_keeps_all_requirements(brief: str) -> None:
    drafts = await deliver(brief, "design")
    wanted = read_brief(brief.encode(errors="replace").decode(), "A project").requirements
    for type in (T.PROJECT_PLAN, T.SOFTWARE_SPECIFICATION, T.IMPLEMENTATION_PLAN):
        assert requirements_in(drafts[type].content.decode()) == wanted


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_escaped_text_reads_back_unchanged(text: str) -> None:
    text = plain(f"x {text} x")
    assert [each.text for each in requirements_in(f"### R1. {escape_markdown(text)}")] == [text]


async def test_a_huge_brief_is_read_in_part_and_the_document_says_so() -> None:
    brief = "# Much\n\n" + "- *one* [requirement](http://localhost) of `many`\n" * 20_000
    started = time.monotonic()
    outcome = await run(assignment(BuiltInRole.ANALYST, "plan", T.PROJECT_PLAN, brief=brief))
    text = outcome.drafts[0].content.decode()
    assert time.monotonic() - started < 10
    assert "Only the first" in text.splitlines()[0]
    assert len(requirements_in(text)) <= MAX_REQUIREMENTS


@pytest.mark.parametrize(
    ("brief", "title", "texts"),
    [
        (EXAMPLE, "Short links for the support team", None),
        (
            "just do something nice. And soon!",
            "just do something nice. And soon!",
            ["just do something nice.", "And soon!"],
        ),
        ("# A\n\n## Won't have\n\n- x one\n\n## User stories\n\n1. [ ] first\n2. [x] second", "A", ["first", "second"]),
        ("# A\n\nFeatures:\n\n- one\n- two\n\nContacts:\n\n- Ada", "A", ["one", "two"]),
        ("# A\n\n- Users can:\n  - sign up\n  - log in\n", "A", ["Users can: sign up; log in"]),
        ("- only a list", "A project", ["only a list"]),
        ("# A", "A", ["A"]),
    ],
)
def test_a_brief_is_read_as_a_person_would(brief: str, title: str, texts: list[str] | None) -> None:
    read = read_brief(brief, "A project")
    assert read.title == title
    assert texts is None or [each.text for each in read.requirements] == texts
