import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from splitbill.cli import main
from splitbill.entries import WrongEntriesError, WrongFileError, read


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "flat.csv"

    def write(self, *entries, header="date,payer,amount,for,note"):
        self.path.write_text("\n".join([header, *entries]), encoding="utf-8")

    def run_command(self, command, *options):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([command, str(self.path), *options])
        return code, out.getvalue().splitlines(), err.getvalue().splitlines()

    def test_entries_are_read(self):
        """R1, R6: spaces, weights, everybody, amounts"""
        self.write(' 2026-03-01 , Ada , 12.5 , Bob : 2 ; Cem ,"x, y"', "", "2026-03-02,Bob,7,*,")
        ledger = read(str(self.path))
        self.assertEqual([entry.cents for entry in ledger.entries], [1250, 700])
        self.assertEqual([entry.weights for entry in ledger.entries], [{"Bob": 2, "Cem": 1}, None])
        self.assertEqual(ledger.people, ["Ada", "Bob", "Cem"])

    def test_wrong_amounts_are_refused(self):
        """R6: greater than zero, two places"""
        for amount in ("", "0", "-1", "1.234", "1.", ".5", "1e3", "1000000.01"):
            with self.subTest(amount=amount):
                self.write(f"2026-03-01,Ada,{amount},Bob,x")
                with self.assertRaises(WrongEntriesError):
                    read(str(self.path))

    def test_every_wrong_entry_is_reported(self):
        """R7: with its line"""
        wrong = ["2026-02-29,Ada,1,Bob,", "2026-03-01,A;da,1,Bob,", "2026-03-01,Ada,1,,", "2026-03-01,Ada,1,*;Bob,"]
        wrong += ["2026-03-01,Ada,1,Bob:0,", "2026-03-01,Ada,1,Bob;Bob,", "2026-03-01,Ada,1,Bob"]
        self.write("2026-03-01,Ada,1,Bob,", "", *wrong)
        code, out, err = self.run_command("balances")
        self.assertEqual((code, out), (2, []))
        self.assertEqual([line.partition(":")[0] for line in err], [f"line {number}" for number in range(4, 11)])

    def test_wrong_files_are_refused(self):
        """R7: a missing file, another header"""
        with self.assertRaises(WrongFileError):
            read(str(self.path))
        self.write(header="date,payer")
        code, out, err = self.run_command("settle")
        self.assertEqual((code, out, err[0][:7]), (2, [], "error: "))

    def test_commands_print_lines(self):
        """R3, R4, R5: each command"""
        self.write("2026-02-28,Ada,10,Ada;Bob,", "2026-03-01,Bob,0.05,Bob,")
        self.assertEqual(self.run_command("balances"), (0, ["Ada +5.00", "Bob -5.00"], []))
        self.assertEqual(self.run_command("settle"), (0, ["Bob pays Ada 5.00"], []))
        march = ["Total 0.05", "Ada paid 0.00, share 0.00", "Bob paid 0.05, share 0.05"]
        self.assertEqual(self.run_command("report", "--month", "2026-03"), (0, march, []))
        self.assertEqual(self.run_command("report")[1][0], "Total 10.05")
        self.assertEqual(self.run_command("report", "--month", "2026-3")[0], 2)
        self.write()
        self.assertEqual(self.run_command("balances"), (0, [], []))
        self.assertEqual(self.run_command("settle"), (0, ["Nothing to settle."], []))
