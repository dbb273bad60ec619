"""Foreign text keeps its words, and cannot control a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cli.views.printable import one_line, printable


def test_control_characters_are_made_visible() -> None:
    assert printable("a\x1b[31mb\r\x00\x7f\x9b\u202e\U000e0041\n\tc") == "a␛[31mb␍␀␡\ufffd\ufffd\ufffd\n\tc"
    assert printable("Grüße, 世界 👍🏽 👩‍💻") == "Grüße, 世界 👍🏽 👩‍💻"
    assert one_line(" a\n\n b\tc ") == "a b c"
    assert one_line("x" * 9, max_length=5) == "xxxx…"


@given(st.text())
def test_no_control_character_remains(text: str) -> None:
    assert not any((ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 for char in printable(text))
    assert "\n" not in one_line(text)
