import json
import tempfile
import unittest
from pathlib import Path

from invoicer.invoice import WrongInvoiceError, load
from invoicer.totals import total_cents


class WrongInvoices(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "7.json"

    def load(self, line=None, **more):
        lines = [{"text": "Book", "quantity": 1.25, "price": 20, **(line or {})}]
        self.path.write_text(json.dumps({"number": "7", "customer": "Ada", "lines": lines, **more}))
        return load(str(self.path))

    def test_numbers_may_be_numbers_or_strings(self):
        """R5, R7: kept as they are written"""
        invoice = self.load({"vat": "7", "note": "ignored"}, discount=5)
        self.assertEqual((invoice.lines[0].quantity, invoice.lines[0].vat, invoice.discount), ("1.25", 7, 5))

    def test_wrong_fields_are_refused(self):
        """R5: in lines and in the invoice"""
        for line in (
            {"quantity": 0},
            {"quantity": "-1"},
            {"quantity": 1.2345},
            {"quantity": True},
            {"price": "1.005"},
            {"price": None},
            {"vat": 100},
            {"vat": 5.5},
            {"vat": None},
            {"text": ""},
        ):
            with self.subTest(line=line), self.assertRaisesRegex(WrongInvoiceError, r"7\.json: "):
                self.load(line)
        for more in ({"discount": 0}, {"discount": None}, {"lines": {}}, {"lines": ["Book"]}, {"number": 7}):
            with self.subTest(more=more), self.assertRaisesRegex(WrongInvoiceError, r"7\.json: "):
                self.load(**more)

    def test_other_files_raise_a_value_error(self):
        """R5, R6: missing, not JSON, not an object"""
        with self.assertRaises(ValueError):
            total_cents(str(self.path))
        for text in ("", "{", "[]"):
            self.path.write_text(text)
            with self.subTest(text=text), self.assertRaises(ValueError):
                total_cents(str(self.path))
