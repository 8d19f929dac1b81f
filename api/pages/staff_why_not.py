"""Why an institution was not recommended: staff ask about any, by name, code or id (docs/matching.md, step 6)."""

import uuid

from fastapi import APIRouter, Request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.doors import needs
from api.pages.form_answers import NO_STORE
from api.pages.render import page
from api.wiring import Services
from search_service.people.permissions import Permission
from search_service.query.request import SearchRequest
from search_service.recommendation.why_not import why_not
from search_service.requirements.access import missing
from search_service.store.institution import Institution
from search_service.store.requirement import Requirement

MOST = 20
"""Institutions to choose from; who sees more writes more of the name."""


def add(router: APIRouter, services: Services) -> None:
    """The page: first the question, then the institutions that it may mean, then the reason."""

    @router.get("/staff/worklist/{record_id:uuid}/why-not", dependencies=[needs(Permission.HANDLE_REQUIREMENTS)])
    def ask(request: Request, record_id: uuid.UUID) -> Response:
        typed = request.query_params.get("institution", "").strip()[:200]
        with services.database.read() as session:
            row = session.get(Requirement, record_id)
            if row is None or row.deleted_at is not None:
                raise missing()
            meant = _meant(session, services, typed) if typed else []
        chosen = meant[0] if len(meant) == 1 else None
        reason = why_not(services.database, services.matcher, record_id, str(chosen.id)) if chosen is not None else None
        items = row.body.get("items", [])
        answer = page(
            "staff_why_not.html", q="", row=row, typed=typed, meant=meant, chosen=chosen, reason=reason, items=items
        )
        answer.headers.update(NO_STORE)
        return answer


def _meant(session: Session, services: Services, typed: str) -> list[Institution]:
    """By id, code or a part of the name, hidden ones too; where none has it, what the search finds."""
    query = select(Institution).where(Institution.deleted_at.is_(None)).order_by(Institution.name, Institution.id)
    try:
        found = list(session.scalars(query.where(Institution.id == uuid.UUID(typed))))
    except ValueError:
        named = or_(Institution.name.contains(typed, autoescape=True), Institution.credit_code == typed.upper())
        found = list(session.scalars(query.where(named).limit(MOST)))
        exact = [one for one in found if typed in {one.name, one.credit_code}]
        found = exact or found
    if found:
        return found
    hits = services.search.search(SearchRequest(q=typed, kinds=("institution",), size=MOST)).hits
    wanted = [uuid.UUID(hit.id) for hit in hits]
    rows = {one.id: one for one in session.scalars(query.where(Institution.id.in_(wanted)))}
    return [rows[one] for one in wanted if one in rows]
