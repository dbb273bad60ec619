import unittest

import product

HEADER = "name,email,phone,updated"


def write(name, *rows, header=HEADER, encoding="utf-8"):
    (product.folder / name).write_bytes("\n".join([header, *rows, ""]).encode(encoding))


def merge(*files, options=()):
    return product.run(*files, "--output", "out.csv", *options)


class Case(unittest.TestCase):
    def assert_merged(self, done, *rows):
        self.assertEqual(done.code, 0, done.err)
        text = (product.folder / "out.csv").read_bytes().decode()
        self.assertEqual(text, "\n".join([HEADER, *rows, ""]))


class Reading(Case):
    def test_columns_in_any_order(self):
        """R1: case, spaces, other and missing columns"""
        write("a.csv", "x,030 12345,Ada", header="Notes, PHONE ,Name")
        write("b.csv", "2026-01-01,bob@b.org", header="Updated,eMail")
        self.assert_merged(merge("a.csv", "b.csv"), ",bob@b.org,,2026-01-01", "Ada,,03012345,")

    def test_semicolons_and_byte_order_marks(self):
        """R1: for each file on its own"""
        write("a.csv", 'Ada;"a;b@a.org";12345;', header=HEADER.replace(",", ";"), encoding="utf-8-sig")
        write("b.csv", '"Byron; Zo\u00eb",zoe@b.org,,', encoding="utf-8-sig")
        self.assert_merged(merge("a.csv", "b.csv"), "Ada,a;b@a.org,12345,", "Byron; Zo\u00eb,zoe@b.org,,")

    def test_empty_lines_are_skipped(self):
        """R1, R7: they are no rows"""
        write("a.csv", "", "Ada,ada@a.org,,", "", "")
        done = merge("a.csv")
        self.assert_merged(done, "Ada,ada@a.org,,")
        self.assertEqual((done.out, done.err), ("1 read, 0 rejected, 0 merged, 1 written\n", ""))


class Cleaning(Case):
    def test_names_and_emails(self):
        """R2: spaces, line breaks, case, what is no email"""
        write(
            "a.csv",
            '"  Ada \n  Byron ",  ADA@A.Org ,,',
            "B,b@@b.org,11111,",
            "C,@c.org,22222,",
            "D,d@,33333,",
            "E,e at e.org,44444,",
            "F,f f@f.org,55555,",
            "G,g,66666,",
        )
        self.assert_merged(
            merge("a.csv"),
            "Ada Byron,ada@a.org,,",
            "B,,11111,",
            "C,,22222,",
            "D,,33333,",
            "E,,44444,",
            "F,,55555,",
            "G,,66666,",
        )

    def test_phone_numbers(self):
        """R2: signs, prefixes, short ones"""
        write(
            "a.csv",
            "A,,+49 (30) 123-45,",
            "B,,0049/30/67890,",
            "C,,030 98765,",
            "D,d@d.org,1234,",
            "E,,12.345,",
            "F,,1+23456,",
        )
        self.assert_merged(
            merge("a.csv"), "A,,+493012345,", "B,,+493067890,", "C,,03098765,", "D,d@d.org,,", "E,,12345,", "F,,123456,"
        )

    def test_country_codes(self):
        """R2: only for a single zero"""
        write("a.csv", "A,,030 12345,", "B,,0044 20 12345,", "C,,+44 30 12345,", "D,,30 12345,")
        self.assert_merged(
            merge("a.csv", options=["--country", "49"]),
            "A,,+493012345,",
            "B,,+442012345,",
            "C,,+443012345,",
            "D,,3012345,",
        )

    def test_dates(self):
        """R2: what is none counts as empty"""
        write("a.csv", "A,a@a.org,,2026-02-29", "B,b@b.org,,20260228", "C,c@c.org,,1.2.2026", "D,d@d.org,, 2024-02-29 ")
        self.assert_merged(merge("a.csv"), "A,a@a.org,,", "B,b@b.org,,", "C,c@c.org,,", "D,d@d.org,,2024-02-29")


class SamePerson(Case):
    def test_same_email_or_phone(self):
        """R3: after cleaning, across files"""
        write("a.csv", "Ada,ada@a.org,,2026-01-02", "Bob,,0049 30 12345,2026-01-02")
        write("b.csv", "A. Byron,ADA@a.org,,2026-01-01", "B.,,+493012345,2026-01-01", "C.,,+49301234,2026-01-01")
        done = merge("a.csv", "b.csv")
        self.assert_merged(done, "Ada,ada@a.org,,2026-01-02", "Bob,,+493012345,2026-01-02", "C.,,+49301234,2026-01-01")
        self.assertEqual(done.out, "5 read, 0 rejected, 2 merged, 3 written\n")

    def test_row_that_joins_two(self):
        """R3: before, between and after them"""
        first, second, joining = "A,a@a.org,,", "B,,12345,", "C,a@a.org,12345,"
        for rows in ((first, second, joining), (first, joining, second), (joining, first, second)):
            with self.subTest(rows=rows):
                write("a.csv", *rows)
                self.assert_merged(merge("a.csv"), f"{rows[-1][0]},a@a.org,12345,")

    def test_chain_of_rows(self):
        """R3: through several others"""
        write(
            "a.csv",
            "A,1@a.org,11111,",
            "B,2@a.org,22222,",
            "C,3@a.org,33333,",
            "D,1@a.org,22222,",
            "E,2@a.org,33333,2026-01-01",
        )
        self.assert_merged(merge("a.csv"), "E,2@a.org,33333,2026-01-01")

    def test_same_name_is_not_the_same_person(self):
        """R3: only email and phone count"""
        write("a.csv", "Ada,b@a.org,,", "Ada,a@a.org,,")
        self.assert_merged(merge("a.csv"), "Ada,a@a.org,,", "Ada,b@a.org,,")


class Newest(Case):
    def test_each_column_has_its_newest_value(self):
        """R4: empty values do not count"""
        write(
            "a.csv",
            "Ada,ada@a.org,11111,2025-01-01",
            ",ada@a.org,22222,2026-01-01",
            "Ada Byron,ada@a.org,,2024-01-01",
            "Old,ada@a.org,33333,",
        )
        self.assert_merged(merge("a.csv"), "Ada,ada@a.org,22222,2026-01-01")

    def test_last_row_wins_among_equals(self):
        """R4: in the order of the files"""
        write(
            "a.csv", "A,a@a.org,11111,2026-01-01", "B,a@a.org,22222,2026-01-01", "C,c@a.org,,", "D,c@a.org,,2020-01-01"
        )
        write("b.csv", "E,a@a.org,33333,2026-01-01", "F,c@a.org,,")
        self.assert_merged(merge("a.csv", "b.csv"), "D,c@a.org,,2020-01-01", "E,a@a.org,33333,2026-01-01")
        self.assert_merged(merge("b.csv", "a.csv"), "B,a@a.org,22222,2026-01-01", "D,c@a.org,,2020-01-01")


class Output(Case):
    def test_order_and_quotes(self):
        """R5: name without case, email, phone; quotes where they are needed"""
        write(
            "a.csv",
            "bob,z@b.org,,",
            "Bob,a@b.org,,",
            "Bob,,22222,",
            "BOB,,11111,",
            '"Ada ""A"" B, C",c@c.org,,',
            ",n@n.org,,",
        )
        self.assert_merged(
            merge("a.csv"),
            ",n@n.org,,",
            '"Ada ""A"" B, C",c@c.org,,',
            "BOB,,11111,",
            "Bob,,22222,",
            "Bob,a@b.org,,",
            "bob,z@b.org,,",
        )


class Rejected(Case):
    def test_rows_without_email_and_phone(self):
        """R6, R7: the line on which the row begins"""
        write("a.csv", "Ada,ada@a.org,,", '"Two\nlines",,,2026-01-01', "Bob,bob,123,", "", "Cem", "Dee,dee@d.org")
        write("b.csv", "Eve,,,")
        done = merge("a.csv", "./b.csv")
        self.assert_merged(done, "Ada,ada@a.org,,", "Dee,dee@d.org,,")
        self.assertEqual(done.out, "6 read, 4 rejected, 0 merged, 2 written\n")
        self.assertEqual(
            done.err.splitlines(),
            [f"{place}: no email or phone" for place in ("a.csv:3", "a.csv:5", "a.csv:7", "./b.csv:2")],
        )


class Wrong(Case):
    def test_wrong_input_leaves_the_output_as_it_was(self):
        """R8: files, headers, codes"""
        write("good.csv", "Ada,ada@a.org,,")
        write("none.csv", "Ada", header="name,updated")
        write("twice.csv", "a@a.org,b@b.org", header="email,Email")
        write("latin.csv", "Zo\u00eb,zoe@z.org,,", encoding="latin-1")
        (product.folder / "empty.csv").touch()
        (product.folder / "out.csv").write_text("before")
        for files in (["missing.csv"], ["none.csv"], ["twice.csv"], ["latin.csv"], ["empty.csv"]):
            with self.subTest(files=files):
                done = merge("good.csv", *files)
                self.assertEqual((done.code, done.out, done.err[:7]), (2, "", "error: "))
        for code in ("", "+49", "1234", "x"):
            with self.subTest(code=code):
                done = merge("good.csv", options=["--country", code])
                self.assertEqual((done.code, done.out, done.err[:7]), (2, "", "error: "))
        self.assertEqual((product.folder / "out.csv").read_text(), "before")
        done = product.run("good.csv", "--output", "nowhere/out.csv")
        self.assertEqual((done.code, done.out, done.err[:7]), (2, "", "error: "))

    def test_output_may_be_one_of_the_files(self):
        """R8: merged into itself"""
        write("out.csv", "Ada,ada@a.org,,", "A.,ADA@a.org,,2026-01-01")
        self.assert_merged(merge("out.csv"), "A.,ada@a.org,,2026-01-01")
        self.assert_merged(merge("out.csv"), "A.,ada@a.org,,2026-01-01")
        self.assertEqual([path.name for path in product.folder.iterdir()], ["out.csv"])
