import tempfile
import unittest
from datetime import datetime
from pathlib import Path

from freeslots.calendars import Entry, WrongFileError, read


class Calendars(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "ada.csv"

    def read(self, *lines, header="start,end,title"):
        self.path.write_text("\n".join([header, *lines]), encoding="utf-8")
        return read(str(self.path))

    def test_meetings_and_all_day_entries_are_read(self):
        """R2, R3: an all-day entry includes its last day"""
        entries = self.read("2026-03-02T09:30,2026-03-02T10:30,Stand-up", "", '2026-03-04,2026-03-05,"Leave, in\nRome"')
        self.assertEqual(
            entries,
            [
                Entry(datetime(2026, 3, 2, 9, 30), datetime(2026, 3, 2, 10, 30)),
                Entry(datetime(2026, 3, 4), datetime(2026, 3, 6), all_day=True),
            ],
        )

    def test_wrong_entries_are_reported_with_their_line(self):
        """R9: the line on which the entry begins"""
        for entry in (
            "2026-03-02T09:00,2026-03-02T09:00,",
            "2026-03-03,2026-03-02,",
            "2026-03-02,2026-03-02T10:00,",
            "2026-03-02T09:00,2026-03-02,",
            "2026-02-30,2026-03-02,",
            "2026-03-02T9:00,2026-03-02T10:00,",
            "2026-03-02,2026-03-02",
        ):
            with self.subTest(entry=entry), self.assertRaisesRegex(WrongFileError, r"ada\.csv:4: "):
                self.read('2026-03-02,2026-03-02,"two\nlines"', entry, "worse")

    def test_wrong_files_are_reported(self):
        """R9: the header, an empty file, a missing one"""
        with self.assertRaisesRegex(WrongFileError, r"ada\.csv:1: "):
            self.read(header="begin,end,title")
        self.path.write_bytes(b"")
        with self.assertRaisesRegex(WrongFileError, r"ada\.csv:1: "):
            read(str(self.path))
        self.path.write_bytes(b"\xff")
        with self.assertRaisesRegex(WrongFileError, r"ada\.csv: "):
            read(str(self.path))
        with self.assertRaisesRegex(WrongFileError, "^none: "):
            read("none")
