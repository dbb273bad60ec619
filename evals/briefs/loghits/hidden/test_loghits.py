import gzip
import json
import unittest

import product

BROWSER = '"-" "Mozilla/5.0"'


def line(target="/", status=200, *, method="GET", time="02/Mar/2026:13:55:36 +0000", end=BROWSER):
    return f'203.0.113.7 - - [{time}] "{method} {target} HTTP/1.1" {status} 2326 {end}'.rstrip()


def write(*lines, name="access.log"):
    content = "\n".join([*lines, ""]).encode()
    (product.folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


class Case(unittest.TestCase):
    def report(self, *arguments, stdin=""):
        done = product.run(*(arguments or ["access.log"]), "--json", stdin=stdin)
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)

    def assert_counts(self, report, **expected):
        self.assertEqual({name: report[name] for name in expected}, expected)


class Lines(Case):
    def test_both_formats_are_read(self):
        """R1: with and without the two texts, and with a user"""
        write(
            line("/a"),
            line("/b", end=""),
            '2001:db8::1 - ada [29/Feb/2024:00:00:00 +0000] "POST /order HTTP/1.1" 303 -',
        )
        self.assert_counts(self.report(), requests=3, hits=2, unreadable=0)

    def test_unreadable_lines_are_counted(self):
        """R1: empty lines are not"""
        write(
            "",
            "nonsense",
            line().replace("GET /", "GET"),
            line("/a b"),
            line().replace("[", "").replace("]", ""),
            line(time="29/Feb/2026:13:55:36 +0000"),
            line(time="02/Mrz/2026:13:55:36 +0000"),
            line(time="02/Mar/2026:24:00:00 +0000"),
            line(time="2026-03-02T13:55:36Z"),
            line(status="20"),
            line(status="OK"),
            line(end='"-"'),
            line(end='"-" "Mozilla'),
            line() + " more",
            " " + line(),
            line().replace(" 2326", " many"),
            '203.0.113.7 - - [02/Mar/2026:13:55:36 +0000] "-" 408 -',
            line(),
        )
        self.assert_counts(self.report(), requests=1, hits=1, unreadable=16, errors={})

    def test_backslashes_in_quotes(self):
        """R1, R3: quotes and backslashes do not end a text too early"""
        write(
            line("/a", end=r'"-" "say \"bot\" twice"'),
            line("/b", end=r'"back\\" "Mozilla/5.0"'),
            line(r"/c\"d"),
        )
        report = self.report()
        self.assert_counts(report, requests=2, bots=1, unreadable=0)
        self.assertEqual([each["page"] for each in report["pages"]], ["/b", r"/c\"d"])


class Days(Case):
    def test_days_are_those_of_utc(self):
        """R2: both ends included"""
        write(
            line("/1", time="02/Mar/2026:00:30:00 +0100"),
            line("/2", time="02/Mar/2026:01:00:00 +0100"),
            line("/3", time="02/Mar/2026:23:59:59 +0000"),
            line("/4", time="02/Mar/2026:20:00:00 -0430"),
            "nonsense",
        )
        days = ("--since", "2026-03-02", "--until", "2026-03-02")
        for options, pages in (
            (days, ["/2", "/3"]),
            (days[:2], ["/2", "/3", "/4"]),
            (days[2:], ["/1", "/2", "/3"]),
            (("--since", "2026-03-04"), []),
        ):
            with self.subTest(options=options):
                report = self.report("access.log", *options)
                self.assertEqual([each["page"] for each in report["pages"]], pages)
                self.assert_counts(report, requests=len(pages), unreadable=1)

    def test_days_count_for_bots_and_errors(self):
        """R2, R3, R5: only what is within them"""
        bot = '"-" "Googlebot/2.1"'
        write(
            *(
                line(status=404, time=f"0{day}/Mar/2026:12:00:00 +0000", end=end)
                for day in (1, 2)
                for end in (BROWSER, bot)
            )
        )
        self.assert_counts(self.report("access.log", "--since", "2026-03-02"), requests=1, bots=1, errors={"404": 1})


class Bots(Case):
    def test_bots_are_left_out(self):
        """R3: words within the agent, in any case; not within the referrer or the target"""
        agents = ("Googlebot/2.1", "A SPIDER", "my-Crawler (x)", "Robots", "Mozilla/5.0", "Crawl")
        write(*(line("/a", 404 if agent == "Robots" else 200, end=f'"-" "{agent}"') for agent in agents))
        self.assert_counts(self.report(), requests=2, hits=2, bots=4, errors={})
        write(line("/robots.txt", end='"https://bot.example.org" "Mozilla/5.0"'), line("/spider", end=""))
        self.assert_counts(self.report(), requests=2, hits=2, bots=0)


class Pages(Case):
    def test_what_a_hit_is(self):
        """R4: method and status"""
        for status, hits in ((199, 0), (200, 1), (206, 1), (299, 1), (301, 0), (304, 1), (404, 0), (500, 0)):
            with self.subTest(status=status):
                write(line(status=status))
                self.assert_counts(self.report(), requests=1, hits=hits)
        write(line(method="HEAD"), line(method="POST"), line(method="get"))
        self.assert_counts(self.report(), requests=3, hits=0, pages=[])

    def test_query_is_not_part_of_the_page(self):
        """R4: from the first question mark on; nothing else is changed"""
        write(line("/a?x"), line("/a?x?y"), line("/a?"), line("/a/"), line("/A"), line("/a%20b"))
        self.assertEqual(
            self.report()["pages"],
            [
                {"page": "/a", "hits": 3},
                {"page": "/A", "hits": 1},
                {"page": "/a%20b", "hits": 1},
                {"page": "/a/", "hits": 1},
            ],
        )

    def test_number_of_pages(self):
        """R4: ten by default, the first in order"""
        write(*(line(f"/{number}") for number in range(12)), line("/5"), line("/11"))
        order = ["/11", "/5", "/0", "/1", "/10", "/2", "/3", "/4", "/6", "/7", "/8", "/9"]
        self.assertEqual([each["page"] for each in self.report()["pages"]], order[:10])
        self.assertEqual([each["page"] for each in self.report("access.log", "--top", "3")["pages"]], order[:3])
        self.assertEqual([each["page"] for each in self.report("access.log", "--top", "99")["pages"]], order)
        self.assert_counts(self.report("access.log", "--top", "1"), hits=14)

    def test_errors_of_any_method(self):
        """R5: from 400 to 599"""
        write(
            line(status=404),
            line(status=500, method="POST"),
            line(status=404, method="PUT"),
            line(status=599),
            line(status=399),
        )
        report = self.report()
        self.assertEqual(report["errors"], {"404": 2, "500": 1, "599": 1})
        self.assert_counts(report, requests=5, hits=0)


class Report(Case):
    def test_report_of_the_brief(self):
        """R6, R4: exactly as shown"""
        bot = '"-" "Googlebot/2.1"'
        write(
            line("/prices"),
            line("/"),
            line("/prices?lang=en", 304),
            line("/prices", 201),
            line("/gone", 404),
            line("/order", 303, method="POST"),
            line("/prices", end=bot),
            line("/gone", 404, end=bot),
            "nonsense",
        )
        done = product.run("access.log")
        self.assertEqual(
            (done.code, done.out),
            (0, "Requests 6\nHits 4\nBots 2\nUnreadable 1\n\nPages\n3 /prices\n1 /\n\nErrors\n404 1\n"),
            done.err,
        )

    def test_empty_report(self):
        """R6, R7: lists without entries"""
        write()
        self.assertEqual(
            product.run("access.log").out,
            "Requests 0\nHits 0\nBots 0\nUnreadable 0\n\nPages\nnone\n\nErrors\nnone\n",
        )
        self.assertEqual(
            self.report(), {"requests": 0, "hits": 0, "bots": 0, "unreadable": 0, "pages": [], "errors": {}}
        )


class Files(Case):
    def test_several_files_are_one_report(self):
        """R8: plain, compressed, standard input"""
        write(line("/a"), line("/b"), name="a.log")
        write(line("/b"), line("/c"), name="b.log.gz")
        report = self.report("a.log", "-", "b.log.gz", stdin=line("/c") + "\n" + line("/b"))
        self.assertEqual(
            report["pages"], [{"page": "/b", "hits": 3}, {"page": "/c", "hits": 2}, {"page": "/a", "hits": 1}]
        )

    def test_other_bytes_and_line_ends(self):
        """R8: not UTF-8; control characters do not end a line"""
        content = b"\n".join(
            [line("/\u00e9\x85x").encode("latin-1"), line("/a\x0bb\x1cc").encode(), line("/\u2028").encode()]
        )
        (product.folder / "access.log").write_bytes(content)
        self.assert_counts(self.report(), requests=3, hits=3, unreadable=0)


class Wrong(Case):
    def test_wrong_input(self):
        """R9: files, days, numbers"""
        write(line())
        (product.folder / "broken.gz").write_bytes(b"not compressed")
        for arguments in (
            ["missing.log"],
            ["access.log", "missing.log.gz"],
            ["access.log", "broken.gz"],
            ["access.log", "--since", "2026-02-30"],
            ["access.log", "--until", "02/Mar/2026"],
            ["access.log", "--until", "20260302"],
            ["access.log", "--top", "0"],
            ["access.log", "--top", "all"],
            [],
        ):
            with self.subTest(arguments=arguments):
                done = product.run(*arguments)
                self.assertEqual((done.code, done.out, done.err[:7]), (2, "", "error: "))
