"""Equal tokens: nothing was committed in between."""

import contextlib

from api.wiring import Services
from search_service.store.stillness import Stillness
from tests.support import rows


def test_only_a_commit_changes_it(services: Services) -> None:
    still = Stillness(services.database)
    before = still.token()
    with services.database.read() as session:
        rows_before = session.connection().exec_driver_sql("SELECT COUNT(*) FROM standard").scalar()
    assert still.token() == before
    with services.database.write() as session:
        rows.standard(session, "GB 1-2020")
    after = still.token()
    assert after != before
    assert still.token() == after
    assert rows_before == 0


def test_what_was_rolled_back_was_never_there(services: Services) -> None:
    still = Stillness(services.database)
    with contextlib.suppress(LookupError), services.database.write() as session:
        rows.standard(session, "GB 1-2020")
        raise LookupError
    before = still.token()
    with services.database.read() as session:
        assert session.connection().exec_driver_sql("SELECT COUNT(*) FROM standard").scalar() == 0
    assert still.token() == before
