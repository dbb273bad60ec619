import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from mdtoc.cli import main

PAGE = b"<!-- toc -->\n<!-- /toc -->\n# A\n"


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "page.md"
        self.path.write_bytes(PAGE)

    def run_command(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(self.path), *arguments])
        return code, out.getvalue(), err.getvalue()

    def test_page_is_updated_once(self):
        """R7: then unchanged"""
        self.assertEqual(self.run_command()[:2], (0, f"{self.path}: updated\n"))
        self.assertIn(b"- [A](#a)\n", self.path.read_bytes())
        self.assertEqual(self.run_command()[:2], (0, f"{self.path}: unchanged\n"))

    def test_check_changes_nothing(self):
        """R8: code 1, then 0"""
        self.assertEqual(self.run_command("--check")[:2], (1, f"{self.path}: out of date\n"))
        self.assertEqual(self.path.read_bytes(), PAGE)
        self.run_command()
        self.assertEqual(self.run_command("--check")[:2], (0, f"{self.path}: up to date\n"))

    def test_wrong_files_do_not_stop_the_others(self):
        """R9: code 2"""
        code, out, err = self.run_command("missing.md")
        self.assertEqual((code, out), (2, f"{self.path}: updated\n"))
        self.assertTrue(err.startswith("missing.md: "))
        self.path.write_bytes(b"\xff")
        self.assertEqual(self.run_command()[:2], (2, ""))
        with self.assertRaises(SystemExit) as caught:
            self.run_command("--depth", "7")
        self.assertEqual(caught.exception.code, 2)
