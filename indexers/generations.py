"""The generations of a kind's index in the database: what each is for now, and how far its making is.

::

    preparing ─┐                                      ┌→ previous ──→ retired ──→ (dropped, row deleted)
               ├─(verified, published)──→ active ─────┤      │
    building ──┘                             │        └──────┴─(rollback: building again, caught up)
        │                                outdated
        └─(refused, or an error)──→ failed ──→ (dropped)

The drain writes what is building or active (`indexers/drain.py`), so moving a row is what turns dual write on and off.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analyzers import words
from indexers import dictionaries
from indexers.naming import SCHEMA, changed_parts, fingerprint, fingerprint_parts
from search_service.kinds.base import Kind
from search_service.store.journal import SearchIndex
from search_service.store.session import Database


class State(StrEnum):
    """What a generation is for."""

    PREPARING = "preparing"
    """Being filled while no index takes changes (the first one, or an outdated one serves): marks wait for its end."""
    BUILDING = "building"
    """Being filled; gets every change beside the active one."""
    ACTIVE = "active"
    """Serves searches and gets every change."""
    OUTDATED = "outdated"
    """Serves searches, but documents of this program no longer fit its fields: changes wait for its successor."""
    PREVIOUS = "previous"
    """Kept for going back; gets no changes."""
    RETIRED = "retired"
    """Wanted no more, to be dropped."""
    FAILED = "failed"
    """Could not be made; `note` says why.  Dropped, but for its row."""


SERVING = (State.ACTIVE, State.OUTDATED)


Hold = Callable[[Session], None]
"""Raises unless whoever changes a generation still has the job: a worker that stood still must not turn back time."""


class Step(StrEnum):
    """What is done next for a generation, in this order; each may be done again after a kill."""

    CREATE = "create"
    DUAL_WRITE = "dual_write"
    BACKFILL = "backfill"
    REFRESH = "refresh"
    VERIFY = "verify"
    SWAP = "swap"
    ACTIVATE = "activate"
    RETIRE = "retire"
    DONE = "done"


def of(session: Session, kind: Kind, *states: State) -> list[SearchIndex]:
    """The generations of a kind, all or those in some states, oldest first."""
    found = select(SearchIndex).where(SearchIndex.kind == kind.name).order_by(SearchIndex.created_at, SearchIndex.name)
    return list(session.scalars(found.where(SearchIndex.state.in_(states)) if states else found))


def known(database: Database, kind: Kind, *states: State) -> list[SearchIndex]:
    """The same, read by itself."""
    with database.read() as session:
        return of(session, kind, *states)


def get(database: Database, name: str) -> SearchIndex:
    """One generation."""
    with database.read() as session:
        return session.get_one(SearchIndex, name)


def register(database: Database, kind: Kind, name: str) -> None:
    """Write a generation down before the engine makes it: a kill in between leaves a name, never a nameless index."""
    with database.write() as session:
        session.add(
            SearchIndex(
                name=name,
                kind=kind.name,
                fingerprint=fingerprint(kind),
                parts=fingerprint_parts(kind),
                state=State.PREPARING,
                step=Step.CREATE,
                created_at=database.now(),
                vocabulary=dictionaries.number_of(session, words.current()),
            )
        )


def change(database: Database, hold: Hold, name: str, **values: object) -> None:
    """Set columns of one generation."""
    with database.write() as session:
        hold(session)
        session.execute(update(SearchIndex).where(SearchIndex.name == name).values(**values))


def forget(database: Database, names: Iterable[str]) -> None:
    """Delete rows of what the engine no longer holds."""
    with database.write() as session:
        for name in names:
            row = session.get(SearchIndex, name)
            if row is not None:
                session.delete(row)


def let_changes_in(database: Database, hold: Hold, kind: Kind, name: str) -> None:
    """Dual write on, if what serves takes changes at all.

    Otherwise marks stay due until the new index is active.  Acknowledging them for an index that nobody searches
    would make counts forget which rows are hidden since (founding decision 7).
    """
    with database.write() as session:
        hold(session)
        if of(session, kind, State.ACTIVE):
            session.get_one(SearchIndex, name).state = State.BUILDING


def activate(database: Database, hold: Hold, kind: Kind, name: str) -> None:
    """After the swap: `name` serves, what served is the previous one, what was previous goes.  All in one step."""
    with database.write() as session:
        hold(session)
        found = session.get_one(SearchIndex, name)
        if found.state == State.ACTIVE:
            return
        for index in of(session, kind, State.PREVIOUS):
            index.state = State.RETIRED
        for index in of(session, kind, *SERVING):
            index.state = State.PREVIOUS
        found.state, found.activated_at, found.outdated_at, found.note = State.ACTIVE, database.now(), None, None


def checked(database: Database, name: str, differing: int) -> None:
    """Remember what comparing an index with the database found (`indexers/verify.py`)."""
    with database.write() as session:
        found = update(SearchIndex).where(SearchIndex.name == name)
        session.execute(found.values(checked_at=database.now(), drift=differing))


def drift(database: Database) -> dict[str, int]:
    """For each kind whose serving index was ever checked: how many documents differed at the last check."""
    found = select(SearchIndex.kind, SearchIndex.drift)
    with database.read() as session:
        rows = session.execute(found.where(SearchIndex.state.in_(SERVING), SearchIndex.drift.is_not(None)))
        return {kind: differing for kind, differing in rows if differing is not None}


def fits(index: SearchIndex, kind: Kind) -> bool:
    """Whether this program would make the same index with the words in use (`words.using`)."""
    return index.fingerprint == fingerprint(kind)


def takes_documents(index: SearchIndex, kind: Kind) -> bool:
    """Whether documents of this program have the fields of the index, although their words may be others."""
    return SCHEMA not in changed_parts(index.parts, kind)
