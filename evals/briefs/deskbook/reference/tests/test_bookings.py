import tempfile
import unittest
from pathlib import Path

from deskbook.bookings import Booking, Bookings, ConflictError, FieldError
from deskbook.cli import main, parse_desks

DAY = "2026-03-02"


class Desks(unittest.TestCase):
    def test_names_are_checked(self):
        """R1: the order stays; wrong and repeated names are refused"""
        self.assertEqual(parse_desks("B1,A1"), ["B1", "A1"])
        for text in ("", "A1,", "A1,A1", "A 1", "12345678901"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse_desks(text)

    def test_service_does_not_start_with_wrong_desks(self):
        """R1: exit code 2"""
        self.assertEqual(main(["--port", "0", "--desks", "A1,A1"]), 2)


class BookingsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "deskbook.json"
        self.bookings = Bookings(["B1", "A1"], self.file)

    def book(self, desk="A1", day=DAY, person="Ada"):
        return self.bookings.book({"desk": desk, "day": day, "person": person})

    def test_ids_count_and_are_never_used_twice(self):
        """R2, R8: after a cancellation and a restart"""
        self.assertEqual(self.book(person=" Ada "), Booking(1, "A1", DAY, "Ada"))
        self.assertTrue(self.bookings.cancel(1))
        self.assertEqual(self.book().id, 2)
        self.bookings.cancel(2)
        self.bookings = Bookings(["A1"], self.file)
        self.assertEqual(self.book().id, 3)

    def test_desk_and_person_are_booked_once_a_day(self):
        """R3: the desk's booking is reported first"""
        first, second = self.book(), self.book("B1", person="Bob")
        for desk, person, in_the_way in (("B1", "Cem", second), ("B1", "ADA", second)):
            with self.assertRaises(ConflictError) as caught:
                self.book(desk, person=person)
            self.assertEqual(caught.exception.booking, in_the_way)
        self.bookings.cancel(second.id)
        with self.assertRaises(ConflictError) as caught:
            self.book("B1", person="ADA")
        self.assertEqual(caught.exception.booking, first)

    def test_first_wrong_field_is_named(self):
        """R4: desk, day, person in this order"""
        for desk, day, person, field in (
            ("C1", "x", "", "desk"),
            (["A1"], DAY, "Ada", "desk"),
            ("A1", "2026-02-29", "", "day"),
            ("A1", "20260302", "Ada", "day"),
            ("A1", DAY, " ", "person"),
            ("A1", DAY, "a" * 61, "person"),
        ):
            with self.subTest(desk=desk, day=day, person=person):
                with self.assertRaises(FieldError) as caught:
                    self.book(desk, day, person)
                self.assertEqual(caught.exception.field, field)
        self.assertEqual(self.bookings.find(), [])

    def test_lists_are_sorted_and_narrowed(self):
        """R5: by day, then in the order of the desks"""
        for desk, day, person in (("A1", "2026-03-03", "Ada"), ("A1", DAY, "Bob"), ("B1", "2026-03-03", "Bob")):
            self.book(desk, day, person)
        self.assertEqual([each.id for each in self.bookings.find()], [2, 3, 1])
        self.assertEqual([each.id for each in self.bookings.find(person="bob")], [2, 3])
        self.assertEqual([each.id for each in self.bookings.find("2026-03-03", "BOB")], [3])

    def test_free_desks_are_those_not_booked(self):
        """R6, R7: a cancelled desk is free again"""
        self.book("B1")
        self.assertEqual(self.bookings.free(DAY), ["A1"])
        self.assertEqual(self.bookings.free("2026-03-03"), ["B1", "A1"])
        self.bookings.cancel(1)
        self.assertFalse(self.bookings.cancel(1))
        self.assertEqual(self.bookings.free(DAY), ["B1", "A1"])

    def test_bookings_survive_a_restart(self):
        """R8: the file holds everything"""
        booking = self.book(person="Zo\u00eb")
        self.assertEqual(Bookings(["A1"], self.file).find(), [booking])
        self.assertEqual([path.name for path in self.file.parent.iterdir()], ["deskbook.json"])
