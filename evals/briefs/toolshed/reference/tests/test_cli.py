import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path

from toolshed.cli import main


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, Path.cwd())
        os.chdir(folder.name)
        self.file = Path("toolshed.json")

    def run_command(self, *arguments):
        """Return the exit code and the lines on standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        return code, out.getvalue().splitlines(), err.getvalue().splitlines()

    def test_a_tool_comes_and_goes(self):
        """R1, R2, R4, R5, R7: what the commands print"""
        for command, expected in (
            (["list"], "No tools."),
            (["add", "Drill"], "Added Drill"),
            (["history", "Drill"], "Never lent."),
            (["lend", "drill", "Ada", "--on", "2026-03-01"], "Drill lent to Ada until 2026-03-15"),
            (["list"], "Drill: lent to Ada until 2026-03-15"),
            (["history", "Drill"], "2026-03-01 Ada, still out"),
            (["back", "Drill", "--on", "2026-03-17"], "Drill back from Ada, 2 days late"),
            (["list"], "Drill: in"),
            (["history", "Drill"], "2026-03-01 Ada, back 2026-03-17"),
        ):
            with self.subTest(command=command):
                self.assertEqual(self.run_command(*command), (0, [expected], []))

    def test_overdue_tools_are_printed(self):
        """R6: one day, or nothing"""
        self.run_command("add", "Drill")
        self.run_command("lend", "Drill", "Ada", "--on", "2026-03-01", "--days", "1")
        self.assertEqual(self.run_command("overdue", "--on", "2026-03-02")[1], ["Nothing is overdue."])
        self.assertEqual(self.run_command("overdue", "--on", "2026-03-03")[1], ["Drill: Ada, 1 day"])

    def test_refusals_change_nothing(self):
        """R1, R2, R7: exit codes"""
        self.run_command("add", "Drill")
        before = self.file.read_bytes()
        for command, expected in (
            (["add", "drill"], 3),
            (["lend", "Drill", "Ada", "--on", "2026-02-29"], 2),
            (["lend", "Drill", "Ada", "--on", "20260301"], 2),
            (["lend", "Drill", "Ada", "--on", "2026-03-01", "--days", "x"], 2),
            (["history", "Saw"], 2),
            ([], 2),
        ):
            with self.subTest(command=command):
                code, out, err = self.run_command(*command)
                self.assertEqual((code, out, len(err)), (expected, [], 1))
                self.assertTrue(err[0].startswith("error: "))
        self.assertEqual(self.file.read_bytes(), before)

    def test_damaged_file_is_left_as_it_is(self):
        """R8: exit code 4"""
        self.file.write_text("{")
        code, out, err = self.run_command("add", "Drill")
        self.assertEqual((code, out), (4, []))
        self.assertIn("toolshed.json", err[0])
        self.assertEqual(self.file.read_text(), "{")
