import unittest

import product

ADDRESS = "https://help.example.org/articles/4711?lang=en&print=1"


def shorten(address, *options):
    return product.run("shorten", address, *options).out.strip()


def serve(today="2026-03-10"):
    return product.serve("serve", "--port", "{port}", "--today", today)


class Redirect(unittest.TestCase):
    def test_link_redirects_to_the_unchanged_address(self):
        """R3: 302 and Location, for both kinds of links"""
        links = [shorten(ADDRESS), shorten(ADDRESS, "--name", "returns")]
        with serve() as server:
            for link in links:
                answer = server.get(link)
                self.assertEqual((answer.status, answer.headers["Location"]), (302, ADDRESS))

    def test_query_string_is_ignored(self):
        """R3: a query string after the link"""
        shorten(ADDRESS, "--name", "returns")
        with serve() as server:
            answer = server.get("/returns?utm_source=letter")
            self.assertEqual((answer.status, answer.headers["Location"]), (302, ADDRESS))

    def test_unknown_link_is_a_plain_page(self):
        """R3: 404; R5: it is not counted"""
        shorten(ADDRESS, "--name", "returns")
        with serve() as server:
            for path in ("/nothing", "/", "/RETURNS", "/returns/more"):
                with self.subTest(path=path):
                    answer = server.get(path)
                    self.assertEqual(answer.status, 404)
                    self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
                    self.assertIn("Unknown link", answer.body)
        self.assertEqual(product.run("counts", "returns", "--today", "2026-03-10").out, "")

    def test_link_made_while_the_service_runs_works(self):
        """R3: no restart is needed"""
        with serve() as server:
            self.assertEqual(server.get("/returns").status, 404)
            shorten(ADDRESS, "--name", "returns")
            self.assertEqual(server.get("/returns").status, 302)


class LastDay(unittest.TestCase):
    def test_link_works_on_its_last_day_and_not_after(self):
        """R4: 302 on the last day, 410 from the next"""
        shorten(ADDRESS, "--name", "sale", "--last-day", "2026-02-28")
        with serve("2026-02-28") as server:
            self.assertEqual(server.get("/sale").status, 302)
        with serve("2026-03-01") as server:
            answer = server.get("/sale")
            self.assertEqual(answer.status, 410)
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
            self.assertIn("Ask the support team", answer.body)

    def test_last_day_is_replaced_only_by_another(self):
        """R4: shortening again"""
        shorten(ADDRESS, "--name", "sale", "--last-day", "2026-03-01")
        shorten(ADDRESS, "--name", "sale")
        shorten(ADDRESS)
        with serve() as server:
            self.assertEqual(server.get("/sale").status, 410)
            shorten(ADDRESS, "--name", "sale", "--last-day", "2026-03-31")
            self.assertEqual(server.get("/sale").status, 302)

    def test_days_that_do_not_exist_are_refused(self):
        """R4: not a date of the calendar, or not in this form"""
        for day in ("2026-02-29", "20260301", "tomorrow"):
            with self.subTest(day=day):
                refused = product.run("shorten", ADDRESS, "--last-day", day)
                self.assertEqual((refused.code, refused.out), (2, ""))


class Counting(unittest.TestCase):
    def test_openings_are_counted_per_day(self):
        """R5: oldest day first, with or without the slash; R6: their sum"""
        shorten(ADDRESS, "--name", "returns", "--last-day", "2026-03-10")
        for day, openings in (("2026-03-10", 3), ("2026-03-08", 1), ("2026-03-11", 2)):
            with serve(day) as server:
                for _ in range(openings):
                    server.get("/returns")
        for link in ("returns", "/returns"):
            done = product.run("counts", link, "--today", "2026-03-11")
            self.assertEqual(done.out.splitlines(), ["2026-03-08 1", "2026-03-10 3"])
        export = product.run("export", "--today", "2026-03-11").out.splitlines()
        self.assertEqual(export[1:], [f"/returns,{ADDRESS},2026-03-10,4"])

    def test_only_the_last_90_days_are_shown(self):
        """R5, R6: today and the 89 days before it; an unknown link is refused"""
        shorten(ADDRESS, "--name", "returns")
        for day in ("2026-01-01", "2026-01-02"):
            with serve(day) as server:
                server.get("/returns")
        done = product.run("counts", "returns", "--today", "2026-04-01")
        self.assertEqual(done.out.splitlines(), ["2026-01-02 1"])
        export = product.run("export", "--today", "2026-04-01").out.splitlines()
        self.assertEqual(export[1:], [f"/returns,{ADDRESS},,1"])
        refused = product.run("counts", "nothing")
        self.assertEqual((refused.code, refused.out), (2, ""))

    def test_query_strings_of_visitors_are_not_stored(self):
        """R5, R7: only numbers are kept, in the one file"""
        shorten(ADDRESS, "--name", "returns")
        with serve() as server:
            server.get("/returns?visitor=jane-doe")
        self.assertEqual([path.name for path in product.folder.iterdir()], ["shortlinks.db"])
        self.assertNotIn(b"jane-doe", (product.folder / "shortlinks.db").read_bytes())


class Backup(unittest.TestCase):
    def test_file_copied_away_and_back_restores_everything(self):
        """R7: the one file"""
        link = shorten(ADDRESS)
        shorten(ADDRESS, "--name", "returns", "--last-day", "2026-12-31")
        with serve() as server:
            server.get("/returns")
        before = product.run("export", "--today", "2026-03-10").out
        database = product.folder / "shortlinks.db"
        saved = database.read_bytes()
        database.unlink()
        self.assertEqual(len(product.run("export").out.splitlines()), 1)
        database.write_bytes(saved)
        self.assertEqual(product.run("export", "--today", "2026-03-10").out, before)
        self.assertEqual(shorten(ADDRESS), link)
        with serve() as server:
            self.assertEqual(server.get("/returns").status, 302)
