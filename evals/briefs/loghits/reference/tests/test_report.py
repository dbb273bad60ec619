import contextlib
import gzip
import io
import json
import tempfile
import unittest
from datetime import date
from pathlib import Path

from loghits.cli import main
from loghits.report import as_json, as_text, count


def line(target, status=200, agent="Mozilla", day="02"):
    return f'::1 - - [{day}/Mar/2026:12:00:00 +0000] "GET {target} HTTP/1.1" {status} - "-" "{agent}"'


class Counting(unittest.TestCase):
    def test_requests_are_counted(self):
        """R1, R3, R4, R5, R6: people, bots, unreadable lines"""
        lines = [
            line("/b"),
            line("/a?x"),
            line("/a"),
            line("/c", 404),
            line("/c", 404, agent="bot"),
            "x",
            "",
            line("/A"),
        ]
        text = "Requests 5\nHits 4\nBots 1\nUnreadable 1\n\nPages\n2 /a\n1 /A\n\nErrors\n404 1\n"
        self.assertEqual(as_text(count(lines), 2), text)

    def test_lists_without_entries(self):
        """R6, R7: none, or empty"""
        self.assertTrue(as_text(count([]), 10).endswith("\nPages\nnone\n\nErrors\nnone\n"))
        self.assertEqual(json.loads(as_json(count([]), 10))["pages"], [])

    def test_days_limit_what_is_counted(self):
        """R2: unreadable lines are always counted"""
        lines = [line("/", day=day) for day in ("01", "02", "03")] + ["x"]
        report = count(lines, since=date(2026, 3, 2), until=date(2026, 3, 2))
        self.assertEqual((report.requests, report.unreadable), (1, 1))

    def test_json_has_the_same_numbers(self):
        """R7: errors by status"""
        report = json.loads(as_json(count([line("/a"), line("/b", 500), line("/b", 404)]), 10))
        self.assertEqual(list(report["errors"].items()), [("404", 1), ("500", 1)])
        self.assertEqual(report["pages"], [{"page": "/a", "hits": 1}])


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def report(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        return code, out.getvalue(), err.getvalue()

    def test_plain_and_compressed_files_are_read(self):
        """R8: whatever their bytes"""
        plain = self.write("a.log", line("/\u00e9").encode("latin-1") + b"\r\n" + line("/a\x0b").encode())
        packed = self.write("a.log.gz", gzip.compress(line("/b").encode()))
        self.assertTrue(self.report(plain, packed)[1].startswith("Requests 3\nHits 3\n"))

    def test_wrong_input(self):
        """R9: code 2"""
        good, broken = self.write("a.log", b""), self.write("b.gz", b"x")
        cut = self.write("c.gz", gzip.compress(line("/").encode() * 100)[:-20])
        for arguments in ([], ["missing"], [broken], [cut], [good, "--since", "2026-02-30"], [good, "--top", "0"]):
            with self.subTest(arguments=arguments):
                code, out, err = self.report(*arguments)
                self.assertEqual((code, out, err[:7]), (2, "", "error: "))
