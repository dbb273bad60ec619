"""A clause that rules out a thing of its own does not take the sentence with it."""

# ruff: noqa: E501, RUF001 - texts of many languages, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

SPLIT = """Payments by card; payments by voucher are out of scope for now|Members can book a court; tournaments are out of scope
Export as CSV; PDF is out of scope for v1|Send reminders by mail; SMS will come later|It must talk; later we want it to sing
The app must print, but it will not support colour printing|Export as JSON – XML is out of scope|Export as CSV; out of scope: PDF
支持刷卡支付；线下支付不在范围内|Zahlung per Karte; Zahlung per Rechnung ist nicht im Umfang|Paiement par carte ; le paiement par chèque est hors périmètre"""
RULED_OUT_WHOLE = """Payments by card, but not in v1|Payments by cash; out of scope for the first season|Payments by bank; this is out of scope
Payments by card; we will not build it|Out of scope: chat; the forum is out of scope|We will not build a chat; the forum comes later"""
KEPT_WHOLE = """Guests can book; an account is not needed|The next free seat is offered; later entries win over earlier ones|Omit empty fields; blank rows are skipped
No two retries overlap; later calls fail|No login is needed to read; a login is needed to write|Members can save tracks for later; saved tracks are listed"""
FRAMES = ["# A\n\n- {}\n- aa bb\n", "# A\n\n| Feature | Note |\n|-|-|\n| {} | |\n| aa bb | |\n"]


def _read(frame: str, text: str) -> tuple[list[str], list[str]]:
    brief = read_brief(frame.replace("{}", text), "Untitled")
    return [each.text for each in brief.requirements], [each.text for each in brief.not_used]


@pytest.mark.parametrize("frame", FRAMES)
def test_the_rest_of_a_sentence_is_built(frame: str) -> None:
    wrong = []
    for each in SPLIT.replace("\n", "|").split("|"):
        built, left = _read(frame, each)
        if len(built) != 2 or len(left) != 1 or not each.startswith(built[0]) or not each.endswith(left[0]):
            wrong.append((each, built, left))
    assert wrong == []


def test_the_rest_of_a_sentence_of_prose_is_built() -> None:
    text = "Members must be able to book; tournaments are out of scope. It should print; SMS will come later."
    built, left = _read("# A\n\n## Requirements\n\n{}\n", text)
    assert built == ["Members must be able to book", "It should print"]
    assert left == ["tournaments are out of scope.", "SMS will come later."]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_clause_about_the_whole_sentence_rules_it_out(frame: str) -> None:
    wrong = [
        each for each in RULED_OUT_WHOLE.replace("\n", "|").split("|") if _read(frame, each) != (["aa bb"], [each])
    ]
    assert wrong == []


@pytest.mark.parametrize("frame", FRAMES)
def test_a_clause_that_rules_nothing_out_stays(frame: str) -> None:
    wrong = [each for each in KEPT_WHOLE.replace("\n", "|").split("|") if _read(frame, each) != ([each, "aa bb"], [])]
    assert wrong == []


def test_clauses_between_others_are_listed() -> None:
    built, left = _read(FRAMES[0], "Members can cancel; we will not build refunds; a mail is sent")
    assert built == ["Members can cancel; a mail is sent", "aa bb"]
    assert left == ["we will not build refunds"]


def test_a_row_with_a_note_keeps_its_other_clauses() -> None:
    text = "# A\n\n| Feature | Note |\n|-|-|\n| Book a court; tournaments are out of scope | fast |\n"
    built, left = _read(text, "")
    assert built == ["Book a court; note: fast"]
    assert left == ["tournaments are out of scope"]
