"""A world in structure → the plain data that the service reads."""

from datetime import date
from typing import Any

from tests.matching.reference.things import Item, Row, World


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _item(item: Item) -> dict[str, Any]:
    said = {
        "service": item.service_text,
        "object": item.object.text,
        "parameter": item.parameter.text,
        "standard": "、".join(code.text for code in item.standards),
        "range": item.range.text,
        "accuracy": item.accuracy.text,
        "place": item.place,
    }
    printed: dict[str, Any] = {name: text for name, text in said.items() if text}
    if item.certificate_kinds is not None:
        printed["certificate_kinds"] = list(item.certificate_kinds)
    return printed


def _row(row: Row) -> dict[str, Any]:
    shared = {
        "id": row.id,
        "institution": row.institution,
        "state": row.state,
        "certificates": list(row.certificates),
    }
    if row.kind == "capabilities":
        own: dict[str, Any] = {
            "object": row.object.text,
            "parameter": row.parameter.text,
            "standards": [code.text for code in row.standards],
            "limitation": row.limit.text,
        }
    elif row.kind == "authorisations":
        own = {
            "service": row.service,
            "instrument": row.object.text,
            "regulation": row.standards[0].text if row.standards else None,
            "range": row.range.text,
            "accuracy": row.accuracy.text,
            "regions": list(row.regions),
            "limitation": row.limit.text,
        }
    else:
        own = {
            "service": row.service,
            "title": row.title.text,
            "description": row.description.text,
            "capabilities": [key for key in row.links if not key.startswith("a")],
            "authorisations": [key for key in row.links if key.startswith("a")],
        }
    return shared | {name: value for name, value in own.items() if value}


def world_of(world: World) -> dict[str, list[dict[str, Any]]]:
    printed: dict[str, list[dict[str, Any]]] = {
        "institutions": [{"id": key, "name": key, "status": status} for key, status in world.institutions],
        "certificates": [
            {
                "id": one.id,
                "institution": one.institution,
                "nature": one.nature,
                "number": one.id,
                "valid_from": _day(one.start),
                "valid_to": _day(one.end),
                "state": one.state,
                "regions": list(one.regions),
            }
            for one in world.certificates
        ],
        "capabilities": [],
        "authorisations": [],
        "plans": [],
        "standards": [
            {
                "id": one.id,
                "number": one.text,
                "title": " ".join(one.title),
                "status": one.status,
                "effective_on": _day(one.effective),
                "withdrawn_on": _day(one.withdrawn),
                "replaces": [code.text for code in one.replaces],
            }
            for one in world.editions
        ],
        "divisions": [{"adcode": key, "name": key, "parent": parent} for key, parent in world.divisions],
        "synonyms": [{"word": one.word, "meaning": one.meaning, "relation": one.relation} for one in world.links],
    }
    for row in world.rows:
        printed[row.kind].append(_row(row))
    return printed


def asked_of(world: World) -> dict[str, Any]:
    asked = world.asked
    printed: dict[str, Any] = {
        "items": [_item(item) for item in asked.items],
        "start": asked.start.isoformat(),
        "certificate_kinds": list(asked.certificate_kinds),
    }
    if asked.region:
        printed["region"] = asked.region
    if asked.says_end:
        printed["end"] = asked.end.isoformat()
    else:
        printed["service_days"] = (asked.end - asked.start).days + 1
    return printed
