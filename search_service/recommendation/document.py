"""推荐意见书: what a recommendation says to whoever asked for it; the page and the JSON are both made of this."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.kinds.vocabulary import SERVICES
from search_service.matching.places import Places
from search_service.matching.why_not import fix_text
from search_service.matching.words import Outcome, Requirement
from search_service.recommendation.basis import Basis, answer
from search_service.recommendation.effects import Effects, effects
from search_service.recommendation.frozen import thaw_basis
from search_service.recommendation.plain import digest
from search_service.records.access import instant
from search_service.store.institution import Institution
from search_service.store.requirement import Recommendation

AUTOMATIC, CONFIRMED, DRAFT = "系统自动推荐", "撮合人员确认", "草稿，尚未发送"
DISTANCES = ("同一区县", "同一城市", "同一省份", "其他省份或未知")
"""Distance classes, by number."""

RECOMMENDATION, NOBODY, WINDOW_OVER = "recommendation", "nobody", "window_over"
OVER = "服务期已于 {end} 结束，到期前没有发送推荐意见，因此不再核对机构；如仍有需要，请重新发布需求或联系平台"


@dataclass(frozen=True, slots=True)
class Sending:
    """How it is being sent: when, whether by the system, and what came out otherwise than in the draft."""

    at: datetime
    automatic: bool
    differences: list[dict[str, Any]]
    over: bool = False
    limited: bool = False
    """The engine did not answer: only the draft's institutions were judged again."""


def build(session: Session, found: Recommendation, sending: Sending | None = None) -> dict[str, Any]:
    """The whole document; a draft's preview without `sending`."""
    basis, said = thaw_basis(found.inputs), effects(found.edits)
    shown = answer(basis, said.without) if said.without else found.answer
    over = sending is not None and sending.over
    if over:
        text = OVER.format(end=found.inputs["window"]["end"])
        shown = {**shown, "institutions": [], "options": [], "nobody": text, "left_out": []}
    asked, body = basis.asked.requirement, found.inputs["requirement"]["body"]
    institutions = [_institution(asked, one, said) for one in shown["institutions"]]
    options = [_option(basis, option) for option in shown["options"]]
    chosen = _chosen(options, said)
    return {
        "recommendation": str(found.id),
        "number": found.number,
        "state": "draft" if sending is None else "sent",
        "kind": WINDOW_OVER if over else RECOMMENDATION if shown["nobody"] is None else NOBODY,
        "mark": DRAFT if sending is None else AUTOMATIC if sending.automatic else CONFIRMED,
        "automatic": sending is not None and sending.automatic,
        "sent_at": None if sending is None else instant(sending.at),
        "requirement": {
            **{name: found.inputs["requirement"][name] for name in ("id", "number", "title")},
            "received_at": instant(datetime.fromisoformat(found.inputs["requirement"]["received_at"])),
            "region": _place(basis.tables.places, asked.conditions.region),
            "items": [_item(at, asked, item) for at, item in enumerate(body["items"])],
        },
        **{name: value for name, value in shown.items() if name not in {"institutions", "options"}},
        "institutions": institutions,
        "options": options,
        "recommended": None if chosen is None else _recommended(session, chosen, institutions),
        "verified": [one["id"] for one in institutions if one["met"]],
        "candidates": [one["id"] for one in institutions if not one["met"]],
        "remarks": said.notes,
        "set_aside": sum(one["id"] in said.without for one in found.answer["institutions"]),
        "differences": [] if sending is None else sending.differences,
        "only_drafted": sending is not None and sending.limited,
        "versions": found.inputs["versions"],
        "digest": digest(found.answer),
    }


def label(item: Mapping[str, Any], service: str | None) -> str:
    """An item in one line, as a person would say it."""
    named = SERVICES.label(service) if service else item.get("service") or ""
    words = [named, *(item.get(name) or "" for name in ("object", "parameter", "standard", "range", "accuracy"))]
    quantity = item.get("quantity")
    return " ".join([*filter(None, words), *([f"×{quantity}"] if quantity else [])])


def _item(at: int, asked: Requirement, item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "item": at, "label": label(item, asked.items[at].service)}


def _place(places: Places, code: str) -> str:
    return places.name(code) if code else ""


def _institution(asked: Requirement, one: Mapping[str, Any], said: Effects) -> dict[str, Any]:
    """An institution of the answer; each cell of 待确认 says what is missing, and what staff found out about it."""
    cells = []
    for cell in one["items"]:
        at, told = cell["item"], dict(cell)
        if cell["outcome"] == Outcome.UNSURE.word:
            told["missing"] = fix_text(tuple(cell["codes"]), asked.items[at], asked.conditions)
            if (one["id"], at) in said.cleared:
                told["cleared"] = said.cleared[one["id"], at]
        cells.append(told)
    return {**one, "items": cells}


def _option(basis: Basis, option: Mapping[str, Any]) -> dict[str, Any]:
    """How far its farthest member is, beside what matching says of it."""
    region, places = basis.asked.requirement.conditions.region, basis.tables.places
    farthest = max(places.distance(region, basis.who[one].division) for one in option["institutions"])
    return {**option, "distance": farthest, "distance_label": DISTANCES[farthest]}


def _chosen(options: list[dict[str, Any]], said: Effects) -> dict[str, Any] | None:
    """The option that staff chose where it is still one, else the best: each is better than the one before."""
    for option in options:
        if option["at_most"] == said.at_most:
            return option
    return options[-1] if options else None


def _recommended(session: Session, chosen: dict[str, Any], institutions: list[dict[str, Any]]) -> dict[str, Any]:
    """The chosen option with how to reach its members: their public phone and address."""
    known = {one["id"]: one for one in institutions}
    rows = {str(row.id): row for row in session.scalars(select(Institution).where(Institution.id.in_(_ids(chosen))))}
    members = []
    for one in chosen["institutions"]:
        row = rows.get(one)
        by_outcome = {
            word: [cell["item"] for cell in known[one]["items"] if cell["outcome"] == word]
            for word in ("met", "unsure")
        }
        reach = {"phone": row.phone or "" if row else "", "address": row.address or "" if row else ""}
        members.append({"id": one, "name": known[one]["name"], **reach, **by_outcome})
    return {**chosen, "institutions": members}


def _ids(chosen: Mapping[str, Any]) -> list[Any]:
    return [uuid.UUID(one) for one in chosen["institutions"]]
