import json
import tempfile
import unittest
from pathlib import Path

from deskbook.bookings import Bookings
from deskbook.service import Service


class ServiceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bookings = Bookings(["A1", "A2"], Path(folder.name) / "deskbook.json")
        self.service = Service(self.bookings)

    def book(self, **fields):
        return self.service.answer("POST", "/bookings", json.dumps(fields).encode())

    def test_booking_is_made_read_and_cancelled(self):
        """R2, R7: 201 with a location, 200, 204, 404"""
        made = self.book(desk="A1", day="2026-03-02", person="Ada")
        self.assertEqual((made.status, made.location), (201, "/bookings/1"))
        self.assertEqual(self.service.answer("GET", "/bookings/1", b"").content, made.content)
        self.assertEqual(self.service.answer("DELETE", "/bookings/1", b"").status, 204)
        for method in ("GET", "DELETE"):
            self.assertEqual(self.service.answer(method, "/bookings/1", b"").status, 404)

    def test_refusals_say_why(self):
        """R3, R4: 409 with the booking, 400 with the field or without"""
        first = self.book(desk="A1", day="2026-03-02", person="Ada").content
        self.assertEqual(self.book(desk="A1", day="2026-03-02", person="Bob").content["booking"], first)
        self.assertEqual(self.book(desk="A1", day="2026-03-02").content["field"], "person")
        for body in (b"", b"[]", b"\xff"):
            answer = self.service.answer("POST", "/bookings", body)
            self.assertEqual((answer.status, set(answer.content)), (400, {"error"}))

    def test_queries_are_decoded(self):
        """R5, R6: percent signs and plus signs; a day is checked"""
        self.book(desk="A1", day="2026-03-02", person="Zo\u00eb B")
        found = self.service.answer("GET", "/bookings?person=zo%C3%AB+b", b"").content["bookings"]
        self.assertEqual([each["id"] for each in found], [1])
        free = self.service.answer("GET", "/free?day=2026-03-02", b"")
        self.assertEqual(free.content, {"day": "2026-03-02", "desks": ["A2"]})
        for target in ("/free", "/free?day=", "/bookings?day=x"):
            self.assertEqual(self.service.answer("GET", target, b"").content["field"], "day")

    def test_other_paths_and_methods_are_refused(self):
        """R9: 404 and 405"""
        self.assertEqual(self.service.answer("GET", "/", b"").status, 404)
        self.assertEqual(self.service.answer("GET", "/bookings/1/2", b"").status, 404)
        self.assertEqual(self.service.answer("PUT", "/bookings", b"").status, 405)
        self.assertEqual(self.service.answer("POST", "/desks", b"").status, 405)

    def test_desks_are_listed(self):
        """R1: in their order"""
        answer = self.service.answer("GET", "/desks", b"")
        self.assertEqual((answer.status, answer.content), (200, {"desks": ["A1", "A2"]}))
