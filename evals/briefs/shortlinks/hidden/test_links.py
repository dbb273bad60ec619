import unittest

import product

ADDRESS = "https://help.example.org/articles/4711?lang=en&print=1#returns"


def shorten(address, *options):
    return product.run("shorten", address, *options)


class Shorten(unittest.TestCase):
    def test_link_is_a_slash_and_up_to_seven_letters_or_digits(self):
        """R1: the link's form"""
        done = shorten(ADDRESS)
        self.assertEqual(done.code, 0, done.err)
        self.assertRegex(done.out, r"\A/[A-Za-z0-9]{1,7}\n\Z")

    def test_same_address_gives_the_same_link(self):
        """R1: the same address, the same link; other addresses, other links"""
        addresses = [ADDRESS, ADDRESS + "x", "http://help.example.org/", "https://help.example.org/"]
        first = [shorten(address).out for address in addresses]
        self.assertEqual(len(set(first)), 4)
        self.assertEqual([shorten(address).out for address in addresses], first)

    def test_addresses_of_up_to_2048_characters_are_accepted(self):
        """R1: the longest address"""
        start = "https://example.org/"
        longest = start + "a" * (2048 - len(start))
        self.assertEqual(shorten(longest).code, 0)
        refused = shorten(longest + "a")
        self.assertEqual((refused.code, refused.out), (2, ""))

    def test_anything_but_a_web_address_is_refused(self):
        """R1: refused addresses"""
        for address in (
            "ftp://example.org/",
            "example.org",
            "https:///path",
            "https://example.org/a b",
            "https://example.org/a\nSet-Cookie: x",
            "https://example.org/caf\u00e9",
        ):
            with self.subTest(address=address):
                refused = shorten(address)
                self.assertEqual((refused.code, refused.out), (2, ""))
                self.assertTrue(refused.err.strip())


class Names(unittest.TestCase):
    def test_name_becomes_the_link(self):
        """R2: the link has the given name, beside the address's own link"""
        own = shorten(ADDRESS).out
        self.assertEqual(shorten(ADDRESS, "--name", "returns").out, "/returns\n")
        self.assertEqual(shorten(ADDRESS, "--name", "Send-it-back").out, "/Send-it-back\n")
        self.assertEqual(shorten(ADDRESS).out, own)

    def test_names_have_3_to_30_letters_digits_or_hyphens(self):
        """R2: what a name may be"""
        for name in ("a" * 30, "2-4"):
            with self.subTest(name=name):
                self.assertEqual(shorten(ADDRESS, "--name", name).out, f"/{name}\n")
        for name in ("ab", "a" * 31, "a_b", "caf\u00e9", ""):
            with self.subTest(name=name):
                refused = shorten(ADDRESS, "--name", name)
                self.assertEqual((refused.code, refused.out), (2, ""))

    def test_taken_name_is_refused_with_the_address_that_has_it(self):
        """R2: unless it leads to the same address"""
        for _ in range(2):
            done = shorten(ADDRESS, "--name", "returns")
            self.assertEqual((done.code, done.out), (0, "/returns\n"))
        refused = shorten("https://example.org/other", "--name", "returns")
        self.assertEqual((refused.code, refused.out), (3, ""))
        self.assertIn(ADDRESS, refused.err)
        self.assertEqual(shorten("https://example.org/other", "--name", "Returns").out, "/Returns\n")


class Export(unittest.TestCase):
    def test_export_lists_every_link_in_ascii_order(self):
        """R6: header, order, empty last day; without links only the header"""
        self.assertEqual(product.run("export").out.splitlines(), ["link,address,last_day,openings"])
        shorten("https://example.org/?a=1,2", "--name", "comma")
        shorten("https://example.org/b", "--name", "Zebra", "--last-day", "2026-12-31")
        done = product.run("export")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(
            done.out.splitlines(),
            [
                "link,address,last_day,openings",
                "/Zebra,https://example.org/b,2026-12-31,0",
                '/comma,"https://example.org/?a=1,2",,0',
            ],
        )

    def test_generated_links_are_exported_too(self):
        """R6, R1: an address's own link"""
        link = shorten(ADDRESS).out.strip()
        self.assertIn(f"{link},{ADDRESS},,0", product.run("export").out.splitlines())
