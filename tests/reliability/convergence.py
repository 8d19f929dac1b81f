"""Criterion Z(N): nothing acknowledged is lost, and the index is what the database says within N seconds.

N is for a machine that does nothing else, and printed beside what it took; a test fails where it takes `BUSY` times as
long, because the other tests share its two cores.
"""

import time
from dataclasses import dataclass

from sqlalchemy import func, select

from api.wiring import Services
from indexers.verify import compare
from search_service.query.request import SearchRequest
from search_service.store.journal import FanOut, IndexJob, IndexState
from search_service.store.standard import Standard
from tests.reliability.ledger import Ledger, lost
from tests.reliability.processes import BUSY

POLL_SECONDS = 0.2
ASKED = 100
"""Titles that are searched for at the end, drawn evenly: (id, seq) say what was written, this says what is found."""


@dataclass(frozen=True, slots=True)
class Held:
    """That criterion Z held, in figures; what is not zero has failed before."""

    acknowledged: int
    lost: int
    stale: int
    seconds: float
    within: float

    def figures(self, **more: object) -> dict[str, object]:
        """For the report, with what the scenario counted itself."""
        counted = {"acknowledged": self.acknowledged, "lost": self.lost, "stale": self.stale}
        return {**more, **counted, "seconds_to_converge": f"{self.seconds:.1f} (N {self.within:g})"}


def hold(services: Services, ledger: Ledger, within: float) -> Held:
    """Criterion Z for scenarios that write standards."""
    missing = lost(services.database, ledger)
    assert not missing, missing[:5]
    seconds = converged(services, within)
    stale = not_as_written(services)
    assert not stale, stale[:5]
    return Held(len(ledger.entries()), len(missing), len(stale), seconds, within)


def converged(services: Services, within: float) -> float:
    """Seconds until nothing waits and every kind's index equals the database's projection, N being `within`."""
    began = time.monotonic()
    while (waiting := due(services)) or (differing := differences(services)):
        spent = time.monotonic() - began
        said = f"{waiting} wait" if waiting else f"they differ: {differing[:5]}"
        assert spent < within * BUSY, f"after {spent:.1f} s {said}"
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


def due(services: Services) -> int:
    """What is not done yet: marks, dead ones too, since nothing here may die; wide changes; rebuilds."""
    waiting = (
        select(func.count()).select_from(IndexState).where(IndexState.seq > IndexState.done_seq),
        select(func.count()).select_from(FanOut),
        select(func.count()).select_from(IndexJob).where(IndexJob.finished_at.is_(None)),
    )
    with services.database.read() as session:
        return sum(session.scalar(count) or 0 for count in waiting)


def differences(services: Services) -> list[str]:
    """What the indices lack, have too old or too new, or have although it is hidden or gone."""
    found: list[str] = []
    for kind in services.registry.kinds:
        index = services.engine.published(kind.name)
        if index is None:
            found.append(f"{kind.name} has no index")
        else:
            found += compare(services.database, services.engine, kind, index).all
    return found


def not_as_written(services: Services) -> list[str]:
    """(id, seq) say what was indexed; here the last word of a title has to find just this standard, as it is now."""
    with services.database.read() as session:
        rows = session.execute(select(Standard.id, Standard.title).where(Standard.deleted_at.is_(None))).all()
    found = []
    for row_id, title in rows[:: max(1, len(rows) // ASKED)]:
        unique = title.split()[-1]
        hits = services.search.search(SearchRequest(q=unique, kinds=("standard",))).hits
        if [hit.id for hit in hits] != [str(row_id)]:
            found.append(f"{unique} of {row_id} finds {[hit.title for hit in hits]}")
    return found
