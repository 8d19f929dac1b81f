"""Clients as they should be written: they send a request again until it is answered, and believe only an answer."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

import httpx2

from tests.reliability.ledger import Entry, Ledger, new_op
from tests.reliability.processes import BUSY

PATIENCE_SECONDS = 60.0 * BUSY
"""How long one intention is tried: longer than any fault of a scenario lasts."""
RETRY_SECONDS = 0.2
AGAIN = {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass(slots=True)
class Seen:
    """What a run of clients met: answers by status, requests without an answer, and answers that nobody should get.

    `seconds` is how long each answer took.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def refusals(self) -> dict[str, int]:
        """Answers that were no success, by status, for the report."""
        return {f"HTTP_{status}": count for status, count in sorted(self.statuses.items()) if status >= 400}


class Client:
    """One user with a token: creates, renames and deletes standards."""

    def __init__(self, address: str, token: str, ledger: Ledger, seen: Seen) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx2.Client(base_url=f"{address}/api/v1", headers=headers, timeout=20)
        self._ledger, self._seen = ledger, seen

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def create(self, number: str, title: str) -> Entry:
        """A new standard; the same key with every try, so that only one comes of it."""
        op = new_op()
        answer = self._send("POST", "/standards", {"number": number, "title": title}, {"Idempotency-Key": op})
        return self._acknowledged(Entry(op, answer.json()["id"], _version(answer), title))

    def rename(self, known: Entry, title: str) -> Entry:
        """Another title for the version that is known; a lost answer shows by reading."""
        op = new_op()
        try:
            answer = self._send("PATCH", f"/standards/{known.id}", {"title": title}, {"If-Match": _etag(known)})
        except Refused as refused:
            answer = self._send("GET", f"/standards/{known.id}")
            if refused.status != HTTPStatus.PRECONDITION_FAILED or answer.json()["title"] != title:
                raise
        return self._acknowledged(Entry(op, known.id, _version(answer), title))

    def delete(self, known: Entry) -> Entry:
        """Gone; that it was gone already when the request came again is the same success."""
        op = new_op()
        try:
            self._send("DELETE", f"/standards/{known.id}", None, {"If-Match": _etag(known)})
        except Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
        return self._acknowledged(Entry(op, known.id, known.version + 1, None))

    def search(self, q: str) -> httpx2.Response:
        """One try; a search is not worth more."""
        return self._http.get("/search", params={"q": q})

    def _acknowledged(self, entry: Entry) -> Entry:
        self._ledger.acknowledge(entry)
        return entry

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        until = time.monotonic() + PATIENCE_SECONDS
        while (began := time.monotonic()) < until:
            try:
                answer = self._http.request(method, path, json=body, headers=headers)
            except httpx2.TransportError:
                self._seen.unanswered += 1
                time.sleep(RETRY_SECONDS)
                continue
            self._seen.statuses[answer.status_code] += 1
            self._seen.seconds.append(time.monotonic() - began)
            if answer.is_success:
                return answer
            self._judge(answer)
            if answer.status_code not in AGAIN:
                raise Refused(answer)
            time.sleep(RETRY_SECONDS)
        raise TimeoutError(f"{method} {path} got no good answer in {PATIENCE_SECONDS:.0f} s")

    def _judge(self, answer: httpx2.Response) -> None:
        """A refusal has to be one of ours: problem+json with a code and a trace, and when to come back."""
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        late = answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" not in answer.headers
        if not told.get("code") or not told.get("trace_id") or late:
            self._seen.wrong.append(f"{answer.status_code}: {answer.text[:200]}")


class Refused(Exception):
    """An answer that trying again does not change."""

    def __init__(self, answer: httpx2.Response) -> None:
        asked = f"{answer.request.method} {answer.request.url.path}"
        super().__init__(f"{asked} → {answer.status_code} {answer.text[:400]}")
        self.status = answer.status_code


def write(
    make: Callable[[], Client],
    *,
    operations: int,
    rate: float,
    threads: int,
    seed: int,
    prefix: str,
    over: Callable[[], bool] = lambda: False,
) -> None:
    """`operations` creations and renamings (and some deletions) at `rate` a second; raises what a client met.

    Ends early when it is `over`; every request that was sent is answered before.
    """
    turns = itertools.count()
    began = time.monotonic()
    failed: list[BaseException] = []

    def work(number: int) -> None:
        chosen, own = random.Random(f"{seed} {prefix} {number}"), list[Entry]()
        try:
            with make() as client:
                for turn in iter(lambda: next(turns), None):
                    if turn >= operations or failed or over():
                        return
                    time.sleep(max(0.0, began + turn / rate - time.monotonic()))
                    _one(client, own, chosen, f"{prefix} {turn + 1}")
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            failed.append(error)

    running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failed:
        raise failed[0]


def _one(client: Client, own: list[Entry], chosen: random.Random, number: str) -> None:
    """Half of the operations make something, most others rename it, a few delete it."""
    dice = chosen.random()
    if not own or dice < 0.5:
        own.append(client.create(number, f"样品 {word(chosen)}"))
        return
    at = chosen.randrange(len(own))
    if dice < 0.95:
        own[at] = client.rename(own[at], f"样品 {word(chosen)}")
    else:
        client.delete(own.pop(at))


def turns(rate: float, over: threading.Event) -> Iterator[int]:
    """0, 1, 2 … at `rate` a second until it is over; what is late is made up for."""
    began = time.monotonic()
    for turn in itertools.count():
        if over.wait(max(0.0, began + turn / rate - time.monotonic())):
            return
        yield turn


def word(chosen: random.Random) -> str:
    """A word that no other title has, so that a search can ask for just this version."""
    return "v" + "".join(chosen.choices("bcdfghjklmnpqrstwxz", k=12))


def title(number: int) -> str:
    """The title of the n-th row of a scenario, with a word of its own."""
    return f"样品 {word(random.Random(number))}"


def _version(answer: httpx2.Response) -> int:
    return int(answer.headers["ETag"].strip('"v'))


def _etag(known: Entry) -> str:
    return f'"v{known.version}"'
