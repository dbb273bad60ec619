import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from photonames.cli import main


class Renaming(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def fill(self, *names):
        for name in names:
            (self.folder / name).write_text(name)

    def content(self):
        return {path.name: path.read_text() for path in self.folder.iterdir() if path.is_file() and path.name[0] != "."}

    def run_command(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([str(self.folder), *arguments])
        return code, out.getvalue().splitlines(), err.getvalue()

    def test_plan_changes_nothing(self):
        """R4: right names are left out"""
        self.fill("s-001.jpg", "x.jpg")
        self.assertEqual(self.run_command("s"), (0, ["x.jpg -> s-002.jpg", "1 photo to rename."], ""))
        self.assertEqual(set(self.content()), {"s-001.jpg", "x.jpg"})

    def test_photos_are_renamed_in_a_chain_and_back(self):
        """R5, R7: no photo is lost"""
        self.fill("a.jpg", "s-001.jpg", "s-002.jpg", "note.txt")
        before = self.content()
        self.assertEqual(self.run_command("s", "--apply")[1][-1], "3 photos renamed.")
        self.assertEqual(self.content()["s-003.jpg"], "s-002.jpg")
        self.assertEqual(self.run_command("s", "--apply")[1], ["0 photos renamed."])
        self.assertEqual(self.run_command("--undo")[1][-1], "3 photos renamed back.")
        self.assertEqual(self.content(), before)
        self.assertEqual(self.run_command("--undo")[0], 3)

    def test_collisions_are_refused(self):
        """R6: planned or applied"""
        self.fill("a.jpg")
        (self.folder / "s-001.jpg").mkdir()
        for options in ([], ["--apply"]):
            code, out, err = self.run_command("s", *options)
            self.assertEqual((code, out), (3, []))
            self.assertIn("s-001.jpg", err)
        self.assertEqual(set(self.content()), {"a.jpg"})

    def test_undo_that_would_lose_something_is_refused(self):
        """R7: a taken name, a missing photo"""
        self.fill("a.jpg")
        self.run_command("s", "--apply")
        self.fill("a.jpg")
        self.assertEqual(self.run_command("--undo")[0], 3)
        (self.folder / "a.jpg").unlink()
        (self.folder / "s-001.jpg").unlink()
        self.assertEqual(self.run_command("--undo")[0], 3)

    def test_wrong_input_is_refused(self):
        """R1, R3: the folder, the prefix, the start"""
        self.folder /= "missing"
        self.assertEqual(self.run_command("s")[0], 2)
        self.folder = self.folder.parent
        for arguments in ([], ["S"], ["s", "--start", "-1"], ["s", "--start", "1000000"], ["s", "--start", "x"]):
            with self.subTest(arguments=arguments):
                code, out, err = self.run_command(*arguments)
                self.assertEqual((code, out, err[:7]), (2, [], "error: "))
