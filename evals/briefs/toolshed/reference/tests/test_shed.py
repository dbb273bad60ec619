import unittest
from datetime import date

from toolshed.shed import BadInputError, RefusedError, Shed

MARCH_1, MARCH_5, MARCH_15 = date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 15)


class ShedTest(unittest.TestCase):
    def setUp(self):
        self.shed = Shed()
        for name in ("saw", "Drill", "axe", "Rake"):
            self.shed.add(name)

    def test_tool_is_added_once(self):
        """R1: names are compared without case, and checked"""
        with self.assertRaises(RefusedError):
            self.shed.add(" DRILL")
        for name in (" ", "a" * 41):
            with self.assertRaises(BadInputError):
                self.shed.add(name)

    def test_loan_lasts_the_given_days(self):
        """R2: 1 to 60 days"""
        _, loan = self.shed.lend("drill", " Ada ", MARCH_1, 14)
        self.assertEqual((loan.person, loan.last), ("Ada", MARCH_15))
        for days in (0, 61):
            with self.assertRaises(BadInputError):
                self.shed.lend("saw", "Ada", MARCH_1, days)

    def test_tool_is_lent_once_at_a_time(self):
        """R2: out, or not yet back on that day"""
        self.shed.lend("Drill", "Ada", MARCH_1, 14)
        with self.assertRaisesRegex(RefusedError, "^Drill is lent to Ada until 2026-03-15$"):
            self.shed.lend("drill", "Bob", MARCH_5, 14)
        self.shed.take_back("Drill", MARCH_5)
        with self.assertRaises(RefusedError):
            self.shed.lend("Drill", "Bob", MARCH_1, 14)
        self.shed.lend("Drill", "Bob", MARCH_5, 14)

    def test_person_has_three_tools_at_most(self):
        """R3: in any spelling of case"""
        for tool, person in (("saw", "Ada"), ("Drill", "ADA"), ("axe", "ada")):
            self.shed.lend(tool, person, MARCH_1, 14)
        with self.assertRaises(RefusedError):
            self.shed.lend("Rake", "Ada", MARCH_1, 14)
        self.shed.lend("Rake", "Bob", MARCH_1, 14)

    def test_impossible_returns_are_refused(self):
        """R4: unknown, not out, before the loan"""
        with self.assertRaises(BadInputError):
            self.shed.take_back("ladder", MARCH_1)
        with self.assertRaises(RefusedError):
            self.shed.take_back("saw", MARCH_1)
        self.shed.lend("saw", "Ada", MARCH_5, 14)
        with self.assertRaises(RefusedError):
            self.shed.take_back("saw", MARCH_1)

    def test_overdue_tools_are_sorted_by_delay_and_name(self):
        """R5, R6: names are sorted without case"""
        for tool, days in (("saw", 1), ("Drill", 1), ("axe", 3), ("Rake", 4)):
            self.shed.lend(tool, tool, MARCH_1, days)
        self.assertEqual([tool.name for tool in self.shed.sorted_tools()], ["axe", "Drill", "Rake", "saw"])
        overdue = self.shed.overdue(MARCH_5)
        self.assertEqual(
            [(tool.name, loan.days_late(MARCH_5)) for tool, loan in overdue], [("Drill", 3), ("saw", 3), ("axe", 1)]
        )
