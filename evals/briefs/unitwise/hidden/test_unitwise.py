import unittest

import product


class Case(unittest.TestCase):
    def assert_prints(self, expected, *arguments):
        with self.subTest(arguments=arguments):
            done = product.run(*arguments)
            self.assertEqual((done.code, done.out), (0, expected + "\n"), done.err)

    def assert_refused(self, *arguments):
        with self.subTest(arguments=arguments):
            done = product.run(*arguments)
            self.assertEqual((done.code, done.out), (2, ""))
            self.assertTrue(done.err.startswith("error: "), done.err)
            return done.err


class Conversion(Case):
    def test_each_kind_is_converted(self):
        """R1: length, weight, volume"""
        self.assert_prints("3.11 mi", "5", "km", "mi")
        self.assert_prints("160934.4 cm", "1", "mi", "cm")
        self.assert_prints("453.59 g", "1", "lb", "g")
        self.assert_prints("16 tbsp", "1", "cup", "tbsp")
        self.assert_prints("200 tsp", "1", "l", "tsp")
        self.assert_prints("7 kg", "7", "kg", "kg")

    def test_unit_is_printed_as_in_the_table(self):
        """R1: entered in any case"""
        self.assert_prints("2.54 cm", "1", "IN", "Cm")
        self.assert_prints("1 l", "1000", "mL", "L")

    def test_temperatures_follow_the_formulas(self):
        """R2: all pairs"""
        self.assert_prints("212 f", "100", "c", "f")
        self.assert_prints("37.78 c", "100", "F", "C")
        self.assert_prints("-40 c", "-40", "f", "c")
        self.assert_prints("273.15 k", "32", "f", "k")
        self.assert_prints("-459.67 f", "0", "k", "f")

    def test_nothing_is_colder_than_absolute_zero(self):
        """R2: exactly zero is allowed"""
        self.assert_prints("0 k", "-273.15", "c", "k")
        self.assert_refused("-273.16", "c", "k")
        self.assert_refused("-459.68", "f", "c")
        self.assert_refused("-1", "k", "c")


class Rounding(Case):
    def test_halves_are_rounded_away_from_zero(self):
        """R3: exactly half, positive and negative"""
        self.assert_prints("0.13 m", "12.5", "cm", "m")
        self.assert_prints("1.01 kg", "1005", "g", "kg")
        self.assert_prints("1.01 m", "1005", "mm", "m")
        self.assert_prints("-3 c", "-2.5", "c", "c", "--places", "0")
        self.assert_prints("3 c", "2.5", "c", "c", "--places", "0")

    def test_number_of_places_is_given(self):
        """R3: from 0 to 10; zeros at the end are left out"""
        self.assert_prints("3 mi", "5", "km", "mi", "--places", "0")
        self.assert_prints("3.1068559612 mi", "5", "km", "mi", "--places", "10")
        self.assert_prints("100 cm", "1", "m", "cm", "--places", "4")
        for places in ("-1", "11", "two", "1.5"):
            self.assert_refused("5", "km", "mi", "--places", places)

    def test_zero_has_no_sign_and_no_number_an_exponent(self):
        """R3: very small and very large results"""
        self.assert_prints("0 km", "1", "mm", "km")
        self.assert_prints("0 c", "-0.001", "c", "c")
        self.assert_prints("0.000001 km", "1", "mm", "km", "--places", "6")
        self.assert_prints("12" + "0" * 30 + " mm", "12" + "0" * 24, "km", "mm")


class Amounts(Case):
    def test_fractions_and_decimals(self):
        """R4: every form"""
        self.assert_prints("180 ml", "3/4", "cup", "ml")
        self.assert_prints("360 ml", "1 1/2", "cup", "ml")
        self.assert_prints("120 ml", ".5", "cup", "ml")
        self.assert_prints("80 ml", "1/3", "cup", "ml")
        self.assert_prints("0.3 c", "0.3", "c", "c", "--places", "10")

    def test_negative_fractions(self):
        """R4: only for temperatures"""
        self.assert_prints("-0.5 c", "-1/2", "c", "c")
        self.assert_prints("-1.5 c", "-1 1/2", "c", "c")
        for amount in ("-1", "-1/2"):
            self.assert_refused(amount, "km", "mi")

    def test_other_amounts_are_refused(self):
        """R4: what is no amount"""
        for amount in (
            "5.",
            "1e3",
            "1,000",
            "+5",
            "1/0",
            "1 1/0",
            "",
            "one",
            "1/2/3",
            "1.5 1/2",
            "- 5",
            "nan",
            "\u0663",
        ):
            self.assert_refused(amount, "c", "f")


class Units(Case):
    def test_unknown_units_are_named(self):
        """R5: as entered, wherever they stand"""
        self.assertIn("Furlong", self.assert_refused("5", "Furlong", "km"))
        self.assertIn("stone", self.assert_refused("5", "kg", "stone"))

    def test_kinds_are_not_mixed(self):
        """R5: both units as in the table"""
        self.assertEqual(self.assert_refused("5", "KM", "kg").strip(), "error: cannot convert km to kg")
        self.assertEqual(self.assert_refused("5", "cup", "G").strip(), "error: cannot convert cup to g")

    def test_units_are_listed(self):
        """R7: kinds and units in order"""
        self.assertEqual(
            product.run("units").out.splitlines(),
            [
                "length: mm cm m km in ft yd mi",
                "weight: g kg oz lb",
                "volume: ml l tsp tbsp cup",
                "temperature: c f k",
            ],
        )


class Many(Case):
    def test_lines_are_converted(self):
        """R6: mixed numbers, tabs, comments, empty lines"""
        done = product.run("-", stdin="# cake\n\n1 1/2 cup ml\n  350\tF   c  \n8 oz g")
        self.assertEqual((done.code, done.out), (0, "360 ml\n176.67 c\n226.8 g\n"), done.err)
        self.assertEqual(product.run("-", "--places", "0", stdin="350 f c\n").out, "177 c\n")

    def test_refused_lines_are_reported_and_the_rest_is_converted(self):
        """R6: line numbers count skipped lines"""
        done = product.run("-", stdin="# cake\n1 cup ml\nsalt\n\n1 cup g\n2 cup ml\n")
        self.assertEqual((done.code, done.out), (1, "240 ml\n480 ml\n"))
        first, second = done.err.splitlines()
        self.assertTrue(first.startswith("line 3: error: "), first)
        self.assertEqual(second, "line 5: error: cannot convert cup to g")

    def test_no_lines_are_no_error(self):
        """R6: nothing to do"""
        done = product.run("-", stdin="")
        self.assertEqual((done.code, done.out, done.err), (0, "", ""))
