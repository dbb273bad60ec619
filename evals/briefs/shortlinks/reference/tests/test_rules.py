import unittest
from datetime import date

from shortlinks import rules


class Address(unittest.TestCase):
    def test_web_addresses_are_accepted(self):
        """R1: http and https"""
        for address in ("http://example.org", "HTTPS://example.org/a?b#c", "https://example.org/".ljust(2048, "a")):
            self.assertEqual(rules.address(address), address)

    def test_other_addresses_are_refused(self):
        """R1: other schemes, no host, spaces, too long"""
        for address in ("ftp://example.org", "https://", "https:///a", "https://a b", "https://a/".ljust(2049, "a")):
            with self.subTest(address=address), self.assertRaises(ValueError):
                rules.address(address)


class Name(unittest.TestCase):
    def test_names_have_3_to_30_letters_digits_or_hyphens(self):
        """R2: what a name may be"""
        for name in ("abc", "a-1", "a" * 30):
            self.assertEqual(rules.name(name), name)
        for name in ("ab", "a" * 31, "a_b", "caf\u00e9", "abc\n"):
            with self.subTest(name=name), self.assertRaises(ValueError):
                rules.name(name)


class Day(unittest.TestCase):
    def test_only_dates_in_one_form_are_accepted(self):
        """R4: days"""
        self.assertEqual(rules.day("2024-02-29"), date(2024, 2, 29))
        for day in ("2026-02-29", "20260301", "2026-W10-1"):
            with self.subTest(day=day), self.assertRaises(ValueError):
                rules.day(day)
