import json
import unittest

import product

RULE = "-" * 60


def line(text="Book", quantity=1, price="10.00", **more):
    return {"text": text, "quantity": quantity, "price": price, **more}


def write(*lines, name="a.json", **more):
    invoice = {"number": "2026-018", "customer": "Byron Ltd", "lines": list(lines), **more}
    (product.folder / name).write_text(json.dumps(invoice), encoding="utf-8")


def row(left, right):
    return f"{left:<48}{right:>12}"


class Case(unittest.TestCase):
    def assert_shows(self, *rows):
        done = product.run("show", "a.json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.out.splitlines(), ["Invoice 2026-018", "Byron Ltd", "", *rows])

    def assert_refused(self, *arguments, file="a.json"):
        done = product.run(*arguments)
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertTrue(done.err.startswith(f"error: {file}: "), done.err)
        self.assertNotIn("Traceback", done.err)


class Quantities(Case):
    def test_parts_are_charged(self):
        """R1, R7: as many as are written, printed as they are written"""
        write(line("Consulting", "1.5", "80.00"), line("Paper", 0.25, 3), line("Book", "2.000", "19.99"))
        self.assert_shows(
            row("1.5 x Consulting", "120.00"),
            row("0.25 x Paper", "0.75"),
            row("2.000 x Book", "39.98"),
            RULE,
            row("Total", "160.73"),
        )

    def test_amounts_are_rounded_half_away_from_zero(self):
        """R1: exactly half a cent, and what binary fractions get wrong"""
        write(
            line("A", "0.5", "0.01"), line("B", "0.5", "-0.05"), line("C", "1.005", "1.00"), line("D", "0.499", "0.01")
        )
        self.assert_shows(
            row("0.5 x A", "0.01"),
            row("0.5 x B", "-0.03"),
            row("1.005 x C", "1.01"),
            row("0.499 x D", "0.00"),
            RULE,
            row("Total", "0.99"),
        )


class Tax(Case):
    def test_example_of_the_brief(self):
        """R2, R3: rates, discount, rows"""
        write(line("Consulting", "1.5", "80.00", vat=19), line("Book", 2, 20, vat=7), discount=10)
        self.assert_shows(
            row("1.5 x Consulting", "120.00"),
            row("2 x Book", "40.00"),
            RULE,
            row("Net", "160.00"),
            row("Discount 10%", "-16.00"),
            row("VAT 7% on 36.00", "2.52"),
            row("VAT 19% on 108.00", "20.52"),
            RULE,
            row("Total", "167.04"),
        )

    def test_tax_is_calculated_from_the_sum_of_a_rate(self):
        """R2: rounded once, half away from zero"""
        write(line("A", 1, "0.03", vat=19), line("B", 1, "0.03", vat=19), line("C", 1, "0.50", vat=7))
        self.assert_shows(
            row("1 x A", "0.03"),
            row("1 x B", "0.03"),
            row("1 x C", "0.50"),
            RULE,
            row("Net", "0.56"),
            row("VAT 7% on 0.50", "0.04"),
            row("VAT 19% on 0.06", "0.01"),
            RULE,
            row("Total", "0.61"),
        )

    def test_lines_without_rate_have_the_rate_zero(self):
        """R2: in an invoice with tax; large sums have separators"""
        write(line("Fee", 1, "5.00"), line("Stamp", 1, "0.85", vat=0), line("Print", 1, "12345.60", vat="19"))
        self.assert_shows(
            row("1 x Fee", "5.00"),
            row("1 x Stamp", "0.85"),
            row("1 x Print", "12,345.60"),
            RULE,
            row("Net", "12,351.45"),
            row("VAT 0% on 5.85", "0.00"),
            row("VAT 19% on 12,345.60", "2,345.66"),
            RULE,
            row("Total", "14,697.11"),
        )

    def test_rate_zero_alone_shows_tax(self):
        """R2: a rate is a rate"""
        write(line(vat=0))
        self.assert_shows(
            row("1 x Book", "10.00"),
            RULE,
            row("Net", "10.00"),
            row("VAT 0% on 10.00", "0.00"),
            RULE,
            row("Total", "10.00"),
        )


class Discount(Case):
    def test_discount_without_tax(self):
        """R3: of the sum of all lines"""
        write(line(price="0.05"), line(price="0.05"), discount="5")
        self.assert_shows(
            row("1 x Book", "0.05"),
            row("1 x Book", "0.05"),
            RULE,
            row("Net", "0.10"),
            row("Discount 5%", "-0.01"),
            RULE,
            row("Total", "0.09"),
        )

    def test_discount_is_rounded_for_each_rate(self):
        """R3, R2: 0.5 cents of each rate"""
        write(line(price="0.05", vat=7), line(price="0.05", vat=19), discount=10)
        self.assert_shows(
            row("1 x Book", "0.05"),
            row("1 x Book", "0.05"),
            RULE,
            row("Net", "0.10"),
            row("Discount 10%", "-0.02"),
            row("VAT 7% on 0.04", "0.00"),
            row("VAT 19% on 0.04", "0.01"),
            RULE,
            row("Total", "0.09"),
        )


class Export(Case):
    def test_invoices_are_exported(self):
        """R4: with and without tax and discount"""
        write(
            line("Print", 1, "12345.60", vat=19),
            line(vat=7),
            name="b.json",
            number="1",
            discount=10,
            customer="A, B & C",
        )
        write(line(price="1000"))
        write(name="c.json", customer="Zo\u00eb")
        done = product.run("export", "b.json", "a.json", "c.json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(
            done.out.splitlines(),
            [
                "number,customer,net,discount,vat,total",
                '1,"A, B & C",12355.60,-1235.56,2111.73,13231.77',
                "2026-018,Byron Ltd,1000.00,0.00,0.00,1000.00",
                "2026-018,Zo\u00eb,0.00,0.00,0.00,0.00",
            ],
        )

    def test_export_of_a_wrong_invoice_prints_nothing(self):
        """R4, R5: the first wrong one is named"""
        write(line())
        write(line(quantity=0), name="b.json")
        self.assert_refused("export", "a.json", "b.json", "none.json", file="b.json")
        self.assert_refused("export", "a.json", "none.json", "b.json", file="none.json")


class Wrong(Case):
    def test_wrong_lines(self):
        """R5: quantities, prices, rates, texts"""
        for wrong in (
            line(quantity="0"),
            line(quantity=-1),
            line(quantity="1.2345"),
            line(quantity="two"),
            line(quantity=None),
            line(quantity=True),
            line(price="1.005"),
            line(price="nan"),
            line(price=[]),
            line(vat=100),
            line(vat=-1),
            line(vat=5.5),
            line(vat=None),
            line(text=""),
            line(text=7),
            {"text": "Book", "quantity": 1},
            "Book",
        ):
            with self.subTest(line=wrong):
                write(line(), wrong)
                self.assert_refused("show", "a.json")

    def test_wrong_invoices(self):
        """R5: discount, missing fields, other files"""
        for more in (
            {"discount": 0},
            {"discount": 100},
            {"discount": "ten"},
            {"discount": None},
            {"number": ""},
            {"customer": None},
            {"lines": {}},
            {"lines": None},
        ):
            with self.subTest(more=more):
                write(**{"name": "a.json", **more})
                self.assert_refused("show", "a.json")
        for text in ("", "[]", '{"number": "1"}', "{"):
            with self.subTest(text=text):
                (product.folder / "a.json").write_text(text)
                self.assert_refused("show", "a.json")
        self.assert_refused("show", "none.json", file="none.json")

    def test_other_fields_are_ignored(self):
        """R5, R7: as before"""
        write(line(note="signed", price=-2.5), due="2026-04-01")
        self.assert_shows(row("1 x Book", "-2.50"), RULE, row("Total", "-2.50"))


class Bookkeeping(Case):
    def test_total_includes_discount_and_tax(self):
        """R6: in cents"""
        write(line("Consulting", "1.5", "80.00", vat=19), line("Book", 2, 20, vat=7), discount=10)
        self.assertEqual(product.call("invoicer.totals:total_cents", "a.json"), 16704)
        write(line(quantity="0.5", price="19.99"))
        self.assertEqual(product.call("invoicer.totals:total_cents", "a.json"), 1000)

    def test_wrong_invoice_raises_a_value_error(self):
        """R6: so that the scripts can catch it"""
        write(line())
        self.assertEqual(product.call("invoicer.totals:total_cents", "a.json"), 1000)
        for more in ({"discount": 0}, {"lines": None}):
            write(**more)
            with self.assertRaises(product.Raised) as caught:
                product.call("invoicer.totals:total_cents", "a.json")
            # A subclass of ValueError will do, but not what Python raises by itself for such a file.
            self.assertNotIn(caught.exception.type, ("AttributeError", "InvalidOperation", "KeyError", "TypeError"))


class Unchanged(Case):
    def test_earlier_invoices_are_printed_as_before(self):
        """R7: separators, long texts, vouchers, no lines"""
        write(
            line("A very long title of a book that does not fit into its row at all", 12, "1234.50"),
            line("Voucher", "1", "-5"),
        )
        self.assert_shows(
            "12 x A very long title of a book that does not f   14,814.00",
            row("1 x Voucher", "-5.00"),
            RULE,
            row("Total", "14,809.00"),
        )
        write()
        self.assert_shows(RULE, row("Total", "0.00"))
