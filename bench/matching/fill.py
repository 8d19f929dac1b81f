"""A platform of many institutions with two hundred offers each, made of the shipped sample's words.

Subjects (object × parameter × standards) are as often offered as on a real platform: a few by nearly everybody who
works in the field, most by some dozens.
"""

import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from api import wiring
from api.sample import FOLDER as SAMPLE
from api.settings import Settings
from search_service.records.interchange import load
from search_service.store import bulk
from search_service.store.authorisation import Authorisation, AuthorisationRegion, authorisation_certificate
from search_service.store.capability import Capability, capability_certificate
from search_service.store.division import Division
from search_service.store.institution import Certificate, Institution
from search_service.store.session import MARKED, Database

OFFERS_EACH = 200
AT_ONCE = 20
"""Institutions of one transaction."""
SEED = 2611
VARIANTS = 12
"""Objects made of each one of the sample: a platform has ten times as many subjects as our sample."""


def sample(name: str) -> list[dict[str, Any]]:
    """Rows of a shipped file."""
    return [json.loads(line) for line in (SAMPLE / name).read_text("utf-8").splitlines()]


def subjects() -> list[dict[str, Any]]:
    """Testing subjects: the sample's, and the same parameters and standards for other objects of a like name."""
    own = [row for row in sample("capabilities.jsonl") if row.get("state") == "published"]
    found = list(own)
    words = ("工业", "民用", "出口", "再生", "特种", "高强", "轻质", "精制", "复合", "改性", "预制", "车用")
    for variant in words[: VARIANTS - 1]:
        found += [{**row, "object": f"{variant}{row['object']}"} for row in own]
    return found


def filled(folder: Path, institutions: int) -> Path:
    """A data folder with so many institutions, indexed by the embedded engine; what is there is used again."""
    services = wiring.build(Settings(data_dir=folder))
    load(services.database, sorted(SAMPLE.glob("*.jsonl")))
    with services.database.read() as session:
        there = session.scalar(select(func.count()).select_from(Institution)) or 0
        places = sorted(session.scalars(select(Division.adcode).where(Division.valid_to.is_(None))))
    pick = random.Random(SEED)
    tests, instruments = subjects(), sample("authorisations.jsonl")
    weights = [1 / (at + 20) for at in range(len(tests))]
    pick.shuffle(tests)
    for start in range(there, institutions, AT_ONCE):
        with services.database.write(durable=False) as session:
            for at in range(start, min(start + AT_ONCE, institutions)):
                _institution(session, at, pick, places, tests, weights, instruments)
    wiring.bring_up_to_date(services)
    services.close()
    return folder


def _institution(
    session: Any,
    at: int,
    pick: random.Random,
    places: list[str],
    tests: list[dict[str, Any]],
    weights: list[float],
    instruments: list[dict[str, Any]],
) -> None:
    place = pick.choice(places)
    (owner,) = bulk.bulk_insert(
        session,
        Institution,
        [
            {
                "name": f"示例{at}号检测院",
                "name_key": f"示例{at}号检测院",
                "credit_code": f"9161{at:014d}",
                "division_adcode": place,
                "business_kinds": ["testing"],
                "status": "active",
                **{name: [] for name in ("former_names", "short_names", "display_certificates", "cases")},
            }
        ],
    )
    cma, metrology = bulk.bulk_insert(
        session,
        Certificate,
        [
            {
                "institution_id": owner,
                "nature": nature,
                "number": f"{nature}{at}",
                "number_key": f"{nature}{at}".lower(),
                "valid_from": date(2024, 1, 1),
                "valid_to": date(2026 + pick.randint(0, 4), 12, 31),
                "regions": [],
                "state": "valid",
            }
            for nature in ("CMA", "metrology")
        ],
    )
    metering = at % 5 == 0
    chosen = [] if metering else _distinct(pick, tests, weights)
    rows = [
        {
            "institution_id": owner,
            "field": row.get("field"),
            "object": row["object"],
            "parameter": row.get("parameter"),
            "standards": [{"number": n} if isinstance(n, str) else n for n in row["standards"]],
            "limitation": row.get("limitation"),
            "sort_order": 0,
            "subject_key": "",
            "state": "published",
        }
        for row in chosen
    ]
    ids = bulk.bulk_insert(session, Capability, rows)
    if ids:
        links = [{"capability_id": i, "certificate_id": cma} for i in ids]
        session.execute(insert(capability_certificate), links, execution_options={MARKED: True})
    if metering:
        _metering(session, owner, metrology, place, pick, instruments)


def _metering(
    session: Any, owner: Any, certificate: Any, place: str, pick: random.Random, instruments: list[dict[str, Any]]
) -> None:
    rows = [pick.choice(instruments) for _ in range(OFFERS_EACH)]
    ids = bulk.bulk_insert(
        session,
        Authorisation,
        [
            {
                "institution_id": owner,
                **{k: row.get(k) for k in ("service", "instrument", "regulation", "range", "accuracy", "limitation")},
                "regulation_key": row.get("regulation"),
                "organisation_class": "statutory",
                "subject_key": "",
                "state": "published",
            }
            for row in rows
        ],
    )
    session.execute(
        insert(authorisation_certificate),
        [{"authorisation_id": i, "certificate_id": certificate} for i in ids],
        execution_options={MARKED: True},
    )
    regions = {place, f"{place[:4]}00", f"{place[:2]}0000"}
    session.execute(
        insert(AuthorisationRegion),
        [{"authorisation_id": i, "adcode": code} for i in ids for code in regions],
        execution_options={MARKED: True},
    )


def _distinct(pick: random.Random, tests: list[dict[str, Any]], weights: list[float]) -> list[dict[str, Any]]:
    return pick.choices(tests, weights, k=OFFERS_EACH)


def requirements(count: int, items: int, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """Requirements as an enterprise posts them: subjects that somebody offers, most with the standard's number."""
    pick = random.Random(seed)
    tests, instruments = subjects(), sample("authorisations.jsonl")
    for _ in range(count):
        asked = []
        for _ in range(items):
            if pick.random() < 0.2:
                row = pick.choice(instruments)
                asked.append(
                    {
                        "service": row["service"],
                        "object": row["instrument"],
                        "standard": row["regulation"].rpartition("-")[0],
                        "range": row.get("range") or "",
                    }
                )
            else:
                row = pick.choice(tests)
                first = (row["standards"] or [""])[0]
                number = first if isinstance(first, str) else first["number"]
                asked.append(
                    {
                        "service": "testing",
                        "object": row["object"],
                        "parameter": row.get("parameter") or "",
                        "standard": number.rpartition("-")[0] if pick.random() < 0.8 else "",
                    }
                )
        yield {"region": "610113", "certificate_kinds": ["CMA"], "items": asked}


__all__ = ["Database", "filled", "requirements"]
