import unittest

import product

HEADER = "date,payer,amount,for,note"


def write(*entries, header=HEADER):
    text = "\n".join([header, *entries]) + "\n"
    (product.folder / "flat.csv").write_text(text, encoding="utf-8")


def entry(payer, amount, sharers, date="2026-03-01", note="Food"):
    return f"{date},{payer},{amount},{sharers},{note}"


class Case(unittest.TestCase):
    def assert_prints(self, command, *lines, options=()):
        done = product.run(command, "flat.csv", *options)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.out.splitlines(), list(lines))


class Shares(Case):
    def test_everybody_is_who_is_named_anywhere(self):
        """R1: also only once, as payer or sharer, later in the file"""
        write(entry("Ada", "12.00", "*"), entry("Bob", "3", "Cem"), entry("Dee", "1.00", "Dee"))
        self.assert_prints("balances", "Ada +9.00", "Bob 0.00", "Cem -6.00", "Dee -3.00")

    def test_spaces_do_not_matter_but_case_does(self):
        """R1: names are compared exactly"""
        write(" 2026-03-01 , Ada , 9.00 , ada ; Ada : 2 , x")
        self.assert_prints("balances", "Ada +3.00", "ada -3.00")

    def test_payer_need_not_share(self):
        """R1: a payment to one other person"""
        write(entry("Bob", "20.00", "Ada"), entry("Ada", "20.00", "Bob"))
        self.assert_prints("balances", "Ada 0.00", "Bob 0.00")

    def test_left_over_cents_go_by_name(self):
        """R2: equal shares, whatever the order in the file"""
        write(entry("Zoe", "10.00", "Cem;Ada;Bob"))
        self.assert_prints("balances", "Ada -3.34", "Bob -3.33", "Cem -3.33", "Zoe +10.00")
        write(entry("Zoe", "0.02", "*"), entry("Ada", "1", "Ada;Bob;Cem;bob;Zoe"))
        self.assert_prints("balances", "Ada +0.79", "Bob -0.21", "Cem -0.20", "Zoe -0.18", "bob -0.20")

    def test_left_over_cents_go_to_the_largest_loss(self):
        """R2: with weights"""
        # 1.00 by 1, 1 and 4: 16.67, 16.67 and 66.67 cents, so 16, 16, 66 and two cents by name.
        write(entry("Zoe", "1.00", "Ada:4;Bob;Cem"))
        self.assert_prints("balances", "Ada -0.67", "Bob -0.17", "Cem -0.16", "Zoe +1.00")
        # 0.10 by 1, 2 and 4: 1.43, 2.86 and 5.71 cents, so 1, 2, 5 and cents for Bob and Cem.
        write(entry("Zoe", "0.10", "Ada;Bob:2;Cem:4"))
        self.assert_prints("balances", "Ada -0.01", "Bob -0.03", "Cem -0.06", "Zoe +0.10")

    def test_large_amounts_are_exact(self):
        """R2, R6: no binary fractions"""
        write(*[entry("Ada", "0.10", "Bob")] * 3, entry("Ada", "999999.99", "Bob"))
        self.assert_prints("balances", "Ada +1000000.29", "Bob -1000000.29")


class Balances(Case):
    def test_example_of_the_brief(self):
        """R3, R1: sorted by name"""
        write(
            "2026-03-01,Ada,45.00,*,Internet",
            "2026-03-02,Bob,12.5,Ada;Bob,Pizza",
            '2026-03-05,Cem,30,Ada:2;Bob;Cem,"Market, Saturday"',
            "2026-03-31,Bob,20.00,Ada,Paid back",
        )
        self.assert_prints("balances", "Ada -11.25", "Bob +3.75", "Cem +7.50")

    def test_no_entries(self):
        """R3, R4, R5: nobody is there"""
        write()
        self.assert_prints("balances")
        self.assert_prints("settle", "Nothing to settle.")
        self.assert_prints("report", "Total 0.00")


class Settling(Case):
    def test_largest_debt_is_paid_to_the_largest_credit_first(self):
        """R4: step by step"""
        write(entry("Ada", "50", "Cem"), entry("Bob", "30", "Dee"), entry("Bob", "10", "Cem"))
        # Ada +50, Bob +40, Cem -60, Dee -30
        self.assert_prints("settle", "Cem pays Ada 50.00", "Dee pays Bob 30.00", "Cem pays Bob 10.00")

    def test_equal_balances_are_settled_by_name(self):
        """R4: payers and receivers"""
        write(entry("Dee", "5", "Bob"), entry("Cem", "5", "Ada"), entry("abe", "5", "Zoe"))
        self.assert_prints("settle", "Ada pays Cem 5.00", "Bob pays Dee 5.00", "Zoe pays abe 5.00")

    def test_nothing_is_owed(self):
        """R4: balances of zero"""
        write(entry("Ada", "5", "Ada"), entry("Bob", "7.5", "Ada"), entry("Ada", "7.50", "Bob"))
        self.assert_prints("settle", "Nothing to settle.")


class Report(Case):
    def test_report_of_everything_and_of_a_month(self):
        """R5: what was paid, and the shares"""
        write(
            entry("Ada", "10.00", "*", date="2026-02-28"),
            entry("Bob", "5.01", "Ada;Bob", date="2026-03-01"),
            entry("Cem", "1", "Cem", date="2025-03-31"),
        )
        self.assert_prints(
            "report",
            "Total 16.01",
            "Ada paid 10.00, share 5.85",
            "Bob paid 5.01, share 5.83",
            "Cem paid 1.00, share 4.33",
        )
        self.assert_prints(
            "report",
            "Total 5.01",
            "Ada paid 0.00, share 2.51",
            "Bob paid 5.01, share 2.50",
            "Cem paid 0.00, share 0.00",
            options=["--month", "2026-03"],
        )
        self.assert_prints(
            "report",
            "Total 10.00",
            "Ada paid 10.00, share 3.34",
            "Bob paid 0.00, share 3.33",
            "Cem paid 0.00, share 3.33",
            options=["--month", "2026-02"],
        )

    def test_wrong_months(self):
        """R5, R7: other forms"""
        write()
        for month in ("2026-13", "2026-00", "2026-3", "03-2026", "2026-03-01"):
            with self.subTest(month=month):
                done = product.run("report", "flat.csv", "--month", month)
                self.assertEqual((done.code, done.out), (2, ""))


class WrongInput(Case):
    def test_amounts(self):
        """R6: what is an amount"""
        for amount in ("12", "12.5", "12.50", "0.01", "1000000", "007"):
            write(entry("Ada", amount, "Bob"))
            self.assertEqual(product.run("balances", "flat.csv").code, 0, amount)
        for amount in ("", "0", "0.00", "-5", "+5", "1.234", "1.", ".5", "1e3", "1000000.01", "five", "1_0", "$5"):
            with self.subTest(amount=amount):
                write(entry("Ada", amount, "Bob"))
                done = product.run("balances", "flat.csv")
                self.assertEqual((done.code, done.out), (2, ""))
                self.assertTrue(done.err.startswith("line 2: "), done.err)

    def test_every_wrong_entry_is_reported(self):
        """R7: one line each, in order; nothing is printed"""
        wrong = [
            "2026-03-01,Ada,5,Bob",
            "2026-03-01,Ada,5,Bob,Food,more",
            entry("Ada", "5", "Bob", date="2026-02-29"),
            entry("Ada", "5", "Bob", date="20260301"),
            entry("", "5", "Bob"),
            entry("A:da", "5", "Bob"),
            entry("*", "5", "Bob"),
            entry("Ada", "5", ""),
            entry("Ada", "5", "Bob;;Cem"),
            entry("Ada", "5", "Bob;Cem;Bob:2"),
            entry("Ada", "5", "Bob:0"),
            entry("Ada", "5", "Bob:100"),
            entry("Ada", "5", "Bob:1.5"),
            entry("Ada", "5", "Bob:"),
            entry("Ada", "5", "*;Bob"),
            entry("Ada", "5", "*:2"),
            entry("Ada", "-5", "", date="today"),
        ]
        write(entry("Ada", "5", "Bob"), "", *wrong, entry("Ada", "5", "Bob:99"))
        for command in ("balances", "settle", "report"):
            done = product.run(command, "flat.csv")
            self.assertEqual((done.code, done.out), (2, ""))
            starts = [line.partition(": ")[0] for line in done.err.splitlines()]
            self.assertEqual(starts, [f"line {number}" for number in range(4, 4 + len(wrong))])

    def test_wrong_files(self):
        """R7: the first line, a missing file"""
        write(header="date,payer,amount,for")
        for name in ("flat.csv", "none.csv"):
            done = product.run("balances", name)
            self.assertEqual((done.code, done.out), (2, ""))
            self.assertTrue(done.err.startswith("error: "), done.err)
