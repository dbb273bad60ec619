import unittest

import product


def lend(tool, person, day, days="14"):
    return product.run("lend", tool, person, "--on", day, "--days", days)


class Lists(unittest.TestCase):
    def test_empty_shed(self):
        """R5, R6, R8: the file is not needed"""
        for arguments, expected in (
            (["list"], "No tools.\n"),
            (["overdue", "--on", "2026-03-01"], "Nothing is overdue.\n"),
        ):
            done = product.run(*arguments)
            self.assertEqual((done.code, done.out), (0, expected), done.err)

    def test_list_is_sorted_without_regard_to_case(self):
        """R5: lent and in"""
        for tool in ("saw", "Drill", "axe"):
            product.run("add", tool)
        lend("Saw", "Zo\u00eb", "2026-03-01")
        self.assertEqual(
            product.run("list").out.splitlines(), ["axe: in", "Drill: in", "saw: lent to Zo\u00eb until 2026-03-15"]
        )

    def test_most_overdue_comes_first(self):
        """R6: order, one day, not on the last day"""
        for tool, day in (("b", "2026-03-01"), ("A", "2026-03-01"), ("c", "2026-02-20"), ("d", "2026-03-02")):
            product.run("add", tool)
            lend(tool, "Ada" if tool in "Ab" else "Bob", day, "1")
        done = product.run("overdue", "--on", "2026-03-03")
        self.assertEqual(done.out.splitlines(), ["c: Bob, 10 days", "A: Ada, 1 day", "b: Ada, 1 day"])

    def test_returned_tools_are_not_overdue(self):
        """R6: only what is out"""
        product.run("add", "Drill")
        lend("Drill", "Ada", "2026-01-01")
        product.run("back", "Drill", "--on", "2026-02-01")
        self.assertEqual(product.run("overdue", "--on", "2026-03-01").out, "Nothing is overdue.\n")
        self.assertEqual(product.run("overdue", "--on", "today").code, 2)


class History(unittest.TestCase):
    def test_history_has_all_loans_oldest_first(self):
        """R7: with the person as written"""
        product.run("add", "Drill")
        self.assertEqual(product.run("history", "drill").out, "Never lent.\n")
        lend("Drill", "ada", "2026-03-01")
        product.run("back", "Drill", "--on", "2026-03-05")
        lend("Drill", "Ada", "2026-03-05")
        product.run("back", "Drill", "--on", "2026-04-05")
        lend("Drill", "Bob", "2026-04-06")
        self.assertEqual(
            product.run("history", "DRILL").out.splitlines(),
            ["2026-03-01 ada, back 2026-03-05", "2026-03-05 Ada, back 2026-04-05", "2026-04-06 Bob, still out"],
        )

    def test_history_of_an_unknown_tool_is_refused(self):
        """R7: bad input"""
        refused = product.run("history", "Drill")
        self.assertEqual((refused.code, refused.out), (2, ""))
        self.assertTrue(refused.err.startswith("error: "))


class Data(unittest.TestCase):
    def test_everything_is_in_one_file(self):
        """R8: removed and returned"""
        product.run("add", "Drill")
        lend("Drill", "Ada", "2026-03-01")
        file = product.folder / "toolshed.json"
        self.assertEqual([path.name for path in product.folder.iterdir()], [file.name])
        content = file.read_bytes()
        file.unlink()
        self.assertEqual(product.run("list").out, "No tools.\n")
        file.write_bytes(content)
        self.assertEqual(product.run("list").out, "Drill: lent to Ada until 2026-03-15\n")

    def test_damaged_file_is_left_as_it_is(self):
        """R8: code 4 from every command"""
        file = product.folder / "toolshed.json"
        commands = (["add", "Drill"], ["list"], ["overdue", "--on", "2026-03-01"], ["history", "Drill"])
        for content, arguments in [*(('{"tools": [', each) for each in commands), ("", ["list"])]:
            with self.subTest(content=content, arguments=arguments):
                file.write_text(content)
                refused = product.run(*arguments)
                self.assertEqual((refused.code, refused.out), (4, ""))
                self.assertIn("toolshed.json", refused.err)
                self.assertEqual(file.read_text(), content)
