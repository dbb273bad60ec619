import unittest

import product


def add(*tools):
    for tool in tools:
        product.run("add", tool)


def lend(tool, person, day, *options):
    return product.run("lend", tool, person, "--on", day, *options)


def back(tool, day):
    return product.run("back", tool, "--on", day)


class Case(unittest.TestCase):
    def assert_refused(self, done, code):
        self.assertEqual((done.code, done.out), (code, ""))
        self.assertTrue(done.err.startswith("error: "), done.err)


class Adding(Case):
    def test_tool_is_added_once(self):
        """R1: the second time it is refused, in any spelling of case"""
        done = product.run("add", " Drill ")
        self.assertEqual((done.code, done.out), (0, "Added Drill\n"), done.err)
        self.assert_refused(product.run("add", "DRILL"), 3)
        self.assertEqual(product.run("list").out, "Drill: in\n")

    def test_names_have_1_to_40_characters(self):
        """R1: too short, too long"""
        for name in ("", "   ", "a" * 41):
            with self.subTest(name=name):
                self.assert_refused(product.run("add", name), 2)
        self.assertEqual(product.run("add", " " + "a" * 40).out, "Added " + "a" * 40 + "\n")


class Lending(Case):
    def test_last_day_is_14_days_later_or_as_many_as_given(self):
        """R2: across months and a leap day"""
        add("Drill", "Saw")
        self.assertEqual(lend("drill", "Ada", "2024-02-20").out, "Drill lent to Ada until 2024-03-05\n")
        self.assertEqual(lend("Saw", "Ada", "2023-12-31", "--days", "60").out, "Saw lent to Ada until 2024-02-29\n")

    def test_tool_that_is_out_is_refused_with_who_has_it(self):
        """R2: one loan at a time"""
        add("Drill")
        lend("Drill", "Ada", "2026-03-01")
        refused = lend("DRILL", "Bob", "2026-06-01")
        self.assert_refused(refused, 3)
        self.assertEqual(refused.err.strip(), "error: Drill is lent to Ada until 2026-03-15")

    def test_bad_input_is_refused(self):
        """R2: unknown tool, days, names"""
        add("Drill")
        for arguments in (
            ("Saw", "Ada", "2026-03-01"),
            ("Drill", "Ada", "2026-02-29"),
            ("Drill", "Ada", "20260301"),
            ("Drill", " ", "2026-03-01"),
            ("Drill", "a" * 41, "2026-03-01"),
            ("Drill", "Ada", "2026-03-01", "--days", "0"),
            ("Drill", "Ada", "2026-03-01", "--days", "61"),
        ):
            with self.subTest(arguments=arguments):
                self.assert_refused(lend(*arguments), 2)
        self.assertEqual(product.run("list").out, "Drill: in\n")

    def test_tool_cannot_be_lent_before_it_came_back(self):
        """R2: the day it came back is allowed"""
        add("Drill")
        lend("Drill", "Ada", "2026-03-01")
        back("Drill", "2026-03-05")
        self.assert_refused(lend("Drill", "Bob", "2026-03-04"), 3)
        self.assertEqual(lend("Drill", "Bob", "2026-03-05").code, 0)

    def test_person_has_three_tools_at_most(self):
        """R3: counted over spellings; a tool that came back makes room"""
        add("A", "B", "C", "D")
        for tool, person in (("A", "Ada"), ("B", "ADA"), ("C", "ada")):
            self.assertEqual(lend(tool, person, "2026-03-01").code, 0)
        self.assert_refused(lend("D", "Ada", "2026-03-01"), 3)
        self.assertEqual(lend("D", "Bob", "2026-03-01").code, 0)
        back("D", "2026-03-02")
        back("A", "2026-03-02")
        self.assertEqual(lend("D", "Ada", "2026-03-02").code, 0)


class ComingBack(Case):
    def test_late_returns_say_how_late(self):
        """R4: on time, on the last day, one day late, several"""
        add("Drill")
        for lent, returned, expected in (
            ("2026-03-01", "2026-03-01", "Drill back from Ada\n"),
            ("2026-03-01", "2026-03-15", "Drill back from Ada\n"),
            ("2026-03-15", "2026-03-30", "Drill back from Ada, 1 day late\n"),
            ("2026-03-30", "2026-04-23", "Drill back from Ada, 10 days late\n"),
        ):
            with self.subTest(returned=returned):
                self.assertEqual(lend("Drill", "Ada", lent).code, 0)
                self.assertEqual(back("drill", returned).out, expected)

    def test_impossible_returns_are_refused(self):
        """R4: unknown, not out, before it was lent"""
        add("Drill")
        self.assert_refused(back("Saw", "2026-03-01"), 2)
        self.assert_refused(back("Drill", "2026-03-01"), 3)
        lend("Drill", "Ada", "2026-03-02")
        self.assert_refused(back("Drill", "2026-03-01"), 3)
        self.assertEqual(product.run("list").out, "Drill: lent to Ada until 2026-03-16\n")
