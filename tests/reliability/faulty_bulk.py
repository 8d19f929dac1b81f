"""Elasticsearch that refuses single documents: what a healthy server does not do on demand, in its own words.

Everything else goes to the real server behind it and comes back unchanged.
"""

import http.client
import http.server
import json
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from tests.reliability.processes import free_port

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


@dataclass(frozen=True, slots=True)
class Fault:
    """How one document is refused, and how often; `times` None for ever.  Texts as Elasticsearch 9.5 words them."""

    status: int
    type: str
    reason: str
    times: int | None = 1


MAPPING = Fault(400, "document_parsing_exception", "[1:77] failed to parse field [year] of type [long]", None)
IMMENSE = Fault(
    400,
    "illegal_argument_exception",
    'Document contains at least one immense term in field="title" (whose UTF8 encoding is longer than the max length '
    "32766), all of which were skipped.",
    None,
)
BUSY = Fault(429, "es_rejected_execution_exception", "rejected execution of primary operation")
NO_SHARD = Fault(503, "unavailable_shards_exception", "primary shard is not active Timeout: [1m]")
FULL_DISK = Fault(
    403,
    "cluster_block_exception",
    "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-"
    "delete block];",
)


class FaultyBulk:
    """The stub; `faults` by document id, and requests of more than `most` documents are too large."""

    def __init__(self, behind: str, most: int) -> None:
        self.faults: dict[str, Fault] = {}
        self.given: Counter[Fault] = Counter()
        self.too_large = 0
        self.most = most
        self._seen: Counter[str] = Counter()
        self._behind = behind.removeprefix("http://").rstrip("/")
        handler = type("Handler", (_Handler,), {"stub": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        line = http.client.HTTPConnection(self._behind, timeout=30)
        try:
            kept = {name: value for name, value in headers.items() if name.lower() not in {"host", "content-length"}}
            line.request(method, path, body, kept)
            answer = line.getresponse()
            told = {name: value for name, value in answer.getheaders() if name.lower() not in _OF_ONE_HOP}
            return answer.status, told, answer.read()
        finally:
            line.close()

    def bulk(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Take out what is to be refused, send the rest, and put the refusals between the answers."""
        lines = body.split(b"\n")
        pairs = [(json.loads(lines[at])["index"]["_id"], lines[at : at + 2]) for at in range(0, len(lines) - 1, 2)]
        if len(pairs) > self.most:
            self.too_large += 1
            said = {"error": {"type": "content_too_long_exception", "reason": "entity content is too long"}}
            return 413, _JSON, json.dumps(said | {"status": 413}).encode()
        refused = {name: fault for name, _ in pairs if (fault := self._fault(name)) is not None}
        kept = [part for name, both in pairs if name not in refused for part in both]
        status, told, answer = self.forward("PUT", path, headers, b"\n".join(kept) + b"\n") if kept else _NOTHING
        if status != 200:
            return status, told, answer
        items = iter(json.loads(answer)["items"])
        merged = [_refusal(refused[name]) if name in refused else next(items) for name, _ in pairs]
        return 200, told, json.dumps({"items": merged}).encode()

    def _fault(self, name: str) -> Fault | None:
        fault = self.faults.get(name)
        self._seen[name] += 1
        if fault is None or (fault.times is not None and self._seen[name] > fault.times):
            return None
        self.given[fault] += 1
        return fault


_JSON = {"Content-Type": "application/vnd.elasticsearch+json;compatible-with=9", "X-Elastic-Product": "Elasticsearch"}
_NOTHING = (200, _JSON, b'{"items": []}')
_OF_ONE_HOP = {"content-length", "transfer-encoding", "connection", "content-encoding"}


def _refusal(fault: Fault) -> dict[str, Any]:
    return {"index": {"status": fault.status, "error": {"type": fault.type, "reason": fault.reason}}}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm, wbufsize = (
        True,
        65_536,
    )  # an answer is one packet: else each waits 40 ms for the other's ACK
    stub: ClassVar[FaultyBulk]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
        if self.path.partition("?")[0].endswith("/_bulk"):
            status, told, answer = self.stub.bulk(self.path, headers, body)
        else:
            status, told, answer = self.stub.forward(self.command, self.path, headers, body)
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle  # noqa: N815 - the names are the base class's
