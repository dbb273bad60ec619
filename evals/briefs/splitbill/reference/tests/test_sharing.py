import unittest
from datetime import date

from splitbill.entries import Entry, Ledger
from splitbill.sharing import settle, shares, sum_up

DAY = date(2026, 3, 1)


class Shares(unittest.TestCase):
    def test_left_over_cents_go_by_name_among_equals(self):
        """R2: whatever the order of the weights"""
        self.assertEqual(shares(1000, {"Cem": 1, "Ada": 1, "Bob": 1}), {"Ada": 334, "Bob": 333, "Cem": 333})
        self.assertEqual(shares(2, {"bob": 1, "Bob": 1, "Ada": 1}), {"Ada": 1, "Bob": 1, "bob": 0})

    def test_left_over_cents_go_to_the_largest_loss(self):
        """R2: with weights"""
        self.assertEqual(shares(10, {"Ada": 1, "Bob": 2, "Cem": 4}), {"Ada": 1, "Bob": 3, "Cem": 6})

    def test_shares_add_up(self):
        """R2: whatever the amount"""
        weights = {"Ada": 3, "Bob": 7, "Cem": 99}
        for cents in range(1, 500):
            self.assertEqual(sum(shares(cents, weights).values()), cents)


class Sums(unittest.TestCase):
    ledger = Ledger([Entry(DAY, "Ada", 1200, None), Entry(DAY, "Bob", 300, {"Cem": 1})], ["Ada", "Bob", "Cem"])

    def test_everybody_shares_and_payments_count(self):
        """R1, R3: balances add up to zero"""
        sums = sum_up(self.ledger)
        self.assertEqual([sums.balance(name) for name in self.ledger.people], [800, -100, -700])

    def test_some_entries_are_summed_up(self):
        """R5: everybody is still everybody of the file"""
        sums = sum_up(self.ledger, self.ledger.entries[:1])
        self.assertEqual([sums.owed[name] for name in self.ledger.people], [400, 400, 400])

    def test_largest_balances_are_settled_first(self):
        """R4: then by name"""
        sums = sum_up(self.ledger)
        self.assertEqual(list(settle(self.ledger.people, sums)), [("Cem", "Ada", 700), ("Bob", "Ada", 100)])
        entries = [Entry(DAY, "Dee", 5, {"Bob": 1}), Entry(DAY, "Cem", 5, {"Ada": 1})]
        people = ["Ada", "Bob", "Cem", "Dee"]
        self.assertEqual(list(settle(people, sum_up(Ledger(entries, people)))), [("Ada", "Cem", 5), ("Bob", "Dee", 5)])
