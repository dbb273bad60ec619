import unittest

import product


def write(text, name="page.md"):
    (product.folder / name).write_bytes(text.encode())


def read(name="page.md"):
    return (product.folder / name).read_bytes().decode()


def page(*lines):
    return "\n".join(["<!-- toc -->", "<!-- /toc -->", *lines, ""])


class Case(unittest.TestCase):
    def update(self, *options, expected="updated"):
        done = product.run("page.md", *options)
        self.assertEqual((done.code, done.out), (0, f"page.md: {expected}\n"), done.err)

    def assert_table(self, lines, *items, options=()):
        """Update a page of these lines, and compare the lines of its table."""
        write(page(*lines))
        self.update(*options, expected="updated" if items else "unchanged")
        table = "\n".join(["", *items, "", ""]) if items else ""
        self.assertEqual(read(), f"<!-- toc -->\n{table}<!-- /toc -->\n" + "\n".join(lines) + "\n")


class Table(Case):
    def test_table_of_the_brief(self):
        """R1: levels are indented; the old table is replaced"""
        rest = "<!-- /toc -->\ntext\n## Opening hours\n### In summer\n## Prices\n"
        write("# Shop\n<!-- toc -->  \nold\n## Not a heading\n" + rest)
        self.update()
        table = "- [Opening hours](#opening-hours)\n  - [In summer](#in-summer)\n- [Prices](#prices)\n"
        self.assertEqual(read(), f"# Shop\n<!-- toc -->  \n\n{table}\n{rest}")

    def test_levels_are_counted_from_the_highest(self):
        """R1: which need not come first; levels may be left out"""
        self.assert_table(
            ["### Deep", "## High", "#### Deeper"], "  - [Deep](#deep)", "- [High](#high)", "    - [Deeper](#deeper)"
        )

    def test_page_without_headings_after_the_table(self):
        """R1: the markers follow each other"""
        self.assert_table(["text", "#nothing"])
        write("# Before\n<!-- toc -->\n\n- [Old](#old)\n\n<!-- /toc -->\n")
        self.update()
        self.assertEqual(read(), "# Before\n<!-- toc -->\n<!-- /toc -->\n")


class Headings(Case):
    def test_what_a_heading_is(self):
        """R2: spaces, tabs, closing signs"""
        self.assert_table(
            [
                "   # Three spaces",
                "    # Four spaces",
                "#\tTab \t",
                "#No space",
                "# Closed ##",
                "# C#",
                "# Number #1 # \t",
                "####### Seven",
                "#",
                "## ",
                "# ##",
                "Under",
                "=====",
                "\\# Escaped",
            ],
            "- [Three spaces](#three-spaces)",
            "- [Tab](#tab)",
            "- [Closed](#closed)",
            "- [C#](#c)",
            "- [Number #1](#number-1)",
        )

    def test_code_blocks_are_left_out(self):
        """R3: backticks, tildes, longer fences, other fences inside"""
        self.assert_table(
            [
                "```sh",
                "# one",
                "~~~",
                "```",
                "# A",
                "  ~~~~ text",
                "# two",
                "~~~",
                "```",
                "# three",
                "~~~~~  ",
                "# B",
                "``` not`a fence",
                "# C",
                "    ```",
                "# D",
                "````",
                "# four",
                "```` sh",
                "# five",
            ],
            "- [A](#a)",
            "- [B](#b)",
            "- [C](#c)",
            "- [D](#d)",
        )

    def test_markers_in_code_blocks_are_code(self):
        """R3, R9: a page that explains the markers"""
        code = "```\n<!-- toc -->\n<!-- /toc -->\n```\n"
        write(code + page("# A"))
        self.update()
        self.assertEqual(read(), f"{code}<!-- toc -->\n\n- [A](#a)\n\n<!-- /toc -->\n# A\n")


class Texts(Case):
    def test_links_and_brackets(self):
        """R4, R5: links become their text, brackets are escaped"""
        self.assert_table(
            ["# See [the docs](https://example.org/a_b) and [more](x.md)", "# Array [0]", "# `code` and *stars*"],
            "- [See the docs and more](#see-the-docs-and-more)",
            "- [Array \\[0\\]](#array-0)",
            "- [`code` and *stars*](#code-and-stars)",
        )

    def test_anchors(self):
        """R5: case, scripts, signs, spaces"""
        self.assert_table(
            ["# What's new?", "# \u00c4rger & \u00d6l 2.0", "# snake_case - and-kebab", "# \u65e5\u672c", "# a  b"],
            "- [What's new?](#whats-new)",
            "- [\u00c4rger & \u00d6l 2.0](#\u00e4rger--\u00f6l-20)",
            "- [snake_case - and-kebab](#snake_case---and-kebab)",
            "- [\u65e5\u672c](#\u65e5\u672c)",
            "- [a  b](#a--b)",
        )

    def test_equal_anchors_are_numbered(self):
        """R5: over the whole file, the first that is free"""
        write("# Use\n<!-- toc -->\n<!-- /toc -->\n# Use\n# Use 2\n#### use!\n# Use-1\n# Use\n")
        self.update("--depth", "1")
        self.assertEqual(
            read().splitlines()[3:8],
            ["- [Use](#use-1)", "- [Use 2](#use-2)", "- [Use-1](#use-1-1)", "- [Use](#use-4)", ""],
        )


class Depth(Case):
    lines = ("## A", "### B", "#### C", "##### D", "## E")

    def test_depth_is_counted_from_the_highest_level(self):
        """R6: three by default"""
        self.assert_table(self.lines, "- [A](#a)", "  - [B](#b)", "    - [C](#c)", "- [E](#e)")
        self.assert_table(self.lines, "- [A](#a)", "- [E](#e)", options=["--depth", "1"])
        self.assert_table(
            self.lines,
            "- [A](#a)",
            "  - [B](#b)",
            "    - [C](#c)",
            "      - [D](#d)",
            "- [E](#e)",
            options=["--depth", "6"],
        )

    def test_wrong_depths(self):
        """R6, R9: nothing is treated"""
        write(page("# A"))
        for depth in ("0", "7", "two", "-1"):
            with self.subTest(depth=depth):
                done = product.run("page.md", "--depth", depth)
                self.assertEqual((done.code, done.out, read()), (2, "", page("# A")))


class Rest(Case):
    def test_other_bytes_stay_as_they_are(self):
        """R7: line ends, spaces, no line end at the end"""
        write("\ufefftext \r\n\r\n<!-- toc -->\r\nold\n<!-- /toc -->\r\n# A\n\ttext\x0c \r# not a line\n## B")
        self.update()
        self.assertEqual(
            read(),
            "\ufefftext \r\n\r\n<!-- toc -->\r\n\r\n- [A](#a)\r\n  - [B](#b)\r\n\r\n<!-- /toc -->\r\n"
            "# A\n\ttext\x0c \r# not a line\n## B",
        )

    def test_second_run_changes_nothing(self):
        """R7: not even the time of the file"""
        write(page("# A", "# A"))
        self.update()
        before = (read(), (product.folder / "page.md").stat().st_mtime_ns)
        self.update(expected="unchanged")
        self.assertEqual((read(), (product.folder / "page.md").stat().st_mtime_ns), before)

    def test_check_changes_nothing(self):
        """R8: out of date, up to date"""
        write(page("# A"), "a.md")
        write(page("text"), "b.md")
        done = product.run("a.md", "./b.md", "--check")
        self.assertEqual((done.code, done.out), (1, "a.md: out of date\n./b.md: up to date\n"), done.err)
        self.assertEqual(read("a.md"), page("# A"))
        product.run("a.md")
        done = product.run("--check", "b.md", "a.md")
        self.assertEqual((done.code, done.out), (0, "b.md: up to date\na.md: up to date\n"), done.err)


class Wrong(Case):
    def test_wrong_markers(self):
        """R9: none, one, the other way round, twice"""
        opening, closing = "<!-- toc -->\n", "<!-- /toc -->\n"
        for text in (
            "# A\n",
            opening,
            closing,
            closing + opening,
            opening + closing + closing,
            opening + opening + closing,
            (opening + closing) * 2,
            f"see {opening}{closing}",
        ):
            with self.subTest(text=text):
                write(text)
                done = product.run("page.md")
                self.assertEqual((done.code, done.out, read()), (2, "", text))
                self.assertTrue(done.err.startswith("page.md: "), done.err)

    def test_other_files_are_still_treated(self):
        """R9, R8: code 2, whatever the others are"""
        write("# A\n", "a.md")
        write(page("# B"), "b.md")
        (product.folder / "c.md").write_bytes(b"<!-- toc -->\n<!-- /toc -->\n# \xff\n")
        done = product.run("a.md", "b.md", "c.md", "d.md", "--check")
        self.assertEqual((done.code, done.out), (2, "b.md: out of date\n"))
        self.assertEqual([line[:6] for line in done.err.splitlines()], ["a.md: ", "c.md: ", "d.md: "])
        done = product.run("a.md", "b.md")
        self.assertEqual((done.code, done.out), (2, "b.md: updated\n"))
        self.assertIn("- [B](#b)", read("b.md"))
