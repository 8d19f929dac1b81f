"""Step 1: the engine's proposals lose nothing that the checks would call met or unsure."""

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from api.wiring import Services
from indexers.outdated import ensure
from search_service.kinds.offered import Offer
from search_service.kinds.registry import REGISTRY
from search_service.matching import candidates, loading
from search_service.matching.match import Matcher
from search_service.matching.revoked import SUCCESSORS
from search_service.matching.tables import Tables
from search_service.matching.verdict import judge
from search_service.matching.words import Conditions, Item, Outcome, Window
from search_service.store.division import Division
from tests.support import rows

CONDITIONS = Conditions(Window(date(2026, 12, 1), date(2026, 12, 15)), "610113")


def every_offer(services: Services) -> dict[str, tuple[str, Offer]]:
    """All offers of the sample by id, each with its kind."""
    found = {}
    with services.database.read() as session:
        for kind in loading.offering():
            offers = loading.offers_of(session, kind, session.scalars(kind_ids(kind)).all())
            found.update({offer.ref.id: (kind.name, offer) for offer in offers})
    return found


def kind_ids(kind: Any) -> Any:
    return select(kind.model.id)


def items(offers: list[Offer], count: int) -> Iterator[Item]:
    """What people might ask, made of what rows say: as it stands, parts of it, words of two rows mixed."""
    pick = random.Random(6)
    for _ in range(count):
        one, other = pick.choice(offers), pick.choice(offers)
        cells = one.standards or ("",)
        number, parameter = pick.choice(cells), one.parameter or ""
        yield Item(
            service=pick.choice([*one.services, None, pick.choice(other.services)]),
            object=pick.choice([one.subject, one.subject[:3], one.subject[-4:], other.subject, "", "螺纹钢", "电子秤"]),
            parameter=pick.choice([parameter, parameter[-3:], other.parameter or "", "", "全项", "Cd"]),
            standard=pick.choice([number, number.rpartition("-")[0], "", "", "GB/T 99999", "国标"]),
            range=one.range if pick.random() < 0.3 else "",
        )


def test_nothing_is_lost_on_the_sample(sample: Services) -> None:
    offers = every_offer(sample)
    matcher = Matcher(sample.database, sample.engine)
    missed, able = [], 0
    with sample.database.read() as session:
        known = loading.institutions(session, {offer.institution for _, offer in offers.values()})
        for item in items([offer for _, offer in offers.values()], 40):
            tables = matcher.tables(session, [item], ())
            proposed = candidates.propose(session, sample.engine, item, CONDITIONS, tables, {})
            ids = {str(one) for found in proposed.rows.values() for one in found}
            for one, (kind, offer) in offers.items():
                if one not in ids and judged(item, known, offer, tables) > Outcome.UNMET:
                    missed.append((item, kind, offer))
                able += one in ids
    assert not missed, missed[:3]
    assert able > 300


def judged(item: Item, known: dict[str, Any], offer: Offer, tables: Tables) -> Outcome:
    return judge(item, CONDITIONS, known[offer.institution][0], offer, tables).outcome


def test_a_row_that_the_index_does_not_have_yet_is_proposed(services: Services) -> None:
    ensure(services.database, services.engine)
    with services.database.write() as session:
        owner = rows.institution(session)
        row = rows.capability(session, owner, rows.certificate(session, owner))
    body = {"items": [{"service": "检测", "object": row.object, "parameter": row.parameter}], "region": "610113"}
    answer = Matcher(services.database, services.engine).match(body)
    assert [one["id"] for one in answer["institutions"]] == [str(owner.id)]


def test_only_kinds_that_say_so_are_offers() -> None:
    assert [kind.name for kind in loading.offering()] == ["capability", "authorisation", "plan"]
    assert not any(kind.offer(object()) for kind in REGISTRY.kinds if not kind.offer_reads)


def test_whatever_is_no_longer_means_something_that_is(sample: Services) -> None:
    with sample.database.read() as session:
        rows_of = {row.adcode: row for row in session.scalars(select(Division))}
        ended = {code for code, row in rows_of.items() if row.valid_to is not None}
        assert len(ended) > 20
        for code in sorted(ended | set(SUCCESSORS)):
            found = loading.resolve(session, code)
            assert found.adcode in rows_of, code
            assert found.adcode not in ended, code
            assert f"{code} 已撤销" in found.note


@pytest.mark.parametrize("text", ["610126", "高陵县"])
def test_a_division_that_is_no_longer_means_its_successor(sample: Services, text: str) -> None:
    with sample.database.read() as session:
        found = loading.resolve(session, text)
    assert found.adcode == "610117"
    assert "610126 已撤销" in found.note
