import json
import unittest

import product

DESKS = "A1,A2,B1"


def serve(desks=DESKS):
    return product.serve("--port", "{port}", "--desks", desks)


def book(server, desk="A1", day="2026-03-02", person="Ada"):
    return server.request("POST", "/bookings", json.dumps({"desk": desk, "day": day, "person": person}))


def listed(server, query=""):
    return [booking["id"] for booking in json.loads(server.get(f"/bookings{query}").body)["bookings"]]


class Desks(unittest.TestCase):
    def test_desks_are_listed_in_order(self):
        """R1: the order of --desks"""
        with serve("B1,A2,A10") as server:
            answer = server.get("/desks")
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
            self.assertEqual(json.loads(answer.body), {"desks": ["B1", "A2", "A10"]})

    def test_service_does_not_start_with_wrong_desks(self):
        """R1: names twice, empty, too long, with other characters"""
        for desks in ("A1,A1", "A1,,A2", "", "A1, A2", "A12345678901", "A-1"):
            with self.subTest(desks=desks):
                refused = product.run("--port", "0", "--desks", desks)
                self.assertEqual(refused.code, 2)
                self.assertTrue(refused.err.strip())


class Booking(unittest.TestCase):
    def test_booking_is_answered_with_its_id_and_location(self):
        """R2: 201, the booking, Location; R7: it can be read there"""
        with serve() as server:
            answer = book(server, person="  Zo\u00eb Byron ")
            expected = {"id": 1, "desk": "A1", "day": "2026-03-02", "person": "Zo\u00eb Byron"}
            self.assertEqual((answer.status, json.loads(answer.body)), (201, expected))
            self.assertEqual(answer.headers["Location"], "/bookings/1")
            again = server.get("/bookings/1")
            self.assertEqual((again.status, json.loads(again.body)), (200, expected))

    def test_ids_are_never_used_twice(self):
        """R2, R7: after a cancellation and after a refusal"""
        with serve() as server:
            self.assertEqual(json.loads(book(server, "A1").body)["id"], 1)
            self.assertEqual(json.loads(book(server, "A2", person="Bob").body)["id"], 2)
            self.assertEqual(book(server, "A2", person="Cem").status, 409)
            self.assertEqual(server.request("DELETE", "/bookings/2").status, 204)
            self.assertEqual(json.loads(book(server, "B1", person="Cem").body)["id"], 3)

    def test_other_fields_are_ignored(self):
        """R2: only the three fields count"""
        with serve() as server:
            body = {"desk": "A1", "day": "2026-03-02", "person": "Ada", "id": 77, "note": "window"}
            answer = server.request("POST", "/bookings", json.dumps(body))
            self.assertEqual(json.loads(answer.body), {"id": 1, "desk": "A1", "day": "2026-03-02", "person": "Ada"})


class Conflicts(unittest.TestCase):
    def test_desk_is_booked_once_a_day(self):
        """R3: the same desk, the same day"""
        with serve() as server:
            first = json.loads(book(server).body)
            refused = book(server, person="Bob")
            self.assertEqual(refused.status, 409)
            self.assertEqual(json.loads(refused.body)["booking"], first)
            self.assertTrue(json.loads(refused.body)["error"])
            self.assertEqual(book(server, day="2026-03-03", person="Bob").status, 201)
            self.assertEqual(listed(server, "?day=2026-03-02"), [1])

    def test_person_has_one_desk_a_day(self):
        """R3: whatever the case of the letters"""
        with serve() as server:
            first = json.loads(book(server, person="Zo\u00eb").body)
            refused = book(server, "A2", person=" ZO\u00cb ")
            self.assertEqual((refused.status, json.loads(refused.body)["booking"]), (409, first))
            self.assertEqual(book(server, "A2", "2026-03-03", "zo\u00eb").status, 201)

    def test_booking_of_the_desk_is_reported_first(self):
        """R3: both are in the way"""
        with serve() as server:
            book(server, "A1", person="Ada")
            book(server, "A2", person="Bob")
            refused = book(server, "A2", person="Ada")
            self.assertEqual(json.loads(refused.body)["booking"]["person"], "Bob")


class Validation(unittest.TestCase):
    def test_first_wrong_field_is_named(self):
        """R4: each field, missing and wrong"""
        good = {"desk": "A1", "day": "2026-03-02", "person": "Ada"}
        cases = [
            ({}, "desk"),
            ({**good, "desk": "C1"}, "desk"),
            ({**good, "desk": "a1"}, "desk"),
            ({**good, "desk": ["A1"], "day": "x"}, "desk"),
            ({"desk": "A1", "person": "Ada"}, "day"),
            ({**good, "day": "2026-02-29"}, "day"),
            ({**good, "day": "20260302"}, "day"),
            ({**good, "day": 20260302, "person": ""}, "day"),
            ({**good, "person": "   "}, "person"),
            ({**good, "person": None}, "person"),
            ({**good, "person": "a" * 61}, "person"),
        ]
        with serve() as server:
            for body, field in cases:
                with self.subTest(body=body):
                    answer = server.request("POST", "/bookings", json.dumps(body))
                    self.assertEqual((answer.status, json.loads(answer.body)["field"]), (400, field))
            self.assertEqual(listed(server), [])
            self.assertEqual(book(server, person=" " + "a" * 60 + " ").status, 201)

    def test_body_that_is_no_object_is_refused(self):
        """R4: malformed JSON, or another value"""
        with serve() as server:
            for body in ("", "{", "[]", '"A1"', "null"):
                with self.subTest(body=body):
                    answer = server.request("POST", "/bookings", body)
                    self.assertEqual(answer.status, 400)
                    self.assertTrue(json.loads(answer.body)["error"])
                    self.assertNotIn("field", json.loads(answer.body))


class Lists(unittest.TestCase):
    def test_bookings_are_sorted_and_narrowed(self):
        """R5: by day and desk; day and person"""
        with serve("B1,A1") as server:
            for desk, day, person in (
                ("A1", "2026-03-03", "Ada"),
                ("A1", "2026-03-02", "Zo\u00eb & Co"),
                ("B1", "2026-03-03", "Zo\u00eb & Co"),
            ):
                self.assertEqual(book(server, desk, day, person).status, 201)
            self.assertEqual(listed(server), [2, 3, 1])
            self.assertEqual(listed(server, "?day=2026-03-03"), [3, 1])
            self.assertEqual(listed(server, "?person=zo%C3%AB+%26%20co"), [2, 3])
            self.assertEqual(listed(server, "?person=ada&day=2026-03-03"), [1])
            self.assertEqual(listed(server, "?person=ada&day=2026-03-02"), [])
            wrong = server.get("/bookings?day=today")
            self.assertEqual((wrong.status, json.loads(wrong.body)["field"]), (400, "day"))

    def test_free_desks_of_a_day(self):
        """R6: the others, in order; a day is needed"""
        with serve("B1,A1,A2") as server:
            book(server, "A1")
            answer = server.get("/free?day=2026-03-02")
            self.assertEqual(
                (answer.status, json.loads(answer.body)), (200, {"day": "2026-03-02", "desks": ["B1", "A2"]})
            )
            self.assertEqual(json.loads(server.get("/free?day=2026-03-03").body)["desks"], ["B1", "A1", "A2"])
            for path in ("/free", "/free?day=", "/free?day=2026-3-2"):
                with self.subTest(path=path):
                    wrong = server.get(path)
                    self.assertEqual((wrong.status, json.loads(wrong.body)["field"]), (400, "day"))


class Cancelling(unittest.TestCase):
    def test_cancelled_desk_is_free_again(self):
        """R7: 204, then 404; the desk and the person are free"""
        with serve() as server:
            book(server)
            done = server.request("DELETE", "/bookings/1")
            self.assertEqual((done.status, done.body), (204, ""))
            self.assertEqual(server.request("DELETE", "/bookings/1").status, 404)
            self.assertEqual(server.get("/bookings/1").status, 404)
            self.assertEqual(listed(server), [])
            self.assertEqual(book(server).status, 201)

    def test_unknown_ids_answer_404(self):
        """R7: no booking has this id"""
        with serve() as server:
            for id in ("1", "0", "-1", "one"):
                with self.subTest(id=id):
                    answer = server.get(f"/bookings/{id}")
                    self.assertEqual(answer.status, 404)
                    self.assertTrue(json.loads(answer.body)["error"])
                    self.assertEqual(server.request("DELETE", f"/bookings/{id}").status, 404)


class Restart(unittest.TestCase):
    def test_bookings_survive_and_ids_go_on(self):
        """R8: everything as before; R2: ids are not used again"""
        with serve() as server:
            book(server)
            book(server, "A2", person="Zo\u00eb")
            book(server, "B1", person="Cem")
            server.request("DELETE", "/bookings/3")
            before = json.loads(server.get("/bookings").body)
        self.assertEqual([path.name for path in product.folder.iterdir()], ["deskbook.json"])
        with serve() as server:
            self.assertEqual(json.loads(server.get("/bookings").body), before)
            self.assertEqual(book(server, person="Dee").status, 409)
            self.assertEqual(json.loads(book(server, "B1", person="Dee").body)["id"], 4)


class Others(unittest.TestCase):
    def test_unknown_paths_and_methods(self):
        """R9: 404 and 405, as JSON"""
        requests = [
            ("GET", "/", 404),
            ("GET", "/desk", 404),
            ("POST", "/bookings/1/2", 404),
            ("PUT", "/bookings", 405),
            ("DELETE", "/bookings", 405),
            ("DELETE", "/desks", 405),
            ("POST", "/free?day=2026-03-02", 405),
        ]
        with serve() as server:
            for method, path, status in requests:
                with self.subTest(method=method, path=path):
                    answer = server.request(method, path)
                    self.assertEqual(answer.status, status)
                    self.assertTrue(json.loads(answer.body)["error"])
