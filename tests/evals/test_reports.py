"""What an eval reads and prints, without running one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.errors import UsageError
from cli.main import app
from cli.stack import checkout
from cli.views.console import PlainConsole
from evals.briefs import BRIEFS, load_cases
from evals.evaluation import EvalResult
from evals.report import document, problems, table
from evals.usage import EvalUsage

GOOD = EvalResult("good", "1", None, 8, 8, (), EvalUsage(1, 14, 14_000, 1_400, 0.063), 71.2)
WRONG = EvalResult(
    "wrong", "2", None, 9, 7, ("test_a: 1 != 2", "test_b: error"), EvalUsage(3, 40, 40_000, 4_000, 0.18), 120.9
)
NONE = EvalResult("none", None, "build: it ran out of turns", 10, 0, (), EvalUsage(), 0.4)


def test_a_table_has_a_row_for_each_brief_and_their_total() -> None:
    console = PlainConsole(file=io.StringIO(), width=200)
    console.print(table([GOOD, WRONG, NONE], 200.0))
    assert isinstance(console.file, io.StringIO)
    rows = [line.split() for line in console.file.getvalue().splitlines()]
    assert rows[1:] == [
        ["good", "yes", "8", "of", "8", "1", "14", "15,400", "$0.06", "1:11"],
        ["wrong", "yes", "7", "of", "9", "3", "40", "44,000", "$0.18", "2:00"],
        ["none", "no", "0", "of", "10", "0", "0", "0", "$0.00", "0:00"],
        ["total", "2", "of", "3", "15", "of", "27", "4", "54", "59,400", "$0.24", "3:20"],
    ]


def test_what_went_wrong_is_listed() -> None:
    assert problems([GOOD, WRONG, NONE]) == [
        "none: build: it ran out of turns",
        "wrong: test_a: 1 != 2",
        "wrong: test_b: error",
    ]
    assert [GOOD.is_good, WRONG.is_good, NONE.is_good] == [True, False, False]


def test_the_document_has_the_same_figures() -> None:
    found = document("openai:gpt-5", [GOOD, WRONG, NONE], 200.0)
    assert found["total"]["delivered"] == 2
    assert (found["total"]["hidden_passed"], found["total"]["hidden_tests"]) == (15, 27)
    assert found["total"]["usage"]["turns"] == 54
    assert [each["delivered"] for each in found["briefs"]] == [True, True, False]


def test_a_brief_may_have_code_to_change(tmp_path: Path) -> None:
    for path, text in {"brief.md": "# B\n", "hidden/test_b.py": "def test_b(): ...\n", "source/a/b.md": "b\n"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path).write_text(text)
    (case,) = load_cases(tmp_path)
    assert (case.text, case.source, case.hidden_tests) == ("# B\n", {"a/b.md": "b\n"}, 1)
    assert load_cases(BRIEFS / "mdtoc")[0].source is None


def test_a_brief_without_hidden_tests_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "brief.md").write_text("# B\n")
    with pytest.raises(ValueError, match="has no hidden tests"):
        load_cases(tmp_path)


def test_an_installed_botarmy_says_that_it_has_no_evals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkout, "CHECKOUT", tmp_path)
    result = CliRunner().invoke(app, ["eval", "--model", "openai:gpt-5"])
    assert isinstance(result.exception, UsageError)
    assert "needs a checkout" in str(result.exception)
