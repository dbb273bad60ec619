"""The rehearsal of a project that begins from code: the files are kept, and are still a person's."""

from __future__ import annotations

from artifacts.file_sets import pack, unpack
from artifacts.media_types import FILES
from crew.rehearsal.writing.package import NOTICE
from models.contracts.names import BuiltInRole as A
from tests.crew.rehearsal_under_test import T, artifact, assignment, run

BRIEF = "# Guests\n\n## Requirements\n\n- A guest can sign.\n"
GIVEN = {
    "guests/__init__.py": "",
    "guests/__main__.py": "raise SystemExit(3)\n",
    "tests/test_guests.py": "import guests\n",
    "README.md": "# Mine\n",
    "pyproject.toml": "[project]\nname = 'guests'\n",
}


async def build(round: int = 1, *more: tuple[dict[str, str], int]) -> dict[str, str]:
    inputs = [artifact(T.SOURCE_CODE, pack(GIVEN), FILES)]
    inputs += [artifact(T.SOURCE_CODE, pack(files), FILES, version) for files, version in more]
    task = assignment(A.CODER, "build", T.SOURCE_CODE, brief=BRIEF, inputs=tuple(inputs), round=round)
    outcome = await run(task)
    assert outcome.note == "The code that the project began from is kept as it is."
    return unpack(outcome.drafts[0].content)


async def test_the_files_are_kept_and_the_journal_is_a_package_beside_them() -> None:
    files = await build()
    assert files.items() >= GIVEN.items()
    added = files.keys() - GIVEN.keys()
    assert {path.split("/")[0] for path in added} == {"rehearsal_of_guests", "tests", NOTICE}
    assert "The project began from 5 files" in files[NOTICE]
    assert "no model was used" in files[NOTICE]


async def test_a_package_whose_name_is_free_is_named_after_the_brief() -> None:
    inputs = (artifact(T.SOURCE_CODE, pack({"a.py": ""}), FILES),)
    outcome = await run(assignment(A.CODER, "build", T.SOURCE_CODE, brief=BRIEF, inputs=inputs))
    assert {path.split("/")[0] for path in unpack(outcome.drafts[0].content)} == {"a.py", "guests", "tests", NOTICE}


async def test_a_later_round_begins_from_the_same_files() -> None:
    first = await build()
    assert (await build(2, (first, 2))).keys() == first.keys()


async def test_the_plans_name_the_package_that_is_written() -> None:
    source = artifact(T.SOURCE_CODE, pack(GIVEN), FILES)
    for role, stage, type in ((A.ARCHITECT, "design", T.IMPLEMENTATION_PLAN), (A.ANALYST, "plan", T.PROJECT_PLAN)):
        outcome = await run(assignment(role, stage, type, brief=BRIEF, inputs=(source,)))
        text = outcome.drafts[0].content.decode()
        assert ("rehearsal_of_guests/" if role == A.ARCHITECT else "begins from 5 files") in text


async def test_code_that_an_agent_wrote_or_a_person_amended_is_not_what_the_project_begins_from() -> None:
    for other in (
        artifact(T.SOURCE_CODE, pack(GIVEN), FILES, by_agent=True),
        artifact(T.SOURCE_CODE, pack(GIVEN), FILES, version=2),
    ):
        outcome = await run(assignment(A.CODER, "build", T.SOURCE_CODE, brief=BRIEF, inputs=(other,)))
        files = unpack(outcome.drafts[0].content)
        assert files["README.md"] != GIVEN["README.md"]
        assert NOTICE not in files
