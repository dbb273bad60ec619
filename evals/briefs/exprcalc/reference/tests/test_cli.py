import contextlib
import io
import sys
import unittest
from unittest import mock

from exprcalc.cli import main


def run(*arguments, stdin=""):
    out, err = io.StringIO(), io.StringIO()
    stdin = mock.patch.object(sys, "stdin", io.StringIO(stdin))
    with stdin, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


class CommandLine(unittest.TestCase):
    def test_exit_codes(self):
        """R1, R6, R7: a result, a wrong expression, an impossible one"""
        self.assertEqual(run("1+1"), (0, "2\n", ""))
        self.assertEqual(run("1/0"), (3, "", "error: division by zero\n"))
        code, out, err = run("1+")
        self.assertEqual((code, out, err[:17]), (2, "", "error: column 3: "))

    def test_names_are_given_once(self):
        """R3: NAME=VALUE"""
        self.assertEqual(run("a*b", "a=-2", "b=.5"), (0, "-1\n", ""))
        for given in (["a=1", "a=1"], ["abs=1"], ["a"], ["a=b"], ["a=1e3"], ["_a=1"]):
            with self.subTest(given=given):
                self.assertEqual(run("1", *given)[0], 2)

    def test_sheets_give_names_to_following_lines(self):
        """R8: failed lines are reported"""
        code, out, err = run("-", "a=2", stdin="# sheet\nb = a*2\n\nb\nc = 1/0\n min = 1\nc\nb = 1\nb\n")
        self.assertEqual((code, out), (1, "4\n1\n"))
        self.assertRegex(
            err,
            r"\Aline 5: error: division by zero\n"
            r"line 6: error: column 2: .+\n"
            r"line 7: error: column 1: .+\n\Z",
        )
        self.assertEqual(run("-", stdin=""), (0, "", ""))
