"""What is wanted is built although it is beside sections that are read first, or in a form that is seldom seen."""

# ruff: noqa: E501, RUF001 - texts of many languages, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

STORIES = """As a member, I want to book a court so that I can play|Als Mitglied möchte ich einen Platz buchen, damit ich spielen kann|En tant que membre, je veux réserver un court
Como socio quiero reservar una pista|Como sócio, quero reservar uma quadra|Come socio voglio prenotare un campo|Als lid wil ik een baan reserveren|Jako członek chcę zarezerwować kort|Как член клуба, я хочу забронировать корт
作为会员，我希望预订场地|会員として、コートを予約したい|회원으로서 코트를 예약하고 싶다|Story: As a guest, I want a map"""
# A text, the labels and texts of its requirements, and its unused parts.
CASES = [
    ("# A\n\n- aa aa\n- bb bb\n\n## Nice to have\n\n- cc cc\n", "R1 aa aa|R2 bb bb|R3 cc cc", ""),
    ("# A\n\n## Booking\n\n- aa aa\n\n## Acceptance criteria\n\n- bb bb\n", "R1 aa aa|R2 bb bb", ""),
    ("# A\n\n## Buchung\n\n- aa aa\n\n## Kann-Kriterien\n\n- bb bb\n\n## Nicht-Ziele\n\n- cc\n", "R1 aa aa|R2 bb bb", "cc"),
    ("# A\n\nLa page doit ouvrir.\n\n## Souhaitable\n\n- bb bb\n", "R1 La page doit ouvrir.|R2 bb bb", ""),
    ("# A\n\n## What we are building\n\n- aa aa\n\n## Version 1\n\n- bb bb\n\n## Could have\n\n- cc cc\n\n## Version 2\n\n- dd\n", "R1 aa aa|R2 bb bb|R3 cc cc", "dd"),
    ("# A\n\n- aa aa\n\nOptions abandonnées :\n\n- bb bb\n\nCritères d'acceptation :\n\n- cc cc\n\nIdeas we dropped:\n\n- dd dd\n", "R1 aa aa|R2 cc cc", "Options abandonnées|bb bb|dd dd"),
    ("# A\n\n## Acceptance criteria\n\n- aa aa\n\n## Definition of done\n\n- Tests pass\n\n## Steps to reproduce\n\n- Open it\n\n## Drawbacks\n\n- It is slow\n", "R1 aa aa", "It is slow|Tests pass|Open it"),
    ("# A\n\n## Features\n\n1\\. aa aa\n2\\. bb bb\n\n## Out of scope\n\n\\- cc\n", "R1 aa aa|R2 bb bb", "cc"),
    ("Pizza\n\n1 The bot takes orders\n2 The bot tells the price\n\nExclusions\n1 The bot sings\n", "R1 The bot takes orders|R2 The bot tells the price", "The bot sings"),
    ("# A\n\n## 4 Funktionale Anforderungen\n/LF10/ aa aa\n/LF20/ bb bb\n\n## 5 Produktdaten\n/LD10/ cc cc\n", "LF10 aa aa|LF20 bb bb|LD10 cc cc", ""),
    ("# A {#top}\n\n## Requirements {#req .x}\n\n- aa aa\n\n## Out of scope {#out}\n\n- bb\n", "R1 aa aa", "bb"),
    ("出欠\n\n■ やりたいこと\n・部員は登録できる\n\n■ やらないこと\n・会費\n\n■ 備考\n・来月まで\n", "R1 部員は登録できる", "会費|来月まで"),
    ("出欠\n\n【機能】\n・部員は登録できる\n\n【対象外】\n・会費\n", "R1 部員は登録できる", "会費"),
    ("======\nSeeds\n======\n\nRequirements\n~~~~~~~~~~~~\n\n#. aa aa\n#. bb bb\n\nOut of scope\n^^^^^^^^^^^^\n\n* cc\n", "R1 aa aa|R2 bb bb", "cc"),
    ("# A\n\n## Must\n\n- [M] aa aa\n- Legend: M = must\n", "R1 [M] aa aa", "Legend: M = must"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_what_is_wanted_is_built(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [f"{each.label} {each.text}" for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used] == list(filter(None, left.split("|")))


def test_a_user_story_in_prose_is_built() -> None:
    wrong = []
    for each in STORIES.replace("\n", "|").split("|"):
        for text in (f"# A\n\n{each}.\n\n- aa bb cc\n", f"# A\n\n{each}.\n\nAcceptance criteria:\n\n- aa bb cc\n"):
            if [one.text.rstrip(".") for one in read_brief(text, "A").requirements] != [each, "aa bb cc"]:
                wrong.append(text)
    assert wrong == []
