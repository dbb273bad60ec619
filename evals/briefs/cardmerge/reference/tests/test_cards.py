import unittest

from cardmerge.cards import Card, clean_day, clean_email, clean_phone, clean_text
from cardmerge.merging import merge


class Cleaning(unittest.TestCase):
    def test_texts_and_emails(self):
        """R2: spaces, case, what is no email"""
        self.assertEqual(clean_text("  Ada \n  Byron "), "Ada Byron")
        self.assertEqual(clean_email(" ADA@A.org "), "ada@a.org")
        for text in ("", "ada", "@a", "a@", "a@@b", "a b@c", "a@b c"):
            with self.subTest(text=text):
                self.assertEqual(clean_email(text), "")

    def test_phone_numbers(self):
        """R2: prefixes, countries, short ones"""
        for text, country, expected in (
            (" +49 (30) 12-345", None, "+493012345"),
            ("0049 3012345", "44", "+493012345"),
            ("030 12345", None, "03012345"),
            ("030 12345", "49", "+493012345"),
            ("30 12345", "49", "3012345"),
            ("1234", None, ""),
            ("1+2345", None, "12345"),
        ):
            with self.subTest(text=text, country=country):
                self.assertEqual(clean_phone(text, country), expected)

    def test_days(self):
        """R2: one form only"""
        self.assertEqual(
            [clean_day(text) for text in (" 2024-02-29 ", "2026-02-29", "20260228", "")], ["2024-02-29", "", "", ""]
        )


class Merging(unittest.TestCase):
    def test_cards_with_an_email_or_phone_in_common(self):
        """R3: directly, and through others"""
        cards = [Card("A", "1", "", ""), Card("B", "", "2", ""), Card("C", "3", "", ""), Card("D", "1", "2", "")]
        self.assertEqual(merge(cards), [Card("C", "3", "", ""), Card("D", "1", "2", "")])

    def test_email_is_not_mistaken_for_a_phone(self):
        """R3: the same text in another column"""
        self.assertEqual(len(merge([Card("A", "12345", "", ""), Card("B", "", "12345", "")])), 2)

    def test_newest_values_are_kept(self):
        """R4: column by column; the last of equally new ones"""
        cards = [
            Card("Ada", "a", "1", "2025-01-01"),
            Card("", "a", "2", "2026-01-01"),
            Card("Old", "a", "3", ""),
            Card("A.", "a", "", "2025-01-01"),
        ]
        self.assertEqual(merge(cards), [Card("A.", "a", "2", "2026-01-01")])

    def test_people_are_sorted(self):
        """R5: name without case, email, phone"""
        cards = [Card("bob", "z", "", ""), Card("Bob", "a", "", ""), Card("BOB", "", "2", ""), Card("", "n", "", "")]
        self.assertEqual([card.email for card in merge(cards)], ["n", "", "a", "z"])
