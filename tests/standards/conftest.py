"""A few standards in a database, and the check on them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from api.wiring import Services
from search_service.kinds.numbers import number_key
from search_service.standards.check import Checked, Report, check
from search_service.standards.reading import read_text
from search_service.store.standard import StandardReplacement
from tests.support import rows

Shelve = Callable[..., None]
Ask = Callable[[str], Checked]


def add_standard(session: Any, number: str, replaces: Sequence[str] = (), **given: Any) -> Any:
    row = rows.standard(session, number, **given)
    for at, old in enumerate(replaces):
        session.add(StandardReplacement(standard_id=row.id, number_key=number_key(old), number=old, position=at))
    session.flush()
    return row


@pytest.fixture
def shelve(services: Services) -> Shelve:
    """Store standards: ``shelve(["GB/T 1-2000", "withdrawn"], ["GB/T 1-2010", "current", ["GB/T 1-2000"]])``."""

    def store(*given: Sequence[Any]) -> None:
        with services.database.write() as session:
            for number, status, *replaces in given:
                effective = date(int(number[-4:]), 6, 1) if number[-4:].isdigit() and status == "current" else None
                add_standard(session, number, *replaces, status=status, effective_on=effective)

    return store


@pytest.fixture
def report(services: Services) -> Callable[..., Report]:
    return lambda text, region=None: check(services.database, read_text(text), region)


@pytest.fixture
def ask(report: Callable[..., Report]) -> Ask:
    """The one result of one number."""

    def one(text: str) -> Checked:
        (found,) = report(text).results
        return found

    return one
