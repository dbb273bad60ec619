import unittest

import product

DAY = "2026-03-02"  # a Monday


def calendar(name, *entries):
    lines = ["start,end,title", *(entry if entry.count(",") > 1 else f"{entry},Busy" for entry in entries)]
    (product.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def meeting(start, end, day=DAY):
    return f"{day}T{start},{day}T{end}"


def search(*files, day=DAY, minutes=30, options=()):
    return product.run(*files, "--day", day, "--minutes", str(minutes), *options)


class Case(unittest.TestCase):
    def assert_slots(self, done, *slots, day=DAY):
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.out.splitlines(), [slot if " " in slot else f"{day} {slot}" for slot in slots])


class Slots(Case):
    def test_common_free_time_of_two_people(self):
        """R1: between the meetings of both"""
        ada = calendar("ada.csv", meeting("09:30", "10:30"), meeting("15:00", "16:00"))
        bob = calendar("bob.csv", meeting("12:00", "13:15"))
        self.assert_slots(search(ada, bob), "09:00-09:30", "10:30-12:00", "13:15-15:00", "16:00-17:00")

    def test_slots_are_long_enough(self):
        """R1: exactly N minutes are enough"""
        ada = calendar("ada.csv", meeting("09:30", "10:00"), meeting("10:29", "16:00"))
        self.assert_slots(search(ada, minutes=29), "09:00-09:30", "10:00-10:29", "16:00-17:00")
        self.assert_slots(search(ada, minutes=30), "09:00-09:30", "16:00-17:00")
        self.assert_slots(search(ada, minutes=60), "16:00-17:00")

    def test_working_hours_can_be_given(self):
        """R1: from and until"""
        ada = calendar("ada.csv", meeting("07:00", "08:00"))
        self.assert_slots(
            search(ada, options=["--from", "06:45", "--until", "22:00"], minutes=15), "06:45-07:00", "08:00-22:00"
        )
        self.assert_slots(search(ada), "09:00-17:00")

    def test_meetings_overlap_contain_and_touch(self):
        """R2: in any order and file"""
        ada = calendar(
            "ada.csv",
            meeting("13:00", "14:00"),
            meeting("09:00", "10:00"),
            meeting("10:00", "11:00"),
            meeting("09:10", "09:20"),
        )
        bob = calendar("bob.csv", meeting("10:30", "12:00"), meeting("13:30", "16:59"))
        self.assert_slots(search(ada, bob, minutes=1), "12:00-13:00", "16:59-17:00")

    def test_meetings_reach_beyond_hours_and_days(self):
        """R2: early, late, over midnight, other days"""
        ada = calendar(
            "ada.csv",
            "2026-03-01T22:00,2026-03-02T09:45",
            "2026-03-02T16:30,2026-03-03T01:00",
            meeting("10:00", "12:00", day="2026-03-03"),
        )
        self.assert_slots(search(ada), "09:45-16:30")
        over_a_day = calendar("long.csv", "2026-03-01T22:00,2026-03-03T10:00")
        self.assert_slots(search(over_a_day, options=["--days", "2"]), "2026-03-03 10:00-17:00")


class Days(Case):
    def test_all_day_entries_block_their_days(self):
        """R3: the last day included"""
        ada = calendar("ada.csv", '2026-03-03,2026-03-04,"Leave, in Rome"')
        done = search(ada, options=["--days", "4"])
        self.assert_slots(done, "2026-03-02 09:00-17:00", "2026-03-05 09:00-17:00")
        bob = calendar("bob.csv", "2026-03-02,2026-03-02,")
        done = search(ada, bob, options=["--days", "4"])
        self.assert_slots(done, "2026-03-05 09:00-17:00")

    def test_weekends_are_left_out(self):
        """R4: between working days, and as the first day"""
        ada = calendar("ada.csv", meeting("09:00", "16:00", day="2026-03-09"))
        friday = search(ada, day="2026-03-06", options=["--days", "3"])
        self.assert_slots(friday, "2026-03-06 09:00-17:00", "2026-03-09 16:00-17:00", "2026-03-10 09:00-17:00")
        for weekend in ("2026-03-07", "2026-03-08"):
            self.assert_slots(search(ada, day=weekend), "2026-03-09 16:00-17:00")


class Breaks(Case):
    def test_break_is_not_free_on_any_day(self):
        """R5: beside meetings, and alone"""
        ada = calendar("ada.csv", meeting("11:30", "12:15"))
        done = search(ada, options=["--break", "12:00-13:00", "--days", "2"])
        self.assert_slots(done, "09:00-11:30", "13:00-17:00", "2026-03-03 09:00-12:00", "2026-03-03 13:00-17:00")

    def test_pause_is_kept_before_and_after_meetings(self):
        """R6: not around breaks, all-day entries and working hours"""
        ada = calendar("ada.csv", meeting("10:00", "11:00"), "2026-03-03,2026-03-03,Leave")
        done = search(ada, options=["--pause", "10", "--break", "12:00-13:00", "--days", "3"])
        self.assert_slots(
            done,
            "09:00-09:50",
            "11:10-12:00",
            "13:00-17:00",
            "2026-03-04 09:00-12:00",
            "2026-03-04 13:00-17:00",
        )

    def test_pause_reaches_into_working_hours(self):
        """R6: of a meeting before nine, and one after five"""
        ada = calendar("ada.csv", meeting("08:00", "08:55"), meeting("17:05", "18:00"))
        self.assert_slots(search(ada, options=["--pause", "15"]), "09:10-16:50")


class First(Case):
    def test_earliest_appointment_is_printed(self):
        """R7: exactly as long as asked"""
        ada = calendar("ada.csv", meeting("09:20", "10:30"))
        self.assert_slots(search(ada, options=["--first"]), "10:30-11:00")
        self.assert_slots(search(ada, minutes=20, options=["--first"]), "09:00-09:20")

    def test_first_may_be_on_a_later_day(self):
        """R7, R4: the first day is full"""
        ada = calendar("ada.csv", meeting("08:00", "18:00"))
        self.assert_slots(search(ada, options=["--first", "--days", "2"]), "2026-03-03 09:00-09:30")

    def test_nothing_is_free(self):
        """R8: with and without --first"""
        ada = calendar("ada.csv", meeting("09:00", "12:00"))
        bob = calendar("bob.csv", meeting("12:00", "17:00"))
        for options in ([], ["--first"]):
            done = search(ada, bob, minutes=1, options=options)
            self.assertEqual((done.code, done.out), (1, "No free time.\n"), done.err)


class WrongInput(Case):
    def assert_wrong(self, done, start="error: "):
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertTrue(done.err.startswith(start), done.err)

    def test_wrong_options(self):
        """R9: days, times, numbers"""
        ada = calendar("ada.csv")
        self.assert_wrong(search(ada, day="2026-02-30"))
        self.assert_wrong(search(ada, day="20260302"))
        for minutes in ("0", "1441", "half", "1.5"):
            self.assert_wrong(search(ada, minutes=minutes))
        for options in (
            ["--days", "0"],
            ["--days", "61"],
            ["--pause", "-1"],
            ["--pause", "121"],
            ["--from", "9:00"],
            ["--from", "24:00"],
            ["--until", "08:60"],
            ["--from", "17:00"],
            ["--break", "13:00-12:00"],
            ["--break", "12:00-12:00"],
            ["--break", "12:00"],
        ):
            with self.subTest(options=options):
                self.assert_wrong(search(ada, options=options))

    def test_wrong_entries_are_reported_with_their_line(self):
        """R9: each kind, and the first one of a file"""
        good = meeting("09:00", "10:00") + ",Good"
        for entry in (
            "2026-03-02T09:00,2026-03-02T09:00,Empty",
            "2026-03-02T10:00,2026-03-02T09:00,Backwards",
            "2026-03-03,2026-03-02,Backwards",
            "2026-03-02,2026-03-02T10:00,Mixed",
            "2026-02-30T09:00,2026-03-02T10:00,No such day",
            "2026-03-02 09:00,2026-03-02 10:00,Another form",
            "2026-03-02T09:00:00,2026-03-02T10:00:00,Seconds",
            "2026-03-02T09:00,2026-03-02T10:00",
            "2026-03-02T09:00,2026-03-02T10:00,Four,Fields",
        ):
            with self.subTest(entry=entry):
                text = f"start,end,title\n{good}\n\n{entry}\nworse\n"
                (product.folder / "ada.csv").write_text(text, encoding="utf-8")
                self.assert_wrong(search("ada.csv"), "error: ada.csv:4: ")

    def test_wrong_files(self):
        """R9: the header, a missing file; empty lines are fine"""
        bob = calendar("bob.csv")
        (product.folder / "ada.csv").write_text("Start,End\n")
        self.assert_wrong(search(bob, "ada.csv"), "error: ada.csv:1: ")
        self.assert_wrong(search(bob, "none.csv"), "error: none.csv: ")
        (product.folder / "ada.csv").write_text("start,end,title\n\n\n")
        self.assert_slots(search(bob, "ada.csv"), "09:00-17:00")
