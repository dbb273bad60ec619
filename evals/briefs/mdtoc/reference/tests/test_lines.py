import unittest

from mdtoc.lines import split


def headings(*lines):
    return [line.heading for line in split("\n".join(lines)) if line.heading]


class Lines(unittest.TestCase):
    def test_headings_are_found(self):
        """R2: spaces, tabs, closing signs, empty ones"""
        found = headings(
            "   # A", "    # no", "##\tB \t", "#no", "# C ##", "# C#", "# D #1 #", "####### no", "#", "# ##"
        )
        self.assertEqual(found, [(1, "A"), (2, "B"), (1, "C"), (1, "C#"), (1, "D #1")])

    def test_code_is_left_out(self):
        """R3: fences of both kinds, longer ones, an open one"""
        lines = [
            "```sh",
            "# no",
            "~~~",
            "```",
            "# A",
            "~~~~",
            "# no",
            "~~~",
            "~~~~~ ",
            "# B",
            "``` a`b",
            "# C",
            "```",
            "# no",
        ]
        self.assertEqual(headings(*lines), [(1, "A"), (1, "B"), (1, "C")])

    def test_lines_are_the_page_again(self):
        """R7: whatever its line ends"""
        for page in ("", "\n", "a", "a\r\nb\n\rc\r\n\r", "\ufeffa\x0cb\u2028c"):
            with self.subTest(page=page):
                self.assertEqual("".join(line.text + line.end for line in split(page)), page)
