"""Numbered lines: which are headings, which are items, and where a section ends."""

# ruff: noqa: E501, RUF001 - texts of briefs, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

# A text, its requirements, and its unused parts.
CASES = [
    ("WORK\n\n1. EXCLUSIONS\n1.1 The Supplier shall not deliver hardware.\n\n2. SUPPORT\n2.1 The System shall answer questions.\n", "2.1 The System shall answer questions.", "1.1: The Supplier shall not deliver hardware."),
    ("1.  Introduction\n\n   Keepers have hives.\n\n2.  Protocol\n\n   A hive MUST send a report.\n\n3.  Reports\n\n   A report MUST be signed.\n\n4.  References\n\n   Bradner, S.\n", "R1 A hive MUST send a report.|R2 A report MUST be signed.", "Bradner, S."),
    ("I. EXCLUSIONS\n\nNo hardware is delivered by us.\n\nII. SUPPORT\n\nThe System shall answer.\n", "R1 The System shall answer.", "No hardware is delivered by us."),
    ("十、不包含\n\n在线支付\n\n十一、借书\n\n用户必须登录。\n\n十二、还书\n\n用户必须还书。\n", "R1 用户必须登录。|R2 用户必须还书。", "在线支付"),
    ("一、功能需求\n1、用户可以借书；\n2、用户可以还书。\n三、不包含的内容\n1、在线支付\n2、电子书\n", "R1 用户可以借书；|R2 用户可以还书。", "三、不包含的内容|在线支付|电子书"),
    ("# A\n\n## Requirements\n\n1. aa bb cc\n2. Saves a track for later\n3. Shows cancelled features\n4. Track later orders\n", "R1 aa bb cc|R2 Saves a track for later|R3 Shows cancelled features|R4 Track later orders", ""),
    ("# A\n\n1. Requirements\n\n1. Login\n\n   Members must log in.\n\n2. Search\n\n   Members must search.\n\n2. Out of scope\n\n- Payments\n", "R1 Login Members must log in.|R2 Search Members must search.", "Payments"),
    ("4. Exclusions\n\n4.1 Fines.\n\n5. Reports\n\n5.1 The system shall print the loans.\n", "5.1 The system shall print the loans.", "4.1: Fines."),
    ("1 Requirements\n\n1.1 The scale shall show grams.\n\n2 Options (not part of this contract)\n\n2.1 The scale shall send its weight.\n\n3 Future\n\n3.1 The scale shall sing.\n", "1.1 The scale shall show grams.", "2 Options (not part of this contract)|2.1: The scale shall send its weight.|3.1: The scale shall sing."),
    ("Bot\n\n1. Overview\n\nA bot.\n\n2. Commands\n/add - adds a recipe\n/skip - skips a recipe\n\n3. Rules\n3.1 A name must be given\n\n4. Later\n4.1 It must speak\n", "R1 /add - adds a recipe|R2 /skip - skips a recipe|3.1 A name must be given", "4.1: It must speak"),
    ("# A\n\n1. Requirements\n\n2. Print totals\n\n3. Sort by name\n", "R1 Print totals|R2 Sort by name", ""),
    ("A\n\n1. Requirements\n2. Print totals\n3. Sort by name\n", "R1 Print totals|R2 Sort by name", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_numbered_lines(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [f"{each.label} {each.text}" for each in brief.requirements] == built.split("|")
    assert [each.text for each in brief.not_used if each.text not in brief.summary] == list(
        filter(None, left.split("|"))
    )
