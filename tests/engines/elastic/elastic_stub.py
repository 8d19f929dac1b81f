"""A cluster that answers what a healthy one will not: recorded replies, and a count of who asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[str, list[dict[str, Any]]], tuple[int, dict[str, Any]]]
"""(path, lines of the body) → (status, answer)."""


class Stub:
    """Replies as `reply` says; what was asked is kept."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: list[tuple[str, list[dict[str, Any]]]] = []
        self.url = ""

    def bulks(self) -> list[list[str]]:
        """The ids of each bulk request."""
        return [[line["index"]["_id"] for line in lines[::2]] for path, lines in self.asked if path.endswith("/_bulk")]


@contextmanager
def stub(reply: Reply) -> Iterator[Stub]:
    """A stub on a port of its own."""
    made = Stub(reply)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            lines = [json.loads(line) for line in content.splitlines() if line]
            made.asked.append((path, lines))
            status, body = made.reply(path, lines)
            plain = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(plain)))
            self.end_headers()
            self.wfile.write(plain)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - what the library looks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
