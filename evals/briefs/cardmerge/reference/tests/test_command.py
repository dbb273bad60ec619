import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from cardmerge.cli import main

HEADER = "name,email,phone,updated"


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.out = self.folder / "out.csv"

    def write(self, *lines, name="a.csv", encoding="utf-8"):
        path = self.folder / name
        path.write_bytes("\n".join(lines).encode(encoding))
        return str(path)

    def merge(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*arguments, "--output", str(self.out)])
        return code, out.getvalue(), err.getvalue()

    def test_columns_and_separators(self):
        """R1, R5: in any order, with a byte order mark; LF and quotes in the output"""
        first = self.write("Note; EMAIL ;Name", "x;a@a.org;Ada, B", encoding="utf-8-sig")
        second = self.write(HEADER, "", "Bob,b@b.org", name="b.csv")
        self.assertEqual(self.merge(first, second)[0], 0)
        self.assertEqual(self.out.read_bytes(), f'{HEADER}\n"Ada, B",a@a.org,,\nBob,b@b.org,,\n'.encode())

    def test_rows_are_rejected_and_counted(self):
        """R6, R7: the line on which the row begins"""
        file = self.write(HEADER, '"Two\nlines",,,', "Ada,a@a.org,,", "A.,a@a.org,,", "Bob,bob,1,")
        code, out, err = self.merge(file)
        self.assertEqual((code, out), (0, "4 read, 2 rejected, 1 merged, 1 written\n"))
        self.assertEqual(err, f"{file}:2: no email or phone\n{file}:6: no email or phone\n")

    def test_wrong_input_leaves_the_output_as_it_was(self):
        """R8: code 2"""
        good = self.write(HEADER, "Ada,a@a.org,,")
        self.out.write_text("before")
        wrong = [
            ["missing.csv"],
            [self.write("name,updated", name="none.csv")],
            [self.write("email,EMAIL", name="twice.csv")],
            [self.write(HEADER, "Zo\u00eb,,,", name="latin.csv", encoding="latin-1")],
            ["--country", "+49"],
        ]
        for arguments in wrong:
            with self.subTest(arguments=arguments):
                code, out, err = self.merge(good, *arguments)
                self.assertEqual((code, out, err[:7]), (2, "", "error: "))
        self.assertEqual(self.out.read_text(), "before")
        self.out = self.folder / "nowhere" / "out.csv"
        self.assertEqual(self.merge(good)[0], 2)

    def test_output_may_be_one_of_the_files(self):
        """R8: nothing else is left"""
        self.out = Path(self.write(HEADER, "A,a@a.org,,", "B,A@a.org,,"))
        self.assertEqual(self.merge(str(self.out))[0], 0)
        self.assertEqual(self.out.read_text(), f"{HEADER}\nB,a@a.org,,\n")
        self.assertEqual(list(self.folder.iterdir()), [self.out])
