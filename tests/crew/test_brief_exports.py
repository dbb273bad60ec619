"""Briefs as other programs export or paste them: Gherkin with examples, Confluence's macros, a tracker's CSV."""

# ruff: noqa: E501 - texts of briefs, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

_GHERKIN = """Feature: Booking
  As a member
  I want to book

  Background:
    Given a court

  Scenario Outline: Book at <time>
    When I book at <time>
    Then I see "<result>"

    Examples:
      | time  | result |
      | 08:00 | booked |
      | 23:00 | closed |

  # note
  Scenario: Cancel
    Given these bookings:
      | day |
      | Mon |
    Then it is gone
"""
_OUTLINE = """Scenario Outline: Book on <day>
When I book on <day>
Then I see it

Examples:

| day |
|-----|
| Monday |
"""
_BEISPIELE = """Szenariogrundriss: Buchen am <Tag>
  Wenn ich am <Tag> buche
  Dann sehe ich ihn

  Beispiele:
    | Tag |
    | Mo |
"""
_STORED = """<h1>A</h1><ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">3</ac:parameter></ac:structured-macro><h2>Requirements</h2><ul><li>aa <ac:emoticon ac:name="smile" /></li></ul>
<ac:structured-macro ac:name="panel"><ac:parameter ac:name="title">Out of scope</ac:parameter><ac:rich-text-body><ul><li>cc</li></ul></ac:rich-text-body></ac:structured-macro><ul><li>See <ac:link><ri:page ri:content-title="Plan" /></ac:link></li></ul>
<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">c</ac:parameter><ac:plain-text-body><![CDATA[if x:
  y]]></ac:plain-text-body></ac:structured-macro><ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>bb</ac:task-body></ac:task></ac:task-list>"""
_STORED_TABLE = """<h2>Requirements</h2><table><tr><th>ID</th><th>Requirement</th><th>Status</th></tr><tr><td>FR-1</td><td>aa</td><td><ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">Green</ac:parameter><ac:parameter ac:name="title">OK</ac:parameter></ac:structured-macro></td></tr>
<tr><td>FR-2</td><td>bb</td><td><ac:structured-macro ac:name="status"><ac:parameter ac:name="title">REJECTED</ac:parameter><ac:parameter ac:name="colour">Red</ac:parameter></ac:structured-macro></td></tr></table>"""
_WIKI = """h1. A

{toc:maxLevel=2}

h2. Requirements

{panel:title=Out of scope|borderStyle=solid}
* cc
{panel}
* aa {color:red}x{color}
{info:title=Beware}
Cows are out of scope.
{info}
{code:java}
int x;
{code}
* bb
"""
_JIRA = """Issue key,Summary,Issue Type,Status,Description
CRT-1,aa aa,Story,To Do,"As a member
I want ""aa"", so that I play"
CRT-2,bb,Story,Won't Do,Cancel
"""
_WIDE = f"""Summary,Issue key,{",".join(f"Custom field (Team {each})" for each in "abcdefghijklmnopqrstuvwxyz")},Custom field (Story Points),Fix Version/s
aa,CRT-1,{"," * 25},5,1.2
bb,CRT-2,{"," * 25},3,
"""
# A text, its requirements with labels, and its unused parts.
CASES = [
    (_GHERKIN, 'R1 Book at <time>: When I book at <time>; Then I see "<result>"; Examples: time 08:00, result booked; time 23:00, result closed|R2 Cancel: Given these bookings: day Mon; Then it is gone', "note|Feature: Booking As a member I want to book Background: Given a court"),
    (f"# A\n\n## Requirements\n\n- aa\n\n## Scenarios\n\n{_OUTLINE}\n## Out of scope\n\n- cc\n", "R1 aa|R2 Book on <day>: When I book on <day>; Then I see it; Examples: day Monday", "cc"),
    (f"# A\n\n{_BEISPIELE}\n- aa bb cc\n", "R1 Buchen am <Tag>: Wenn ich am <Tag> buche; Dann sehe ich ihn; Beispiele: Tag Mo|R2 aa bb cc", ""),
    ("# A\n\nFeatures:\n\n- aa\n\nScenario: bb\nGiven cc\nThen dd\n", "R1 aa|R2 bb: Given cc; Then dd", ""),
    ("# A\n\nFeature: aa bb\n\n- cc\n\nExample:\n\n- dd\n", "R1 cc", "dd"),
    (_STORED, "R1 aa|R2 See Plan|R3 bb", "cc|if x: y"),
    (_STORED_TABLE, "FR-1 aa", "FR-2: bb|Status: OK (FR-1), REJECTED (FR-2)"),
    (_WIKI, "R1 aa x|R2 bb", "cc|Beware|Cows are out of scope.|int x;"),
    ("# A\n\n## Requirements\n\n- aa {name} bb {code}\n- {placeholder}\n", "R1 aa {name} bb {code}", "{placeholder}"),
    (_JIRA, 'CRT-1 aa aa: As a member I want "aa", so that I play', "CRT-2: bb: Cancel|Issue Type: Story (CRT-1, CRT-2)|Status: To Do (CRT-1), Won't Do (CRT-2)"),
    (_WIDE, "CRT-1 aa|CRT-2 bb", "Custom field (Story Points): 5 (CRT-1), 3 (CRT-2)|Fix Version/s: 1.2 (CRT-1)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_an_export_is_read(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [f"{each.label} {each.text}" for each in brief.requirements] == built.split("|")
    assert sorted(each.text for each in brief.not_used) == sorted(filter(None, left.split("|")))
