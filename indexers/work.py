"""What a rebuild or a rollback works with."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from indexers.jobs import Lease
from search_service.engines.base import Engine
from search_service.kinds.base import Kind
from search_service.store.session import Database

Progress = Callable[[str, int, int], None]
"""Told the kind, how many documents are done and how many there are."""


@dataclass(frozen=True, slots=True)
class Work:
    """One job on one kind; `lease` is the right to do it."""

    database: Database
    engine: Engine
    kind: Kind
    lease: Lease
    progress: Progress

    def held(self) -> set[str]:
        """The names of the kind's indices that the engine has."""
        return {info.name for info in self.engine.list(self.kind.name)}

    def serves(self, name: str) -> bool:
        """Whether searches see this index."""
        return self.engine.published(self.kind.name) == name

    def wait(self, seconds: float) -> None:
        """Let an engine come back; the lease stays ours."""
        time.sleep(seconds)
        self.lease.beat()
