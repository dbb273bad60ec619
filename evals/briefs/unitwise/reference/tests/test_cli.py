import contextlib
import io
import sys
import unittest
from unittest import mock

from unitwise.cli import main


def run(*arguments, stdin=""):
    out, err = io.StringIO(), io.StringIO()
    stdin = mock.patch.object(sys, "stdin", io.StringIO(stdin))
    with stdin, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


class CommandLine(unittest.TestCase):
    def test_one_conversion(self):
        """R1, R3: places before or after the words"""
        self.assertEqual(run("5", "km", "MI"), (0, "3.11 mi\n", ""))
        self.assertEqual(run("--places", "0", "-1/2", "c", "c"), (0, "-1 c\n", ""))

    def test_wrong_command_lines_are_refused(self):
        """R3, R5: code 2 and one line"""
        for arguments in ((), ("5", "km"), ("5", "km", "mi", "--places"), ("5", "km", "mi", "--places", "11")):
            with self.subTest(arguments=arguments):
                code, out, err = run(*arguments)
                self.assertEqual((code, out, err[:7]), (2, "", "error: "))

    def test_lines_are_converted_or_reported(self):
        """R6: skipped lines are counted"""
        code, out, err = run("-", stdin="# a\n\n1\t1/2 cup ml\nsalt\n1 g kg\n")
        self.assertEqual((code, out), (1, "360 ml\n0 kg\n"))
        self.assertRegex(err, r"\Aline 4: error: .+\n\Z")

    def test_units_are_listed(self):
        """R7: one line for each kind"""
        code, out, _ = run("units")
        self.assertEqual(
            (code, out.splitlines()[1:]), (0, ["weight: g kg oz lb", "volume: ml l tsp tbsp cup", "temperature: c f k"])
        )
