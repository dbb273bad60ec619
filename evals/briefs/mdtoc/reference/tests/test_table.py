import unittest

from mdtoc.table import WrongPageError, with_table


def table(*lines, before="", depth=3):
    """Return the lines of the table of a page."""
    page = with_table("\n".join([before, "<!-- toc -->", "<!-- /toc -->", *lines]), depth)
    return [line for line in page.partition("<!-- /toc -->")[0].splitlines() if line.lstrip().startswith("- ")]


class Table(unittest.TestCase):
    def test_levels_are_indented_from_the_highest(self):
        """R1: the old table is replaced"""
        page = "<!-- toc -->\n# old\n<!-- /toc -->\n### A\n## B\n"
        expected = "<!-- toc -->\n\n  - [A](#a)\n- [B](#b)\n\n<!-- /toc -->\n### A\n## B\n"
        self.assertEqual(with_table(page, 3), expected)
        self.assertEqual(with_table(expected, 3), expected)

    def test_page_without_headings_has_no_table(self):
        """R1: the markers follow each other"""
        page = "# A\n<!-- toc -->\n<!-- /toc -->\ntext"
        self.assertEqual(with_table(page.replace("-->\n<", "-->\n\nold\n<"), 3), page)

    def test_texts_have_no_links_and_escaped_brackets(self):
        """R4: other signs stay"""
        self.assertEqual(table("# [A](b.md) [0] `c`"), ["- [A \\[0\\] `c`](#a-0-c)"])

    def test_anchors_are_unique_in_the_page(self):
        """R5: headings before the table and deep ones count"""
        items = table("# Use!", "#### use", "# Use 1", "# Use", before="# Use", depth=1)
        self.assertEqual(items, ["- [Use!](#use-1)", "- [Use 1](#use-1-1)", "- [Use](#use-3)"])
        self.assertEqual(table("# \u00c4 & _b-c"), ["- [\u00c4 & _b-c](#\u00e4--_b-c)"])

    def test_depth_is_counted_from_the_highest_level(self):
        """R6: two levels"""
        self.assertEqual(table("## A", "### B", "#### C", depth=2), ["- [A](#a)", "  - [B](#b)"])

    def test_line_ends_are_those_of_the_marker(self):
        """R7: CRLF"""
        page = with_table("<!-- toc -->\r\n<!-- /toc -->\n# A\n", 3)
        self.assertEqual(page, "<!-- toc -->\r\n\r\n- [A](#a)\r\n\r\n<!-- /toc -->\n# A\n")

    def test_wrong_markers_are_refused(self):
        """R9: none, one, twice, the other way round"""
        opening, closing = "<!-- toc -->\n", "<!-- /toc -->\n"
        for page in ("", opening, closing, closing + opening, opening * 2 + closing, f"```\n{opening}{closing}"):
            with self.subTest(page=page), self.assertRaises(WrongPageError):
                with_table(page, 3)
