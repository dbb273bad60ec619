import unittest
from fractions import Fraction

from unitwise.numbers import parse, show
from unitwise.units import ConversionError


class Show(unittest.TestCase):
    def test_halves_are_rounded_away_from_zero(self):
        """R3: zeros at the end and the sign of zero are left out"""
        for value, places, expected in (
            ("0.125", 2, "0.13"),
            ("-0.125", 2, "-0.13"),
            ("2.5", 0, "3"),
            ("1.05", 4, "1.05"),
            ("100", 2, "100"),
            ("-0.004", 2, "0"),
            ("0.0000001", 10, "0.0000001"),
        ):
            with self.subTest(value=value):
                self.assertEqual(show(Fraction(value), places), expected)
        self.assertEqual(show(Fraction(10**30), 2), "1" + "0" * 30)


class Parse(unittest.TestCase):
    def test_every_form_is_read(self):
        """R4: whole, decimal, fraction, both"""
        for text, expected in (("5", "5"), (".5", "1/2"), ("3/4", "3/4"), ("-1 1/2", "-3/2"), ("-0.1", "-1/10")):
            with self.subTest(text=text):
                self.assertEqual(parse(text), Fraction(expected))

    def test_other_forms_are_refused(self):
        """R4: what Fraction would accept, too"""
        for text in ("", "5.", "1e3", "+5", "1_000", "1/0", " 5", "1.5/2", "-", "\u0663"):
            with self.subTest(text=text), self.assertRaises(ConversionError):
                parse(text)
