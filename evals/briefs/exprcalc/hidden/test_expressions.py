import unittest

import product


class Case(unittest.TestCase):
    def assert_results(self, *cases):
        for expression, expected in cases:
            with self.subTest(expression=expression):
                done = product.run(expression)
                self.assertEqual((done.code, done.out), (0, expected + "\n"), done.err)

    def assert_fails(self, code, start, *arguments):
        with self.subTest(arguments=arguments):
            done = product.run(*arguments)
            self.assertEqual((done.code, done.out), (code, ""))
            self.assertTrue(done.err.startswith(start), done.err)


class Calculating(Case):
    def test_operators_and_brackets(self):
        """R1: precedence, from left to right, spaces"""
        self.assert_results(
            ("1+2*3", "7"),
            ("10-4-3", "3"),
            ("100/10/5*4", "8"),
            (" 1.5\t+ .5 ", "2"),
        )

    def test_signs_may_be_repeated(self):
        """R1: before numbers and brackets"""
        self.assert_results(("2*-3", "-6"), ("--2", "2"), ("-+-5", "5"), ("1--1", "2"), ("-(2+3)*2", "-10"))

    def test_powers_bind_more_tightly_than_signs(self):
        """R2: right to left, negative exponents"""
        self.assert_results(
            ("-2^2", "-4"),
            ("2^3^2", "512"),
            ("2^-1", "0.5"),
            ("2^-2^2", "0.0625"),
            ("0^0", "1"),
        )

    def test_names_stand_for_values(self):
        """R3: case, negative values"""
        done = product.run("(base + 2*frame_2) * Base", "base=100", "frame_2=12.5", "Base=-.1")
        self.assertEqual((done.code, done.out), (0, "-12.5\n"), done.err)
        self.assertEqual(product.run("-x^2", "x=-3").out, "-9\n")

    def test_wrong_values_fail(self):
        """R3: what is not NAME=VALUE"""
        for argument in ("x", "x=", "x=y", "x=1e3", "x=--1", "_x=1", "min=1"):
            self.assert_fails(2, "error: ", "1", argument)
        self.assert_fails(2, "error: ", "x", "x=1", "x=1")

    def test_functions(self):
        """R4: one argument, several, nested"""
        self.assert_results(
            ("min(3, -1, 2)", "-1"),
            ("max(3,(4+1))", "5"),
            ("abs(-2^2)", "4"),
            ("round(-2.5)", "-3"),
            ("round(1.005, 2)", "1.01"),
            ("max(1, min(5, 3)) * 2", "6"),
        )

    def test_results_are_exact_and_rounded_once(self):
        """R5: ten places, no -0, no exponents"""
        self.assert_results(
            ("1/3*3", "1"),
            ("-2/3", "-0.6666666667"),
            ("0.00000000005", "0.0000000001"),
            ("-0.00000000004", "0"),
            ("100*10", "1000"),
            ("10^30", "1" + "0" * 30),
        )


class Failing(Case):
    def test_column_of_what_cannot_stand_there(self):
        """R6: the first character that is wrong"""
        for expression, column in (
            ("2 + * 3", 5),
            ("1 2", 3),
            ("()", 2),
            ("2 $ 3", 3),
            ("3 + 1.", 6),
            ("1.2.3", 4),
            ("min + 1", 5),
            ("max(1,)", 7),
            ("\u0663 + 1", 1),
        ):
            self.assert_fails(2, f"error: column {column}: ", expression)

    def test_expression_that_ends_too_early(self):
        """R6: one past the end"""
        for expression in ("", "(1 + 2", "2^", "abs", "1/0 +"):
            self.assert_fails(2, f"error: column {len(expression) + 1}: ", expression)

    def test_unknown_names_and_numbers_of_arguments(self):
        """R6, R3: at the first character of the name"""
        self.assert_fails(2, "error: column 5: ", "a * b", "a=1", "B=2")
        self.assert_fails(2, "error: column 1: ", "sqrt(4)")
        self.assert_fails(2, "error: column 5: ", "1 + abs(1, 2)")
        self.assert_fails(2, "error: column 1: ", "min()")
        self.assert_fails(2, "error: column 1: ", "round(1, 2, 3)")

    def test_nothing_but_calculation(self):
        """R6: what Python would run"""
        for expression in ("__import__('os')", "(1).real", "[1]", "1 if 1 else 2", "1//2", "0x10", "1_000"):
            self.assert_fails(2, "error: column ", expression)

    def test_division_by_zero(self):
        """R7: also as a power"""
        for expression in ("1/(2-2)", "0^-1", "0/0"):
            self.assert_fails(3, "error: division by zero\n", expression)

    def test_exponents_and_places_are_limited(self):
        """R7: whole numbers in their ranges"""
        for expression in ("4^0.5", "2^101", "2^-101"):
            self.assert_fails(3, "error: exponent must be a whole number from -100 to 100\n", expression)
        for expression in ("round(1, 11)", "round(1, -1)", "round(1, 0.5)"):
            self.assert_fails(3, "error: places must be a whole number from 0 to 10\n", expression)
        self.assert_results(("2^(4/2)", "4"), ("round(1.26, 2/2)", "1.3"))

    def test_large_values_fail(self):
        """R7: on the way, too"""
        for expression in ("10^100", "-10^50*10^50", "0*(9^100*9^100)"):
            self.assert_fails(3, "error: too large\n", expression)
        self.assert_results(("10^99", "1" + "0" * 99))


class Sheets(Case):
    def test_names_are_given_to_following_lines(self):
        """R8: assignments, comments, values from the command line"""
        sheet = "# prices\nnet = base * 2\n\nnet\n  vat=net*0.19\nnet + vat\nnet = 1\nnet+vat\n"
        done = product.run("-", "base=100", stdin=sheet)
        self.assertEqual((done.code, done.out), (0, "200\n238\n39\n"), done.err)

    def test_lines_that_fail_are_reported(self):
        """R8: the others are calculated"""
        sheet = "1 +\n2\n# a\na = 1/0\n a\nmin = 3\nx = y\n3"
        done = product.run("-", stdin=sheet)
        self.assertEqual((done.code, done.out), (1, "2\n3\n"))
        starts = [
            "line 1: error: column 4: ",
            "line 4: error: division by zero",
            "line 5: error: column 2: ",
            "line 6: error: column 1: ",
            "line 7: error: column 5: ",
        ]
        lines = done.err.splitlines()
        self.assertEqual(len(lines), len(starts), done.err)
        for line, start in zip(lines, starts, strict=True):
            self.assertTrue(line.startswith(start), line)
