import unittest

import product


def fill(*names, folder="photos"):
    """Create files that contain their own names."""
    where = product.folder / folder
    where.mkdir(exist_ok=True)
    for name in names:
        (where / name).write_text(name)


def content(folder="photos"):
    """Return what each file in the folder contains, without hidden files and subfolders."""
    files = [path for path in (product.folder / folder).iterdir() if path.is_file() and path.name[0] != "."]
    return {path.name: path.read_text() for path in files}


def rename(*options, prefix="summer"):
    return product.run("photos", prefix, *options)


class Case(unittest.TestCase):
    def assert_refused(self, done, code):
        self.assertEqual((done.code, done.out), (code, ""))
        self.assertTrue(done.err.startswith("error: "), done.err)


class Plan(Case):
    def test_plan_changes_nothing(self):
        """R4: the lines, the sum, and an untouched folder"""
        fill("b.JPG", "a.png")
        before = content()
        done = rename()
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(
            done.out.splitlines(), ["a.png -> summer-001.png", "b.JPG -> summer-002.jpg", "2 photos to rename."]
        )
        self.assertEqual(content(), before)
        self.assertEqual(len(list((product.folder / "photos").iterdir())), 2)

    def test_right_names_are_not_listed(self):
        """R4: one photo, none"""
        fill("summer-001.jpg", "x.jpg")
        self.assertEqual(rename().out.splitlines(), ["x.jpg -> summer-002.jpg", "1 photo to rename."])
        fill("summer-002.jpg")
        (product.folder / "photos" / "x.jpg").unlink()
        self.assertEqual(rename().out, "0 photos to rename.\n")

    def test_folder_without_photos(self):
        """R4, R1: nothing to do; no folder"""
        fill()
        self.assertEqual(rename().out, "0 photos to rename.\n")
        (product.folder / "file.jpg").touch()
        for folder in ("elsewhere", "file.jpg"):
            self.assert_refused(product.run(folder, "summer"), 2)


class Photos(Case):
    def test_only_photos_are_renamed(self):
        """R1: extensions in any case; hidden files, other files and subfolders stay"""
        fill("a.jpg", "b.JPEG", "c.Png", "d.gif", "e.jpg.txt", ".f.jpg", "jpg", "README")
        fill("a.jpg", folder="photos/more.jpg.d")
        done = rename("--apply")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(
            content(),
            {
                "summer-001.jpg": "a.jpg",
                "summer-002.jpg": "b.JPEG",
                "summer-003.png": "c.Png",
                "d.gif": "d.gif",
                "e.jpg.txt": "e.jpg.txt",
                "jpg": "jpg",
                "README": "README",
            },
        )
        self.assertEqual((product.folder / "photos/.f.jpg").read_text(), ".f.jpg")
        self.assertEqual(content("photos/more.jpg.d"), {"a.jpg": "a.jpg"})

    def test_digits_count_as_numbers(self):
        """R2: natural order without regard to case"""
        fill("IMG_9.JPG", "img_10.jpg", "Img_2 (11).jpg", "img_2 (3).jpg", "DSC1.jpg", "100.jpg", "20.jpg")
        order = [line.partition(" -> ")[0] for line in rename().out.splitlines()[:-1]]
        self.assertEqual(
            order, ["20.jpg", "100.jpg", "DSC1.jpg", "img_2 (3).jpg", "Img_2 (11).jpg", "IMG_9.JPG", "img_10.jpg"]
        )

    def test_equal_names_are_ordered_by_code_points(self):
        """R2: the same but for case and leading zeros"""
        fill("a1.jpg", "A1.jpg", "a01.jpg", "a2.jpg")
        order = [line.partition(" -> ")[0] for line in rename().out.splitlines()[:-1]]
        self.assertEqual(order, ["A1.jpg", "a01.jpg", "a1.jpg", "a2.jpg"])


class NewNames(Case):
    def test_numbers_start_where_asked_with_equal_digits(self):
        """R3: three digits at least, more if the largest number needs them"""
        fill("a.jpg", "b.jpg")
        self.assertEqual(rename("--start", "0").out.splitlines()[0], "a.jpg -> summer-000.jpg")
        self.assertEqual(
            rename("--start", "999").out.splitlines()[:2], ["a.jpg -> summer-0999.jpg", "b.jpg -> summer-1000.jpg"]
        )

    def test_wrong_prefixes_and_starts_are_refused(self):
        """R3: what a prefix and a start may be"""
        fill("a.jpg")
        for prefix in ("", "Summer", "1st", "a/b", "../a", "a b", "a.b", "\u00e9t\u00e9", "a" * 41, "a\n"):
            with self.subTest(prefix=prefix):
                self.assert_refused(rename("--apply", prefix=prefix), 2)
        for start in ("-1", "1000000", "x"):
            with self.subTest(start=start):
                self.assert_refused(rename("--start", start), 2)
        self.assertEqual(content(), {"a.jpg": "a.jpg"})
        self.assertEqual(rename(prefix="a-1" + "x" * 37).code, 0)


class Renaming(Case):
    def test_apply_prints_the_plan_and_carries_it_out(self):
        """R5: the same lines; a second run finds nothing to do"""
        fill("b.JPG", "a.png")
        plan = rename().out
        done = rename("--apply")
        self.assertEqual(done.out, plan.replace("to rename", "renamed"))
        self.assertEqual(content(), {"summer-001.png": "a.png", "summer-002.jpg": "b.JPG"})
        self.assertEqual(rename("--apply").out, "0 photos renamed.\n")

    def test_new_names_may_be_old_names(self):
        """R5: each photo moves to the next one's name"""
        fill("a.jpg", "summer-001.jpg", "summer-002.jpg", "summer-003.jpg")
        self.assertEqual(rename("--apply").out.splitlines()[-1], "4 photos renamed.")
        self.assertEqual(
            content(),
            {
                "summer-001.jpg": "a.jpg",
                "summer-002.jpg": "summer-001.jpg",
                "summer-003.jpg": "summer-002.jpg",
                "summer-004.jpg": "summer-003.jpg",
            },
        )

    def test_numbers_can_be_moved_both_ways(self):
        """R5, R3: up and down by one"""
        fill("s-001.jpg", "s-002.jpg", "s-003.jpg")
        rename("--apply", "--start", "2", prefix="s")
        self.assertEqual(content(), {"s-002.jpg": "s-001.jpg", "s-003.jpg": "s-002.jpg", "s-004.jpg": "s-003.jpg"})
        rename("--apply", prefix="s")
        self.assertEqual(content(), {f"s-00{n}.jpg": f"s-00{n}.jpg" for n in (1, 2, 3)})


class Collisions(Case):
    def test_name_taken_by_a_folder_is_refused(self):
        """R6: planned and applied"""
        fill("a.jpg", "b.jpg")
        (product.folder / "photos" / "summer-002.jpg").mkdir()
        for options in ([], ["--apply"]):
            refused = rename(*options)
            self.assert_refused(refused, 3)
            self.assertIn("summer-002.jpg", refused.err)
        self.assertEqual(content(), {"a.jpg": "a.jpg", "b.jpg": "b.jpg"})


class Undo(Case):
    def undo(self):
        return product.run("photos", "--undo")

    def test_last_run_is_taken_back(self):
        """R7: lines, content, and the file that remembers"""
        fill("a.jpg", "summer-001.jpg", "note.txt")
        rename("--apply")
        rename()
        self.assertTrue((product.folder / "photos/.photonames.json").is_file())
        done = self.undo()
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(
            done.out.splitlines(),
            ["summer-001.jpg -> a.jpg", "summer-002.jpg -> summer-001.jpg", "2 photos renamed back."],
        )
        self.assertEqual(content(), {name: name for name in ("a.jpg", "summer-001.jpg", "note.txt")})
        self.assertFalse((product.folder / "photos/.photonames.json").exists())
        self.assert_refused(self.undo(), 3)

    def test_run_that_renamed_nothing_does_not_count(self):
        """R7: the last run that renamed something"""
        fill("a.jpg")
        rename("--apply")
        rename("--apply")
        self.assertEqual(self.undo().out.splitlines(), ["summer-001.jpg -> a.jpg", "1 photo renamed back."])
        self.assertEqual(content(), {"a.jpg": "a.jpg"})

    def test_undo_that_would_lose_something_is_refused(self):
        """R7: a photo is missing, or an old name is taken"""
        fill("a.jpg", "b.jpg")
        rename("--apply")
        fill("b.jpg")
        self.assert_refused(self.undo(), 3)
        (product.folder / "photos/b.jpg").unlink()
        (product.folder / "photos/summer-002.jpg").unlink()
        self.assert_refused(self.undo(), 3)
        self.assertEqual(content(), {"summer-001.jpg": "a.jpg"})
