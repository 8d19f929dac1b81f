"""A stored requirement, judged on a day: counted from posting, its window kept when it is judged again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from search_service.clock.business import Office
from search_service.clock.notices import current
from search_service.kinds.days import day_of
from search_service.matching import entry, loading
from search_service.matching.answer import RULE_VERSION
from search_service.matching.match import Matcher, dues_of
from search_service.matching.window import Wanted, window
from search_service.matching.words import Conditions, Requirement
from search_service.recommendation.basis import Asked, Basis, Proposal, gathered, proposal
from search_service.recommendation.frozen import freeze_basis
from search_service.store import requirement as tables
from search_service.store.vocabulary import newest

TIME = ("start", "end", "service_days")
"""What a requirement says of its window."""


@dataclass(frozen=True, slots=True)
class Read:
    """A stored requirement as it is judged, and its window before the day of judging cut it."""

    asked: Asked
    start: date
    end: date


def read(
    session: Session, row: tables.Requirement, kept: Mapping[str, Any] | None = None, *, ended: bool = False
) -> Read:
    """What is asked, today; with `ended` as on the last day of its window, where that is past.

    `kept` are the inputs of an earlier recommendation: a window that was reckoned once stays, also where the calendar
    has changed meanwhile, unless the requirement says something else of its time now.

    Raises:
        Invalid: it cannot be judged.
        WindowOver: its last day is past; not with `ended`.
    """
    today, posted_on = day_of(session.info["now"]()), day_of(row.received_at)
    body = {name: value for name, value in row.body.items() if name in entry.FIELDS}
    posted = entry.read(body, lambda text: loading.resolve(session, text))
    office = Office(current(session, row.calendar_version))
    dues, days = dues_of(office, row.received_at), office.hours.service_days
    wanted = _kept(body, kept) or posted.wanted
    due = day_of(dues.recommend_by.at)
    if ended:
        today = min(today, window(wanted, today=posted_on, posted=posted_on, due=lambda: due, service_days=days).end)
    found = window(wanted, today=max(today, posted_on), posted=posted_on, due=lambda: due, service_days=days)
    requirement = Requirement(
        items=posted.items,
        conditions=Conditions(found, posted.region, posted.certificate_kinds),
        max_institutions=posted.max_institutions,
        notes=posted.notes,
    )
    return Read(Asked(requirement, today, dues, str(row.id)), wanted.start or due, found.end)


def propose(session: Session, matcher: Matcher, read_: Read) -> Proposal:
    """Who may do it, and by which rows: the only step that asks the engine.

    Raises:
        EngineUnavailable: nobody is judged on half of the rows.
    """
    asked = read_.asked
    return proposal(matcher.judged(session, asked.requirement, asked.judged_on, asked.dues, asked.seed))


def judge(session: Session, matcher: Matcher, read_: Read) -> Basis:
    """The basis of judging it now, with whoever the engine proposes.

    Raises:
        EngineUnavailable: nobody is judged on half of the rows.
    """
    return gathered(session, read_.asked, propose(session, matcher, read_))


def inputs_of(session: Session, row: tables.Requirement, read_: Read, basis: Basis) -> dict[str, Any]:
    """What is stored beside a recommendation (docs/matching.md, Replay)."""
    return {
        **freeze_basis(basis),
        "requirement": {
            "id": str(row.id),
            "number": row.number,
            "title": row.title,
            "channel": row.channel,
            "received_at": row.received_at.isoformat(),
            "row_version": row.row_version,
            "body": row.body,
        },
        "window": {"start": read_.start.isoformat(), "end": read_.end.isoformat()},
        "versions": {
            "rule": RULE_VERSION,
            "calendar": read_.asked.dues.recommend_by.calendar,
            "vocabulary": vocabulary_version(session),
        },
    }


def vocabulary_version(session: Session) -> int:
    """The number of the newest version; 0 for the shipped words."""
    version = newest(session)
    return 0 if version is None else version.number


def _kept(body: Mapping[str, Any], inputs: Mapping[str, Any] | None) -> Wanted | None:
    if inputs is None:
        return None
    before = inputs["requirement"]["body"]
    if any(before.get(name) != body.get(name) for name in TIME):
        return None
    start, end = (date.fromisoformat(inputs["window"][name]) for name in ("start", "end"))
    return Wanted(start, end)


def today(session: Session) -> date:
    """The day in Shanghai."""
    return day_of(session.info["now"]())
