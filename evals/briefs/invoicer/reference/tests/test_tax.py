import unittest

from invoicer.export import export
from invoicer.invoice import Invoice, Line
from invoicer.layout import render
from invoicer.totals import total, totals


def invoice(*lines, discount=0):
    return Invoice("1", "Ada, Bob", list(lines), discount)


CONSULTING, BOOK = Line("Consulting", "1.5", 8000, 19), Line("Book", "2", 2000, 7)


class Amounts(unittest.TestCase):
    def test_parts_are_charged(self):
        """R1: rounded half away from zero"""
        cases = {("1.5", 8000): 12000, ("0.5", 1): 1, ("0.5", -5): -3, ("1.005", 100): 101, ("0.499", 1): 0}
        for (quantity, price), amount in cases.items():
            with self.subTest(quantity=quantity, price=price):
                self.assertEqual(Line("Book", quantity, price).amount, amount)


class Totals(unittest.TestCase):
    def test_tax_is_rounded_once_for_each_rate(self):
        """R2: lines without a rate have the rate 0"""
        sums = totals(invoice(Line("A", "1", 3, 19), Line("B", "1", 3, 19), Line("C", "1", 500)))
        self.assertEqual([(each.rate, each.net, each.vat) for each in sums.rates], [(0, 500, 0), (19, 6, 1)])
        self.assertEqual(sums.total, 507)

    def test_discount_is_rounded_for_each_rate(self):
        """R3, R6: and taken before tax"""
        self.assertEqual(totals(invoice(Line("A", "1", 5, 7), Line("B", "1", 5, 19), discount=10)).discount, 2)
        self.assertEqual(totals(invoice(Line("A", "1", 5), Line("B", "1", 5), discount=10)).discount, 1)
        self.assertEqual(total(invoice(CONSULTING, BOOK, discount=10)), 16704)


class Output(unittest.TestCase):
    def test_net_discount_and_tax_are_shown(self):
        """R2, R3: between two rules"""
        rows = render(invoice(CONSULTING, BOOK, discount=10)).splitlines()[5:]
        self.assertEqual(
            [" ".join(row.split()) for row in rows],
            [
                "-" * 60,
                "Net 160.00",
                "Discount 10% -16.00",
                "VAT 7% on 36.00 2.52",
                "VAT 19% on 108.00 20.52",
                "-" * 60,
                "Total 167.04",
            ],
        )

    def test_invoice_without_both_is_shown_as_before(self):
        """R7: no net, no tax"""
        rows = render(invoice(Line("Book", "1", 1000))).splitlines()
        self.assertEqual(rows[4:], ["-" * 60, f"{'Total':<48}{'10.00':>12}"])

    def test_invoices_are_exported(self):
        """R4: no thousands separators"""
        text = export([invoice(Line("Print", "1", 123456, 19), discount=50), invoice()])
        self.assertEqual(
            text.splitlines()[1:], ['1,"Ada, Bob",1234.56,-617.28,117.28,734.56', '1,"Ada, Bob",0.00,0.00,0.00,0.00']
        )
