import unittest
from fractions import Fraction

from exprcalc.calculation import ImpossibleError, rounded, show
from exprcalc.parser import parse
from exprcalc.tokens import WrongExpressionError, tokenize

NAMES = {"x": Fraction(-3), "X": Fraction("0.5")}


def calculate(text):
    return parse(tokenize(text), NAMES).value()


class Values(unittest.TestCase):
    def assert_values(self, **cases):
        for text, expected in cases.items():
            with self.subTest(text=text):
                self.assertEqual(calculate(text), Fraction(expected))

    def test_operators(self):
        """R1: precedence, order, signs, spaces"""
        self.assert_values(**{"1+2*3": 7, "(1+2)*3": 9, "9-4-3": 2, "8/2*4": 16, "2*-3": -6, " --2\t": 2, ".5": "1/2"})

    def test_powers(self):
        """R2: from right to left, before signs"""
        self.assert_values(**{"-2^2": -4, "2^3^2": 512, "2^-1": "1/2", "0^0": 1, "x^2": 9, "-x^2": -9})

    def test_names(self):
        """R3: upper and lower case differ"""
        self.assert_values(**{"x*X": "-3/2"})

    def test_functions(self):
        """R4: numbers of arguments"""
        self.assert_values(**{"min(3, x)": -3, "max(1)": 1, "abs(x)": 3, "round(2.5)": 3, "round(-1.25, 1)": "-13/10"})

    def test_results_are_rounded_to_ten_places(self):
        """R5: half away from zero, without zeros at the end"""
        for text, expected in (
            ("1/3*3", "1"),
            ("-2/3", "-0.6666666667"),
            ("0.00000000005", "0.0000000001"),
            ("-0.00000000004", "0"),
            ("1000", "1000"),
            ("1.50", "1.5"),
        ):
            with self.subTest(text=text):
                self.assertEqual(show(calculate(text)), expected)
        self.assertEqual(rounded(Fraction(5, 2)), 3)


class Failures(unittest.TestCase):
    def test_columns(self):
        """R6: what cannot stand there, and the end"""
        for text, column in (
            ("2 + * 3", 5),
            ("1 2", 3),
            ("1.", 2),
            ("(1", 3),
            ("", 1),
            ("min x", 5),
            ("abs()", 1),
            ("1+abs(1,2)", 3),
            ("1 + y", 5),
            ("1/0 +", 6),
            ("__import__", 1),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(WrongExpressionError, f"^column {column}: "):
                calculate(text)

    def test_impossible_calculations(self):
        """R7: each message"""
        for text, message in (
            ("1/(x+3)", "division by zero"),
            ("0^-1", "division by zero"),
            ("4^0.5", "exponent must be a whole number from -100 to 100"),
            ("2^101", "exponent must be a whole number from -100 to 100"),
            ("round(1, 11)", "places must be a whole number from 0 to 10"),
            ("10^100", "too large"),
            ("0*(-10^99*10)", "too large"),
            ("((0.9^100)^100)^100", "too large"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(ImpossibleError, f"^{message}$"):
                calculate(text)
