"""Which record a completion leads to: found by the engine, shown by the database now, remembered while nothing changes.

A person who types asks again at every key, and most of what is found was found for somebody else a moment ago.  What is
remembered is used without looking as long as the database has not changed and no window has ended (`Stillness`,
`Picture.until`); after a change it is looked at again, so that nothing that was hidden is suggested (P14), and after a
few seconds of changes it is searched for again.
"""

import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from search_service.engines.base import Ask, Engine, EngineHit
from search_service.kinds.base import Kind
from search_service.kinds.parts import Use
from search_service.kinds.registry import REGISTRY
from search_service.query import columns, completions
from search_service.query.nodes import Keyword, Node, OneOf
from search_service.search.hidden import Hidden, hidden, shown
from search_service.search.memo import STALE_SECONDS
from search_service.search.present import SEPARATOR, Picture, Pictures
from search_service.store.session import Database
from search_service.store.stillness import Stillness

REMEMBERED = 100_000
"""Completions whose records are known: about 300 bytes each."""
SPARE = 4
"""Rows asked for each completion: many lead to the same record, and one row may be hidden since."""
ALIKE = 3
"""Texts that one completion leads to at most: 陕西苹果 and 山西苹果 sound alike."""
ALONE = 8
"""Completions that are looked up one by one, when the rows of others have filled the list: as many as are shown."""

NOWHERE = -1
"""Where a completion begins that is in no text of the record which people see."""

_NAMES = (Use.NAME, Use.NUMBER, Use.IDENTIFIER)

At = tuple[str, str]
"""A kind and a completion."""


class Target(NamedTuple):
    """A record, the text of it that is completed, and where in that text, folded, the completion begins (`NOWHERE`).

    `until`: when the record stops to be shown by itself.
    """

    id: str
    text: str
    start: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found (nothing: no record shows it), in which state of the database, and when it was searched for."""

    targets: tuple[Target, ...]
    state: Hashable
    looked: float


class Targets:
    """Leads from completions to records; thread-safe."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        pictures: Pictures,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._engine, self._pictures, self._clock = database, engine, pictures, clock
        self._stillness = Stillness(database)
        self._known: dict[At, _Known] = {}

    def find(self, wanted: Sequence[At], now: datetime) -> dict[At, tuple[Target, ...]]:
        """The records of those completions that the database shows now, several where several texts sound alike.

        Raises:
            EngineUnavailable: what is not remembered cannot be looked up.
        """
        state = self._stillness.token()
        found = {at: known for at in wanted if (known := self._known.get(at)) is not None and _holds(known, state, now)}
        missing = [at for at in wanted if at not in found]
        if missing:
            fresh = self._looked_up(missing, state, now)
            if len(self._known) + len(fresh) > REMEMBERED:
                self._known = {}  # simpler than to know which are old, and as seldom as it is cheap
            self._known.update(fresh)
            found.update(fresh)
        return {at: known.targets for at, known in found.items()}

    def _looked_up(self, wanted: Sequence[At], state: Hashable, now: datetime) -> dict[At, _Known]:
        looked = self._clock()
        with self._database.read() as session:
            found = self._still_shown(session, wanted, state, now)
            values: dict[str, list[str]] = {}
            for name, value in wanted:
                if (name, value) not in found:
                    values.setdefault(name, []).append(value)
            kinds = [REGISTRY.kind(name) for name in values]
            leave_out = hidden(session, kinds, now) if kinds else {}
            for kind in kinds:
                searched = self._searched(session, kind, values[kind.name], leave_out[kind.name], now)
                for value in values[kind.name]:
                    found[kind.name, value] = _Known(tuple(searched.get(value, ())), state, looked)
        return found

    def _still_shown(self, session: Session, wanted: Iterable[At], state: Hashable, now: datetime) -> dict[At, _Known]:
        """Those that were searched for a moment ago and need only be looked at again."""
        oldest = self._clock() - STALE_SECONDS
        recent = {at: known for at in wanted if (known := self._known.get(at)) is not None and known.looked > oldest}
        ids = {(name, target.id): None for (name, _), known in recent.items() for target in known.targets}
        pictures = self._pictures.load(session, [(name, EngineHit(row_id, 0.0, "")) for name, row_id in ids], now)
        found = {}
        for (name, value), known in recent.items():
            again = [_target(name, value, target.id, pictures) for target in known.targets]
            if again and [target and target[:3] for target in again] == [target[:3] for target in known.targets]:
                found[name, value] = _Known(tuple(filter(None, again)), state, known.looked)
        return found

    def _searched(
        self, session: Session, kind: Kind, values: Sequence[str], leave_out: Hidden, now: datetime
    ) -> dict[str, list[Target]]:
        """Value → records."""
        visible = shown(kind, leave_out, now)
        ids = self._ids(kind, OneOf(columns.SUGGEST, tuple(values)), visible, len(values) * SPARE)
        found = self._matched(session, kind, ids, values, now)
        # Hundreds of rows may be called alike and fill the list; then the others have to be asked for.
        for value in [value for value in values if value not in found][:ALONE]:
            ids = self._ids(kind, Keyword(columns.SUGGEST, value), visible, SPARE)
            found.update(self._matched(session, kind, ids, [value], now, else_title=True))
        return found

    def _ids(self, kind: Kind, query: Node, visible: Node, limit: int) -> list[str]:
        return [hit.id for hit in self._engine.search(kind.name, Ask(query, filter=visible, limit=limit)).hits]

    def _matched(
        self,
        session: Session,
        kind: Kind,
        ids: Sequence[str],
        values: Sequence[str],
        now: datetime,
        *,
        else_title: bool = False,
    ) -> dict[str, list[Target]]:
        """The first of these rows for each completion, which the engine has put in the kind's own order.

        `else_title`: it is their completion, though none of their fields says it.
        """
        pictures = self._pictures.load(session, [(kind.name, EngineHit(row_id, 0.0, "")) for row_id in ids], now)
        found: dict[str, dict[str, Target]] = {}
        for row_id in ids:
            picture = pictures.get((kind.name, row_id))
            if picture is None:
                continue
            places = _places(kind, picture)
            for value in values:
                place = places.get(value, (picture.title, NOWHERE) if else_title else None)
                if place is not None:
                    found.setdefault(value, {}).setdefault(place[0], Target(row_id, *place, picture.until))
        return {value: list(texts.values())[:ALIKE] for value, texts in found.items()}


def _holds(known: _Known, state: Hashable, now: datetime) -> bool:
    return known.state == state and all(target.until is None or now < target.until for target in known.targets)


def _target(name: str, value: str, row_id: str, pictures: Mapping[At, Picture]) -> Target | None:
    """The same record looked at again; None where it is not shown any more, or does not say this any more."""
    picture = pictures.get((name, row_id))
    place = _places(REGISTRY.kind(name), picture).get(value) if picture is not None else None
    return None if picture is None or place is None else Target(row_id, *place, picture.until)


def _places(kind: Kind, picture: Picture) -> Mapping[str, tuple[str, int]]:
    """Completion → the text of the record that it completes and where; the title's before those of other texts."""
    names = [f.name for f in kind.fields if f.use in _NAMES]
    texts = [picture.title, *(part for name in names for part in picture.texts.get(name, "").split(SEPARATOR))]
    places: dict[str, tuple[str, int]] = {}
    for text in dict.fromkeys(filter(None, texts)):
        for form in completions.forms(text):
            places.setdefault(form.value, (text, form.start))
    return places
