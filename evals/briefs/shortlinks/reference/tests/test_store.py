import tempfile
import unittest
from datetime import date
from pathlib import Path

from shortlinks.store import Store, TakenError

ADDRESS = "https://example.org/a"
TODAY = date(2026, 4, 1)


class StoreTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "shortlinks.db"
        self.store = Store(self.path)

    def test_same_address_has_one_generated_link(self):
        """R1: the same link again, another for another address"""
        name = self.store.shorten(ADDRESS)
        self.assertRegex(name, r"\A[A-Za-z0-9]{7}\Z")
        self.assertEqual(self.store.shorten(ADDRESS), name)
        self.assertNotEqual(self.store.shorten(ADDRESS + "b"), name)

    def test_generated_name_avoids_taken_ones(self):
        """R1, R2: someone chose the name that would be generated"""
        name = self.store.shorten(ADDRESS)
        other = Store(self.path.with_name("other.db"))
        other.shorten("https://example.org/b", name=name)
        self.assertNotEqual(other.shorten(ADDRESS), name)

    def test_taken_name_is_refused(self):
        """R2: the message contains the address"""
        self.store.shorten(ADDRESS, name="returns")
        self.assertEqual(self.store.shorten(ADDRESS, name="returns"), "returns")
        with self.assertRaisesRegex(TakenError, ADDRESS):
            self.store.shorten(ADDRESS + "b", name="returns")

    def test_last_day_is_kept_until_it_is_replaced(self):
        """R4: the last day included"""
        self.store.shorten(ADDRESS, name="sale", last_day=TODAY)
        self.store.shorten(ADDRESS, name="sale")
        link = self.store.find("sale")
        self.assertFalse(link.expired(TODAY))
        self.assertTrue(link.expired(date(2026, 4, 2)))

    def test_openings_of_90_days_are_shown(self):
        """R5, R6: per day, and their sum"""
        self.store.shorten(ADDRESS, name="sale")
        for day in (date(2026, 1, 1), date(2026, 1, 2), TODAY, TODAY):
            self.store.count("sale", day)
        self.assertEqual(self.store.openings("sale", TODAY), [(date(2026, 1, 2), 1), (TODAY, 2)])
        self.assertEqual([(link.name, openings) for link, openings in self.store.links(TODAY)], [("sale", 3)])

    def test_data_survives_in_the_file(self):
        """R7: another process opens the same file"""
        self.store.shorten(ADDRESS, name="sale", last_day=TODAY)
        self.assertEqual(Store(self.path).find("sale"), self.store.find("sale"))
