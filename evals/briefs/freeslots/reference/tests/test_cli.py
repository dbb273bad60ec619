import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from freeslots.cli import main


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "ada.csv"
        self.path.write_text("start,end,title\n2026-03-02T09:20,2026-03-02T16:50,Workshop\n")

    def search(self, *options, day="2026-03-02", minutes="20"):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(self.path), "--day", day, "--minutes", minutes, *options])
        return code, out.getvalue(), err.getvalue()

    def test_slots_are_printed(self):
        """R1, R7: all of them, or the earliest appointment"""
        slots = "2026-03-02 09:00-09:20\n2026-03-02 16:50-17:00\n"
        self.assertEqual(self.search(minutes="10"), (0, slots, ""))
        self.assertEqual(self.search("--first", minutes="10"), (0, "2026-03-02 09:00-09:10\n", ""))

    def test_nothing_is_free(self):
        """R8: code 1"""
        self.assertEqual(self.search(minutes="21"), (1, "No free time.\n", ""))

    def test_wrong_input_is_refused(self):
        """R9: code 2, one line"""
        for options in (
            ["--days", "0"],
            ["--pause", "121"],
            ["--from", "24:00"],
            ["--from", "17:00"],
            ["--break", "12:00"],
            ["--break", "13:00-12:00"],
        ):
            with self.subTest(options=options):
                code, out, err = self.search(*options)
                self.assertEqual((code, out, err[:7], err.count("\n")), (2, "", "error: ", 1))
        self.path.unlink()
        self.assertEqual(self.search()[0], 2)
