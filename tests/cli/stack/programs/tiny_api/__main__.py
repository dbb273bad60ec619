"""A stub of the API that reports every component as healthy."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

HEALTHY = json.dumps({"components": {name: {"status": "ok"} for name in ("database", "redis", "temporal", "worker")}})


class Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(HEALTHY.encode())


if __name__ == "__main__":
    HTTPServer((os.environ["BOTARMY_HOST"], int(os.environ["BOTARMY_PORT"])), Health).serve_forever()
