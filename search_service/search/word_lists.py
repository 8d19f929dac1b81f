"""The words of the live records that mean something in a query, read again every so often beside the searches.

A kind declares which of its columns they stand in (`Kind.phrases`); only rows that are visible in this moment are read.
A search takes the list that is there: it waits for the very first one only, and not for long.
"""

import logging
import time
from collections.abc import Iterator
from threading import Event, Lock, Thread

from sqlalchemy import select

from search_service.kinds.base import Kind
from search_service.kinds.parts import Phrases
from search_service.kinds.registry import REGISTRY
from search_service.query.understanding.lexicon import EMPTY, Collected, Lexicon, Meaning
from search_service.store.session import Database
from search_service.store.vocabulary import synonyms_now

LOG = logging.getLogger(__name__)

OLD_SECONDS = 60.0
"""A new institution is understood within this on a small site."""
SHARE = 50
"""Times as long as reading took it is not read again: two per cent of a core at most."""
FIRST_WAIT = 2.0
"""Seconds that the first search of a process waits, enough for tens of thousands of rows; beyond it does without."""
ROWS = 500
"""Read at once: some milliseconds, so that a search never waits long for the interpreter."""
PAUSE = 0.001
"""Seconds between, for those who wait for it."""
_PIECES = str.maketrans(dict.fromkeys("、,，;；/()（）[]", "\n"))
STEPS = 2
"""Synonyms of synonyms: 婴儿奶粉 → 婴幼儿奶粉 → 婴幼儿配方奶粉."""
_ALONE = 2
"""Pieces of a list from which on it is one."""


class WordLists:
    """The lexicon of live records; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._there = Event()
        self._lexicon = EMPTY
        self._next = 0.0
        self._reading = False

    def get(self) -> Lexicon:
        """What is there; a new one is on its way when this one is old."""
        self.renew()
        if not self._there.is_set():
            self._there.wait(FIRST_WAIT)
            self._there.set()  # the next search does not wait again
        return self._lexicon

    def renew(self) -> None:
        """Begin to read them where they are old; returns at once."""
        if time.monotonic() >= self._next and self._begin():
            Thread(target=self._read_quietly, name="zhixun-word-lists", daemon=True).start()

    def learn(self) -> None:
        """Read them now; whoever waits for the answer wants the newest."""
        began = time.monotonic()
        self._lexicon = self._read()
        self._rest(time.monotonic() - began)
        self._there.set()

    def _rest(self, took: float) -> None:
        """Nobody reads again for a while."""
        self._next = time.monotonic() + max(OLD_SECONDS, SHARE * took)

    def _begin(self) -> bool:
        with self._lock:
            if self._reading or time.monotonic() < self._next:
                return False
            self._reading = True
            return True

    def _read_quietly(self) -> None:
        """Beside the searches nothing may fail: the old list goes on."""
        began = time.monotonic()
        try:
            self._lexicon = self._read()
        except Exception as error:  # noqa: BLE001 - a database that is away or closed; the next time it may be there
            LOG.warning("word lists not read: %s", error)
        finally:
            with self._lock:
                self._rest(time.monotonic() - began)
                self._reading = False
            self._there.set()

    def _read(self) -> Lexicon:
        collected = Collected()
        for kind in REGISTRY.kinds:
            for said in kind.phrases:
                for row_id, texts in self._rows(kind, said):
                    _collect(collected, said, row_id, texts)
        with self._database.read() as session:
            synonyms = synonyms_now(session)
        for _ in range(STEPS):
            for word, meaning, _ in synonyms:
                collected.add_synonym(word, meaning)
        return collected.lexicon()

    def _rows(self, kind: Kind, said: Phrases) -> Iterator[tuple[str, list[str]]]:
        """(id, texts) of visible rows, each batch in a session of its own: none holds up what waits for its end."""
        now, key = self._database.now(), kind.model.id
        columns = [getattr(kind.model, name) for name in said.columns]
        query = select(key, *columns).where(kind.visible(now)).order_by(key).limit(ROWS)
        last = None
        while True:
            with self._database.read() as session:
                rows = session.execute(query if last is None else query.where(key > last)).all()
            for row_id, *values in rows:
                yield str(row_id), [text for cell in values for text in (cell if isinstance(cell, list) else [cell])]
            if len(rows) < ROWS:
                return
            last = rows[-1][0]
            time.sleep(PAUSE)


def _collect(collected: Collected, said: Phrases, row_id: str, texts: list[str]) -> None:
    texts = [text for text in texts if text]
    if not texts:
        return
    if not said.slot:
        for text in texts:
            collected.add_name(text)
        return
    if said.more is not None:
        texts += said.more(texts[0])
    if said.pieces:
        pieces = [piece for text in texts for piece in text.translate(_PIECES).split("\n") if piece.strip()]
        texts += pieces if len(pieces) >= _ALONE else []
    meaning = Meaning(said.slot, row_id if said.means_row else "")
    for text in dict.fromkeys(texts):
        collected.add(text, meaning)
