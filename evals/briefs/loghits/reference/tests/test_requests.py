import unittest
from datetime import date

from loghits.requests import Request, parse

LINE = '203.0.113.7 - - [02/Mar/2026:13:55:36 +0100] "GET /prices?lang=en HTTP/1.1" 200 2326 "-" "Mozilla/5.0"'


class Lines(unittest.TestCase):
    def test_both_formats_are_read(self):
        """R1: the common format has no agent"""
        self.assertEqual(parse(LINE), Request(date(2026, 3, 2), "GET", "/prices?lang=en", 200, "Mozilla/5.0"))
        self.assertEqual(parse(LINE[: -len(' "-" "Mozilla/5.0"')]).agent, "")

    def test_backslashes_in_quotes(self):
        """R1: an escaped quote does not end a text"""
        request = parse(LINE.replace('"Mozilla', r'"a \" b \\').replace("lang", r"\""))
        self.assertEqual((request.target, request.agent), (r"/prices?\"=en", r"a \" b \\/5.0"))

    def test_other_lines_are_unreadable(self):
        """R1: each part"""
        for old, new in (
            ("203.0.113.7 ", ""),
            ("[", ""),
            ("02/Mar", "30/Feb"),
            ("Mar", "M\u00e4r"),
            ("13:55", "24:00"),
            ("+0100", "+01:00"),
            ("+0100", "+2500"),
            ("GET ", ""),
            (" HTTP/1.1", ""),
            ("200", "20"),
            ("200", "\u0662\u0660\u0660"),
            ("2326", "x"),
            ('"-" ', ""),
            ("Mozilla", '"'),
        ):
            with self.subTest(old=old, new=new):
                self.assertIsNone(parse(LINE.replace(old, new)))

    def test_days_are_those_of_utc(self):
        """R2: in both directions"""
        self.assertEqual(parse(LINE.replace("13:55:36", "00:30:00")).day, date(2026, 3, 1))
        self.assertEqual(parse(LINE.replace("13:55:36 +0100", "20:00:00 -0430")).day, date(2026, 3, 3))

    def test_bots_name_themselves(self):
        """R3: in any case"""
        for agent, bot in (("Googlebot", True), ("A CRAWLER", True), ("spiders", True), ("Crawl", False)):
            self.assertEqual(parse(LINE.replace("Mozilla/5.0", agent)).by_bot, bot)

    def test_hits_pages_and_errors(self):
        """R4, R5: method, status, target"""
        for method, status, hit, error in (
            ("GET", 200, True, False),
            ("GET", 304, True, False),
            ("GET", 301, False, False),
            ("HEAD", 200, False, False),
            ("POST", 599, False, True),
        ):
            with self.subTest(method=method, status=status):
                request = parse(LINE.replace("GET", method).replace(" 200 ", f" {status} "))
                self.assertEqual((request.is_hit, request.is_error, request.page), (hit, error, "/prices"))
