import unittest

from photonames.plan import checked_prefix, is_photo, plan


class Plan(unittest.TestCase):
    def test_photos_are_recognised_by_their_extension(self):
        """R1: in any case, and not hidden"""
        self.assertTrue(all(map(is_photo, ("a.jpg", "A.JPEG", "a b.Png"))))
        self.assertFalse(any(map(is_photo, ("a.gif", "a.jpg.txt", ".a.jpg", ".jpg", "jpg", "ajpg"))))

    def test_digits_count_as_numbers(self):
        """R2: ties are broken by code points"""
        ordered = ["2.jpg", "10.jpg", "A1.jpg", "a01.jpg", "a1.jpg", "a1b.jpg", "a2.jpg", "IMG_9.JPG", "img_10.jpg"]
        self.assertEqual([old for old, _ in plan(reversed(ordered), "s", 1)], ordered)

    def test_numbers_have_equal_digits(self):
        """R3: at least three; jpeg becomes jpg"""
        self.assertEqual(plan(["b.JPEG", "a.PNG"], "s", 1), [("a.PNG", "s-001.png"), ("b.JPEG", "s-002.jpg")])
        self.assertEqual([new for _, new in plan(["b.jpg", "a.jpg"], "s", 999)], ["s-0999.jpg", "s-1000.jpg"])
        self.assertEqual(plan([], "s", 0), [])

    def test_prefixes_are_checked(self):
        """R3: lower-case letters, digits, hyphens"""
        for text in ("a", "a-1", "a" * 40):
            self.assertEqual(checked_prefix(text), text)
        for text in ("", "A", "1a", "-a", "a/b", "a" * 41, "a\n"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                checked_prefix(text)
