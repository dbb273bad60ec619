import unittest
from datetime import date, datetime, time, timedelta

from freeslots.calendars import Entry
from freeslots.slots import Wishes, free_slots

MONDAY = date(2026, 3, 2)


def at(text, day=MONDAY):
    return datetime.combine(day, time.fromisoformat(text))


def found(*entries, day=MONDAY, days=1, minutes=30, **wishes):
    slots = free_slots(entries, day, days, Wishes(timedelta(minutes=minutes), **wishes))
    return [f"{start:%d %H:%M}-{end:%H:%M}" for start, end in slots]


def meeting(start, end):
    return Entry(at(start), at(end))


class FreeSlots(unittest.TestCase):
    def test_time_between_meetings_is_free(self):
        """R1: at least as long as asked, within working hours"""
        entries = [meeting("13:00", "16:30"), meeting("09:29", "10:00")]
        self.assertEqual(found(*entries), ["02 10:00-13:00", "02 16:30-17:00"])
        self.assertEqual(found(*entries, minutes=31), ["02 10:00-13:00"])
        self.assertEqual(found(opens=time(7), closes=time(8)), ["02 07:00-08:00"])

    def test_meetings_overlap_contain_touch_and_reach_beyond(self):
        """R2: in any order"""
        entries = [
            meeting("10:00", "11:00"),
            meeting("09:00", "10:00"),
            meeting("09:10", "09:20"),
            meeting("10:30", "12:00"),
            Entry(at("16:00"), at("01:00", date(2026, 3, 3))),
            Entry(at("22:00", date(2026, 3, 1)), at("09:05")),
        ]
        self.assertEqual(found(*entries, minutes=1), ["02 12:00-16:00"])

    def test_all_day_entries_block_the_day(self):
        """R3, R6: without a pause"""
        leave = Entry(at("00:00"), at("00:00", date(2026, 3, 3)), all_day=True)
        self.assertEqual(found(leave, days=2, pause=timedelta(hours=2), opens=time(1)), ["03 01:00-17:00"])

    def test_weekends_are_left_out(self):
        """R4: from Friday, and from Saturday"""
        self.assertEqual(found(day=date(2026, 3, 6), days=2), ["06 09:00-17:00", "09 09:00-17:00"])
        self.assertEqual(found(day=date(2026, 3, 7)), ["09 09:00-17:00"])

    def test_breaks_and_pauses(self):
        """R5, R6: a pause only around meetings"""
        wishes = {"rest": (time(12), time(13)), "pause": timedelta(minutes=10)}
        self.assertEqual(
            found(meeting("10:00", "11:00"), **wishes), ["02 09:00-09:50", "02 11:10-12:00", "02 13:00-17:00"]
        )
        self.assertEqual(found(meeting("17:05", "18:00"), **wishes), ["02 09:00-12:00", "02 13:00-16:55"])
