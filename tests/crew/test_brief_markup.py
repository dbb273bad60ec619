"""What the markup of a text hides or strikes is not built, and is listed."""

# ruff: noqa: E501 - texts of briefs, in long lists
from __future__ import annotations

import pytest

from crew.reading.brief import read_brief

# A text, its requirements, and its unused parts with their reasons.
CASES = [
    ("= A\n\n// xx\n== Requirements\n\n* aa aa\n\n////\n* bb bb\n////\n\n* cc [.line-through]#dd#\n", "aa aa|cc", "struck out: dd|a comment: xx|a comment: * bb bb"),
    ("#+TITLE: A\n#+AUTHOR: Bo\n* Requirements\n** TODO aa aa :core:\n   DEADLINE: <2026-06-01 Mon>\n** CANCELLED bb bb\n** DONE [#A] cc cc\n# dd\n* COMMENT Thoughts\n- ee\n#+BEGIN_COMMENT\n- ff\n#+END_COMMENT\n", "aa aa|cc cc", "out of scope: \u274c bb bb|out of scope: \u274c Thoughts|out of scope: ee|a comment: - ff|a comment: #+AUTHOR: Bo|a comment: DEADLINE: <2026-06-01 Mon>|a comment: dd"),
    ("* Requirements\n** TODO aa aa\n** KILL bb bb\n** cc cc :ARCHIVE:\n", "aa aa", "out of scope: \u274c bb bb|out of scope: \u274c cc cc"),
    ("h1. A\n\nh2. Requirements\n\n# aa aa\n# -bb bb-\n* cc -5 degrees-cold\n", "aa aa|cc -5 degrees-cold", "struck out: bb bb"),
    ("# A\n\n- aa aa\n- -bb bb-\n- -v or -q for the log\n", "aa aa|-v or -q for the log", "struck out: bb bb"),
    ("<html><head><meta charset=utf-8><title>xx</title><style>.must {{}}</style></head><body><h1>A</h1><script>if (required) must();</script><p>It must aa.</p></body></html>", "It must aa.", "a comment: xx|a comment: .must {{}}|a comment: if (required) must();"),
    ("# A\n\n{% comment %}\n- bb bb\n{% endcomment %}\n\n- aa aa\n\n{# cc #}\n\n/* - dd */\n// - ee\n", "aa aa", "a comment: - bb bb|a comment: cc|a comment: - dd|a comment: - ee"),
    ("# A\n\n- aa aa\n- see http://a.b/c // not cc\n- b\u0336b\u0336 \u0336b\u0336\n", "aa aa|see http://a.b/c // not cc", "struck out: bb b"),
    ("\\documentclass{article}\n\\title{A}\n\\begin{document}\n\\section{Requirements}\n\\begin{itemize}\n  \\item aa aa\n  % \\item bb bb\n  \\item \\sout{cc cc}\n\\end{itemize}\n\\section{Out of scope}\n\\begin{itemize}\n\\item dd\n\\end{itemize}\n\\end{document}\n", "aa aa", "struck out: cc cc|out of scope: dd|a comment: \\item bb bb"),
    ("[b]Requirements[/b]\n[list]\n[*]aa aa\n[*][s]bb bb[/s]\n[/list]\n[b]Out of scope[/b]\n[list]\n[*]cc\n[/list]\n", "aa aa", "struck out: bb bb|out of scope: cc"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built", "left"), CASES, ids=range(len(CASES)))
def test_what_markup_hides_is_listed(text: str, built: str, left: str) -> None:
    brief = read_brief(text, "Untitled")
    assert [each.text for each in brief.requirements] == built.split("|")
    assert [f"{each.reason}: {each.text}" for each in brief.not_used] == left.split("|")


# A text, and its requirements: there is nothing that is hidden.
BUILT = [
    ("# A\n\n[List of rules](rules.md)\n\n## Requirements\n\n- Print cells[i] for each row\n- Mark [s] as south\n- Mark [b] as bishop\n", "Print cells[i] for each row|Mark [s] as south|Mark [b] as bishop"),
    ("[list]\n[*]Print cells[i] for each row\n[*]Mark [s] as south\n[/list]\n", "Print cells[i] for each row|Mark [s] as south"),
    ("# A\n\n## Requirements\n\n- Put the name into `<title>NAME</title>`\n- Escape `<script>a</script>` so that nothing runs\n", "Put the name into <title>NAME</title>|Escape <script>a</script> so that nothing runs"),
    ("# A\n\n- Fields after a PIPE are skipped\n- Show a PIPE b as a choice\n- Open http://localhost/later\n- // comments are kept\n- aa bb\n", "Fields after a PIPE are skipped|Show a PIPE b as a choice|Open http://localhost/later|// comments are kept|aa bb"),
    ("# A\n\nA command line tool.\n\n## Usage\n\n- tool add adds a note\n- tool list prints all notes\n", "tool add adds a note|tool list prints all notes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "built"), BUILT, ids=range(len(BUILT)))
def test_what_only_looks_like_markup_is_built(text: str, built: str) -> None:
    built_of_text = [each.text for each in read_brief(text.replace("PIPE", "|"), "Untitled").requirements]
    assert built_of_text == [each.replace("PIPE", "|") for each in built.split("|")]


def test_what_stands_in_an_item_is_not_hidden() -> None:
    brief = read_brief(
        "# A\n\n- Put the name into <title>NAME</title>\n- Remove <script>code</script> from posts\n", "A"
    )
    built = [each.text for each in brief.requirements]
    assert ["NAME" in built[0], "code" in built[1]] == [True, True]
