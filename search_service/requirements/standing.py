"""Whether a recommended institution may still do it when it is chosen: its rows again, from the database alone.

Days pass between a recommendation and a choice; a certificate that expired or was revoked meanwhile is no basis
(S5-44).
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from search_service.kinds.days import day_of
from search_service.kinds.offered import Ref
from search_service.matching import entry, loading
from search_service.matching.verdict import Cell, Who, judge_cell
from search_service.matching.words import Conditions, Outcome, Window
from search_service.store.institution import Institution
from search_service.store.requirement import Recommendation, Requirement


def lost(
    session: Session, row: Requirement, sent: Recommendation, institution: Institution, now: datetime
) -> str | None:
    """Why it can do no item any more; None while one is met or unsure.

    What is asked was accepted when it was posted, and cannot be changed once something is recommended.
    """
    body = {name: value for name, value in row.body.items() if name in entry.FIELDS}
    posted = entry.read(body, lambda text: loading.resolve(session, text))
    conditions = Conditions(_window(sent, day_of(now)), posted.region, posted.certificate_kinds)
    division = institution.division_adcode or ""
    who = Who(Ref.of("institution", institution), institution.name, institution.status, division)
    offers = loading.offers_by_institution(session, [who.ref.id]).get(who.ref.id, [])
    tables = loading.read_tables(session, posted.items, offers)
    reason = ""
    for item in posted.items:  # the first that it can do is enough: who was recommended mostly can do the first
        cell = judge_cell(item, conditions, who, offers, tables)
        if cell.outcome > Outcome.UNMET:
            return None
        reason = reason or _said(cell)
    return reason


def _window(sent: Recommendation, today: date) -> Window:
    """What is left of the one that was recommended for; once it is over, who is chosen late must be able today."""
    start, end = (date.fromisoformat(sent.inputs["window"][name]) for name in ("start", "end"))
    return Window(max(start, today), max(end, today))


def _said(cell: Cell) -> str:
    """Of the best row, what fails first."""
    if cell.best is None:
        return "已没有对应的能力记录"
    return next(finding.tell()[0] for finding in cell.best.findings if finding.check == cell.best.first_failing)
