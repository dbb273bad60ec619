import http.client
import tempfile
import threading
import unittest
from datetime import date
from pathlib import Path

from shortlinks.service import EXPIRED, UNKNOWN, redirect_server
from shortlinks.store import Store

ADDRESS = "https://example.org/a"
TODAY = date(2026, 4, 1)


class ServiceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = Store(Path(folder.name) / "shortlinks.db")
        server = redirect_server(self.store, 0, lambda: TODAY)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.port = server.server_address[1]

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(connection.close)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Location"], answer.read().decode()

    def test_link_redirects_and_is_counted(self):
        """R3, R5: the query string is ignored"""
        self.store.shorten(ADDRESS, name="sale")
        self.assertEqual(self.get("/sale?from=letter"), (302, ADDRESS, ""))
        self.assertEqual(self.store.openings("sale", TODAY), [(TODAY, 1)])

    def test_unknown_and_expired_links_have_a_page(self):
        """R3, R4: 404 and 410, neither is counted"""
        self.store.shorten(ADDRESS, name="sale", last_day=date(2026, 3, 31))
        self.assertEqual(self.get("/nothing"), (404, None, UNKNOWN))
        self.assertEqual(self.get("/sale"), (410, None, EXPIRED))
        self.assertEqual(self.store.openings("sale", TODAY), [])
