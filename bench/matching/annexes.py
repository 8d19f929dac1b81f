"""The rows of one institution: two hundred of one trade and those beside it, or the instruments of one place."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from bench.matching.subjects import Subject, editions, instruments, trades, weights
from search_service.store.authorisation import Authorisation, AuthorisationRegion
from search_service.store.capability import Capability
from search_service.store.institution import Certificate, Institution

OFFERS_EACH = 200
METERING = 5
"""Every so-manieth institution is one of metrology."""
MAIN = 140
"""Rows that an annex has of one trade, at most."""
LIMITED, BEHIND = 0.03, 0.08
"""Rows with a limited method, and rows that may cite another edition."""
MEASURED = ("service", "instrument", "category", "type", "regulation", "range", "accuracy", "limitation")
SHARED = 0.6
"""Rows of an institution with two certificates that stand in the annex of both."""


def metering(at: int) -> bool:
    """Whether it is one of metrology."""
    return at % METERING == 0


def testing(pick: random.Random, owner: Institution, held: Sequence[Certificate]) -> Iterator[Capability]:
    """An annex of one trade, filled up from one or two beside it."""
    for subject in annex(pick):
        said = {
            "field": subject.field,
            "object": subject.object,
            "parameter": subject.parameter,
            "standards": [{"number": _edition(pick, number), "name": name} for number, name in subject.standards],
            "limitation": subject.limitation or ("只用第一法" if pick.random() < LIMITED else None),
        }
        yield Capability(
            **_empty(Capability) | said,
            institution_id=owner.id,
            institution=owner,
            certificates=[c for c in held if c.nature == "CMA" or pick.random() < SHARED],
        )


def annex(pick: random.Random) -> list[Subject]:
    """Subjects of one institution: the commonest of its trade mostly, those of neighbouring ones where it has few."""
    every = trades()
    at = pick.choices(range(len(every)), [len(own) ** 0.5 for own in every])[0]
    chosen: dict[Subject, None] = {}
    for beside in range(len(every)):
        own = every[(at + beside) % len(every)]
        chosen |= dict.fromkeys(own[one] for one in _some(pick, len(own), min(OFFERS_EACH - len(chosen), MAIN)))
        if len(chosen) >= OFFERS_EACH:
            break
    return list(chosen)


def _some(pick: random.Random, of: int, most: int) -> list[int]:
    """So many different ones, by their weights."""
    keys = [pick.random() ** (1 / weight) for weight in weights(of)]
    return sorted(range(of), key=keys.__getitem__, reverse=True)[:most]


def _edition(pick: random.Random, number: str) -> str:
    """Some annexes are behind."""
    others = editions().get(number.rpartition("-")[0], ())
    return pick.choice(others) if others and pick.random() < BEHIND else number


def metrology(pick: random.Random, owner: Institution, held: Sequence[Certificate]) -> Iterator[Authorisation]:
    """What a county, a city or a province has its own institute for, there and nowhere else."""
    lines = instruments()
    above = owner.division.lineage if owner.division else []
    regions = above[pick.choices(range(len(above)), [1 / (4 * at + 1) for at in range(len(above))])[0] :][:1]
    for at in _some(pick, len(lines), OFFERS_EACH):
        said = {name: lines[at].get(name) for name in MEASURED} | {"organisation_class": "statutory"}
        yield Authorisation(
            **_empty(Authorisation) | said,
            institution_id=owner.id,
            institution=owner,
            certificates=list(held),
            regions=[AuthorisationRegion(adcode=place.adcode, division=place) for place in regions],
            regulation_standard=None,
        )


def _empty(model: type[Any]) -> dict[str, Any]:
    """A loaded row has all its columns."""
    return {column.key: None for column in model.__table__.columns if column.nullable} | {"subject_key": ""}
