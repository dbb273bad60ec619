import json
import tempfile
import unittest
from pathlib import Path

from invoicer.invoice import Invoice, Line, load
from invoicer.layout import money, render
from invoicer.totals import total_cents


class InvoiceTest(unittest.TestCase):
    def test_money_has_two_places(self):
        self.assertEqual([money(cents) for cents in (5, -5, 123456789)], ["0.05", "-0.05", "1,234,567.89"])

    def test_invoice_is_rendered(self):
        invoice = Invoice("2026-001", "Byron Ltd", [Line("Book", "2", 2000), Line("Voucher", "1", -500)])
        self.assertEqual(
            render(invoice).splitlines(),
            [
                "Invoice 2026-001",
                "Byron Ltd",
                "",
                "2 x Book                                               40.00",
                "1 x Voucher                                            -5.00",
                "------------------------------------------------------------",
                "Total                                                  35.00",
            ],
        )

    def test_invoice_is_read(self):
        content = {"number": "7", "customer": "Ada", "lines": [{"text": "Book", "quantity": 3, "price": "19.99"}]}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "7.json"
            path.write_text(json.dumps(content))
            self.assertEqual(load(str(path)), Invoice("7", "Ada", [Line("Book", "3", 1999)]))
            self.assertEqual(total_cents(str(path)), 5997)
