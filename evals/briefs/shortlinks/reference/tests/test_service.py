import tempfile
import unittest
from datetime import date
from pathlib import Path

from shortlinks.service import EXPIRED, UNKNOWN, Answer, answer
from shortlinks.store import Store

ADDRESS = "https://example.org/a"
TODAY = date(2026, 4, 1)


class ServiceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = Store(Path(folder.name) / "shortlinks.db")

    def test_link_redirects_and_is_counted(self):
        """R3, R5: the query string is ignored"""
        self.store.shorten(ADDRESS, name="sale")
        self.assertEqual(answer(self.store, "/sale?from=letter", TODAY), Answer(302, location=ADDRESS))
        self.assertEqual(self.store.openings("sale", TODAY), [(TODAY, 1)])

    def test_unknown_and_expired_links_have_a_page(self):
        """R3, R4: 404 and 410, neither is counted"""
        self.store.shorten(ADDRESS, name="sale", last_day=date(2026, 3, 31))
        self.assertEqual(answer(self.store, "/nothing", TODAY), Answer(404, UNKNOWN))
        self.assertEqual(answer(self.store, "/sale", TODAY), Answer(410, EXPIRED))
        self.assertEqual(self.store.openings("sale", TODAY), [])
