"""Of chats, minutes and mails, nothing that is refused is built, and all that is left out is listed."""

# ruff: noqa: E501 - texts of briefs, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

# A text, its requirements, and its unused parts.
CASES = [
    ("[09:01] Mia: it must show potholes\n[09:02] Ben: payments?\n[09:03] Mia: no payments\n[09:04] Jo: users should get a mail\n", "Mia: it must show potholes|Jo: users should get a mail", "Ben: payments?|Mia: no payments"),
    ("Mia, 09:01\nit must show potholes\n\nJo, 09:02\nwhat about payments?\n\nMia, 09:03\nno payments. users should get a mail\n", "it must show potholes|users should get a mail", "what about payments?|no payments."),
    ("Mia: it must show potholes\nBen: payments?\nMia: no payments\nJo: we don't need a login\n", "Mia: it must show potholes", "Ben: payments?|Mia: no payments|Jo: we don't need a login"),
    ("# Minutes\n\n## Attendees\n\n- Ann Aa\n\n## Decisions\n\n- aa aa\n- We will not build bb\n\n## Discussion\n\n- cc cc\n\n## Action items\n\n- Bo: ask Ann\n", "aa aa", "We will not build bb|Ann Aa|cc cc|Bo: ask Ann"),
    ("Hi Ann,\n\nplease build:\n\n- aa aa\n- bb bb\n\nThanks\nPetra\n\n-----Original Message-----\nFrom: Ann\n\nDo you need:\n\n- cc cc\n", "aa aa|bb bb", "-----Original Message----- From: Ann|Do you need:|cc cc"),
    ("Hallo zusammen,\n\nwir brauchen eine Seite, die buchen soll.\n\nBezahlen brauchen wir nicht.\n\nViele Grüße\n", "wir brauchen eine Seite, die buchen soll.", "Bezahlen brauchen wir nicht.|Viele Grüße"),
    ("09:01 Mia: it must show potholes\n09:02 Ben: payments?\n09:03 Mia: no payments\n", "Mia: it must show potholes", "Ben: payments?|Mia: no payments|09:01; 09:02; 09:03"),
    ("# A\n\nBreakfast 08:00\nLunch 12:30\nDinner 18:00\n\nThe menu must be printed.\n", "Breakfast 08:00|Lunch 12:30|Dinner 18:00|The menu must be printed.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_conversations(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    listed = [each.text for each in brief.not_used]
    assert [each.text for each in brief.requirements] == built.split("|")
    assert [each for each in filter(None, left.split("|")) if each not in listed] == []


def test_a_timetable_keeps_its_times() -> None:
    text = "# A\n\n## Requirements\n\n08:00 Backup: the job must copy the database\n09:00 Report: the job must print the totals\n10:00 Mail: the job must send the totals\n"
    built = " ".join(each.text for each in read_brief(text, "Untitled").requirements)
    assert [each for each in ("08:00", "09:00", "10:00") if each not in built] == []
