"""What people search for, and what they do not find: counted by day and text, without saying who asked (B9, S12).

Noting costs a search a lock and a dictionary entry; a thread writes every few seconds.  What a process that is killed
had not written yet is lost: a few seconds of counts, nothing of the record.
"""

import logging
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analyzers.fold import fold
from search_service.errors import ZhixunError
from search_service.kinds.days import day_of
from search_service.query.request import LONGEST_QUERY, SearchRequest
from search_service.search.answer import Answer
from search_service.store.query_log import LoggedQuery
from search_service.store.session import Database

LOG = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
"""What a crash may cost."""
MOST_WAITING = 2_000
"""Different texts between two writes: ten times what a busy site asks, and half a megabyte; more are not counted."""
MOST_A_DAY = 20_000
"""Different texts kept of one day: who invents queries by a program fills a table of 4 MB and no more."""
KEPT = timedelta(days=90)
"""A season: what nobody has asked for since then tells nothing about the vocabulary."""

MASK = "***"
_PERSONAL = (
    # As people type them: with blanks or dashes between the groups.  GB 11643 before phones, which it holds.
    re.compile(r"(?<!\d)[1-9]\d{5}[ -]?(?:18|19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dx](?!\d)"),
    re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<![a-z0-9])zx_[a-z0-9_-]+"),
)
"""Identity number, mobile phone, mail address, our tokens, in folded text: nothing of them is kept."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(slots=True)
class _Count:
    asked: int = 0
    missed: int = 0
    total: int = 0
    band: str = ""
    kinds: Mapping[str, int] = field(default_factory=dict)
    last: datetime | None = None


class QueryLog:
    """Takes notes at once, writes them later; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: dict[tuple[date, str], _Count] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._cleaned: date | None = None

    def noted(self, request: SearchRequest, answer: Answer) -> None:
        """Remember a search that was answered: its first page, by an engine that was there."""
        text = kept_text(request.q)
        if not text or request.page > 1 or answer.partial:
            return
        now = self._database.now()
        with self._lock:
            key = (day_of(now), text)
            count = self._waiting.get(key)
            if count is None:
                if len(self._waiting) >= MOST_WAITING:
                    return
                count = self._waiting[key] = _Count()
            count.asked += 1
            # With filters it may be the filter that leaves nothing: that says nothing of the words.
            count.missed += bool((answer.total == 0 or answer.relaxed) and not any(request.filters.values()))
            count.total, count.kinds, count.last = answer.total, answer.kinds, now
            count.band = next((code for hit in answer.hits for code in hit.why), "")

    def flush(self) -> int:
        """Write what waits; returns how many texts.  What cannot be written now waits on."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        if not waiting:
            return 0
        try:
            with self._database.write(durable=False) as session:
                self._clean(session)
                _store(session, waiting)
        except ZhixunError:
            with self._lock:
                for key, count in waiting.items():  # noted again meanwhile: the newer note stands, with both counts
                    newer = self._waiting.setdefault(key, count)
                    if newer is not count:
                        newer.asked += count.asked
                        newer.missed += count.missed
            raise
        return len(waiting)

    def start(self) -> None:
        """Write every few seconds from now on."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="zhixun-query-log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and no more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._try()

    def _run(self) -> None:
        while not self._stopped.wait(FLUSH_SECONDS):
            self._try()

    def _try(self) -> None:
        try:
            self.flush()
        except ZhixunError as error:
            LOG.warning("searches not counted yet: %s", error)
        except Exception:
            LOG.exception("searches not counted")

    def _clean(self, session: Session) -> None:
        today = day_of(self._database.now())
        if self._cleaned != today:
            session.execute(delete(LoggedQuery).where(LoggedQuery.day < today - KEPT))
            self._cleaned = today


def kept_text(typed: str) -> str:
    """What is kept of a query: folded, blanks made one, without what identifies a person."""
    text = " ".join(_UNPRINTABLE.sub(" ", fold(typed)).split())
    for pattern in _PERSONAL:
        text = pattern.sub(MASK, text)
    return text[:LONGEST_QUERY]


def _store(session: Session, waiting: Mapping[tuple[date, str], _Count]) -> None:
    """Add the counts; a text that is new on a day that is full is left out."""
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(LoggedQuery.__table__)
    for day in sorted({day for day, _ in waiting}):
        of_day = {text: count for (at, text), count in sorted(waiting.items()) if at == day}
        known = select(LoggedQuery.text).where(LoggedQuery.day == day, LoggedQuery.text.in_(list(of_day)))
        there = set(session.scalars(known))
        held = session.scalar(select(func.count()).where(LoggedQuery.day == day)) or 0
        new = [text for text in of_day if text not in there][: max(0, MOST_A_DAY - held)]
        rows = [
            {
                "day": day,
                "text": text,
                "asked": count.asked,
                "missed": count.missed,
                "total": count.total,
                "band": count.band,
                "kinds": dict(count.kinds),
                "last_at": count.last,
            }
            for text, count in of_day.items()
            if text in there or text in set(new)
        ]
        if rows:
            said = insert.excluded
            adding = insert.on_conflict_do_update(
                index_elements=["day", "text"],
                set_={
                    "asked": LoggedQuery.asked + said.asked,
                    "missed": LoggedQuery.missed + said.missed,
                    **{name: said[name] for name in ("total", "band", "kinds", "last_at")},
                },
            )
            session.connection().execute(adding, rows)


@dataclass(frozen=True, slots=True)
class Asked:
    """One text over several days; `found` is what its last search found."""

    text: str
    asked: int
    missed: int
    found: int
    last: datetime


def most_asked(session: Session, since: date, most: int) -> list[Asked]:
    """What was asked for most often since a day."""
    return _summed(session, since, most, func.sum(LoggedQuery.asked))


def not_found(session: Session, since: date, most: int) -> list[Asked]:
    """What was most often asked for in vain since a day."""
    return _summed(session, since, most, func.sum(LoggedQuery.missed), missed=True)


def _summed(session: Session, since: date, most: int, worth: Any, *, missed: bool = False) -> list[Asked]:
    # The band of the latest day: some words, or nothing at all, is a miss.
    days = select(LoggedQuery.text, func.max(LoggedQuery.last_at).label("last")).where(LoggedQuery.day >= since)
    latest = days.group_by(LoggedQuery.text).subquery()
    newest = case((LoggedQuery.last_at == latest.c.last, LoggedQuery.total), else_=0)
    query = (
        select(
            LoggedQuery.text, func.sum(LoggedQuery.asked), func.sum(LoggedQuery.missed), func.max(newest), latest.c.last
        )
        .join(latest, latest.c.text == LoggedQuery.text)
        .where(LoggedQuery.day >= since)
        .group_by(LoggedQuery.text, latest.c.last)
        .order_by(worth.desc(), LoggedQuery.text)
        .limit(most)
    )
    if missed:
        query = query.having(func.sum(LoggedQuery.missed) > 0)
    rows: Sequence[Any] = session.execute(query).all()
    return [Asked(text, int(asked), int(missing), int(total), last) for text, asked, missing, total, last in rows]
