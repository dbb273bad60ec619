"""Statuses, remarks and struck labels rule out what they belong to; features with the names of such remarks are built."""

# ruff: noqa: E501, RUF001 - texts of many languages, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

STATUSES = """Deprecated|Deleted|Void|On hold|Not approved|Closed (won't fix)|Withdrawn|Retired|Rejected|Reserved|Zurückgezogen|Gelöscht|Nicht genehmigt|Nicht beauftragt
Supprimée|Retirée|Non approuvé|Eliminado|No aprobado|Removido|Ritirato|Non approvato|Verwijderd|Ingetrokken|Wycofane|Удалено|已删除|取消|取り下げ|廃止|철회"""
REMARKS = """{} (deprecated)|{} [REMOVED]|{} *(Removed)*|(Removed) {}|DEPRECATED: {}|{} // dropped|{} -- cancelled|{} <- dropped|{} ← gestrichen|{} (withdrawn)|{}, but not in the first release
{} (on hold)|[deleted] {}|{} (zurückgezogen)|{} (supprimé)|{} (eliminado)|{} (verwijderd)|{} (已删除)|{} # not in v1"""
# Features, each in a list, and in a table with a column for descriptions.
FEATURES = """Skip: jumps to the next track|Skip: a listener can skip a track|Later: a listener can save a track for later|Cut: trim a track|Next: plays the next track|Backlog: a list of tracks to hear
Ideas: people can vote for ideas|Cancel: ends the subscription|Hold: puts a call on hold|Postpone: moves the appointment to another day|Cancelled orders: a clerk sees orders that were cancelled|取消: 用户可以取消预约
Überspringen: springt zum nächsten Titel|Excluded genres: a listener can hide genres|Suivant: passe à la piste suivante"""
NOT_FEATURES = """Skip: payments|Later: video|Later: members can export|Cut: voice chat|Backlog: dark mode|Dropped: members can chat|Next: statistics|Ideas: a forum|Removed: the chat|Deferred: a list of friends|v2: a calendar"""
# A text, its requirements, and its unused parts.
CASES = [
    ("# A\n\n- REQ-1: aa\n- ~~REQ-2: bb~~\n- ~~REQ-3~~ cc\n- REQ-4: ~~dd~~\n- REQ-5 ~~ee~~ (dropped)\n- REQ-6: ff ~~gg~~\n", "aa|ff", "REQ-2: bb|REQ-3 cc|dd REQ-4:|ee REQ-5 (dropped)|gg"),
    ("# A\n\n## Requirements\n\n### FR-1: aa\n\nbb bb.\n\n### ~~FR-2: cc~~\n\ndd dd.\n\n### ~~FR-3~~ ee\n\nff ff.\n\n### FR-4 ~~gg~~\n\nhh hh.\n\n### FR-5: ii\n\njj jj.\n", "aa: bb bb.|ii: jj jj.", "FR-2: cc|dd dd.|FR-3 ee|ff ff.|gg FR-4|hh hh."),
    ("# A\n\n| ID | Requirement |\n|-|-|\n| FR-1 | aa |\n| ~~FR-2~~ | bb |\n| FR-3 | ~~cc~~ |\n| FR-4 | Withdrawn |\n", "aa", "FR-2; bb|cc|FR-4: Withdrawn"),
    ("# A\n\n- REQ-1: aa\n- REQ-2: Reserved.\n- REQ-3: Intentionally left blank\n- REQ-4 Withdrawn\n- REQ-5: See REQ-1\n- REQ-6 entfällt\n- REQ-7: 欠番\n", "aa", "REQ-2: Reserved.|REQ-3: Intentionally left blank|REQ-4 Withdrawn|REQ-5: See REQ-1|REQ-6 entfällt|REQ-7: 欠番"),
    ("# A\n\n## Requirements\n\n### FR-1 aa\n\nbb bb.\n\n### FR-2 Reserved\n\n### FR-3 Withdrawn\n\ncc cc.\n\n### FR-4 dd [DEPRECATED]\n\nee ee.\n", "aa: bb bb.", "FR-2 Reserved|FR-3 Withdrawn|cc cc.|FR-4 dd [DEPRECATED]|ee ee."),
    ("# A\n\nOrder states:\n\n- Reserved\n- Cancelled\n- Paid in full\n", "Reserved|Cancelled|Paid in full", ""),
    ("# A\n\n## Not needed\n- bb\n\n## Must\n- aa\n", "aa", "bb"),
    ("# A\n\n- aa bb\n\nPostponed until autumn:\n\n- cc dd\n\nVerschoben auf Herbst:\n\n- ee ff\n\nThe following are explicitly NOT part of sprint 1:\n\n- gg hh\n", "aa bb", "Postponed until autumn|cc dd|Verschoben auf Herbst|ee ff|The following are explicitly NOT part of sprint 1|gg hh"),
    ("雨伞\n\n功能：\n- 用户可以借伞\n\n不需要：\n- 充值\n\n不要：\n- 积分\n\n暂缓：\n- 等级\n\n以后：\n- 广告\n", "用户可以借伞", "充值|积分|等级|广告"),
    ("# Club\n\n## Qué necesitamos\n\n- Pistas\n\n## Qué no necesitamos\n\n- Pagos\n\n## Was wir nicht brauchen\n\n- Chat\n\n## Ce dont nous n'avons pas besoin\n\n- Forum\n\n## Cosa non serve\n\n- App\n", "Pistas", "Pagos|Chat|Ce dont nous n'avons pas besoin|Forum|App"),
]  # fmt: skip


def _lines(text: str) -> list[str]:
    return text.replace("\n", "|").split("|")


def test_a_status_rules_out_its_row() -> None:
    wrong = [
        each
        for each in _lines(STATUSES)
        if [one.text for one in read_brief(f"# A\n\n| ID | Requirement | Status |\n|-|-|-|\n| FR-1 | aa | Open |\n| FR-2 | bb | {each} |\n", "A").requirements] != ["aa"]
    ]  # fmt: skip
    assert wrong == []


def test_a_remark_rules_out_its_item() -> None:
    wrong = [
        each
        for each in _lines(REMARKS)
        for item in (each, f"FR-2: {each}")
        if [one.text for one in read_brief(f"# A\n\n- aa\n- {item.format('Members can vote')}\n", "A").requirements] != ["aa"]
    ]  # fmt: skip
    assert wrong == []


def test_features_named_like_remarks_are_built() -> None:
    wrong = []
    for each in _lines(FEATURES):
        name, _, description = each.partition(": ")
        for text in (
            f"# A\n\n## Features\n\n- aa bb\n- {each}\n",
            f"# A\n\n| Feature | Description |\n|-|-|\n| Play | aa bb |\n| {name} | {description} |\n",
        ):
            if each not in [one.text for one in read_brief(text, "A").requirements]:
                wrong.append(text)
    assert wrong == []


def test_remarks_named_like_features_are_not_built() -> None:
    wrong = [
        each
        for each in _lines(NOT_FEATURES)
        if [one.text for one in read_brief(f"# A\n\n## Features\n\n- aa bb\n- {each}\n", "A").requirements] != ["aa bb"]
    ]
    assert wrong == []


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_what_is_gone_is_listed_and_not_built(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [each.text for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used] == list(filter(None, left.split("|")))
