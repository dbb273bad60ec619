import unittest
from fractions import Fraction

from unitwise.units import ConversionError, convert, find


def converted(amount, source, target):
    return convert(Fraction(amount), find(source), find(target))


class Units(unittest.TestCase):
    def test_factors_are_exact(self):
        """R1: one way and back"""
        self.assertEqual(converted("1", "mi", "mm"), 1609344)
        self.assertEqual(converted("1", "LB", "oz"), 16)
        self.assertEqual(converted("1", "cup", "tbsp"), 16)
        self.assertEqual(converted(converted("1", "yd", "km"), "km", "yd"), 1)

    def test_temperatures_follow_the_formulas(self):
        """R2: and stop at absolute zero"""
        self.assertEqual(converted("-40", "c", "f"), -40)
        self.assertEqual(converted("32", "f", "k"), Fraction("273.15"))
        self.assertEqual(converted("-273.15", "c", "k"), 0)
        for amount, unit in (("-273.16", "c"), ("-459.68", "f"), ("-0.01", "k")):
            with self.subTest(unit=unit), self.assertRaises(ConversionError):
                converted(amount, unit, "c")

    def test_only_temperatures_can_be_negative(self):
        """R4: a length below zero"""
        with self.assertRaises(ConversionError):
            converted("-1", "km", "m")

    def test_unknown_and_different_kinds_are_refused(self):
        """R5: the messages"""
        with self.assertRaisesRegex(ConversionError, "'Stone'"):
            find("Stone")
        with self.assertRaisesRegex(ConversionError, "^cannot convert km to kg$"):
            converted("1", "KM", "KG")
