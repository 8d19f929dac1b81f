"""All wiring: which database, which engine, which clock; decided here, once (founding decision 4, two ways to run)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from api.background import Background, WriterLock, worker_name
from api.settings import Settings
from indexers.drain import drain, drain_all
from indexers.rebuild import Progress, ensure
from search_service import kinds
from search_service.clock.time import Clock
from search_service.engines.base import Engine
from search_service.engines.embedded.engine import EmbeddedEngine
from search_service.kinds.registry import Registry
from search_service.search import Search
from search_service.store.migrate import upgrade
from search_service.store.session import Database


@dataclass(slots=True)
class Services:
    """What every entry point works with."""

    settings: Settings
    registry: Registry
    clock: Clock
    database: Database
    engine: Engine
    search: Search
    lock: WriterLock
    wake: Callable[[], None] = field(default=lambda: None)
    """Called after every committed change."""

    def close(self) -> None:
        """Let go of everything."""
        self.lock.release()
        self.engine.close()
        self.database.close()


def build(settings: Settings | None = None) -> Services:
    """Open the embedded mode: create the data folder, migrate, connect."""
    settings = settings or Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    upgrade(settings.url)
    clock = Clock(settings.clock_start)
    database = Database(settings.url, clock.now)
    engine = EmbeddedEngine(settings.index_dir)
    return Services(
        settings=settings,
        registry=kinds.REGISTRY,
        clock=clock,
        database=database,
        engine=engine,
        search=Search(database, engine),
        lock=WriterLock(settings.index_dir / "writer.lock"),
    )


def background(services: Services) -> Background:
    """The drain thread of a web process; `services.wake` rings it from now on."""
    found = Background(
        services.lock,
        prepare=lambda: ensure(services.database, services.engine, services.settings.index_prefix),
        step=lambda: drain(services.database, services.engine, worker=worker_name()).due,
    )
    services.wake = found.wake
    return found


def bring_up_to_date(services: Services, progress: Progress = lambda *_: None) -> bool:
    """Make the index current from a command; False where a running server does it anyway."""
    if not services.lock.acquire():
        return False
    try:
        ensure(services.database, services.engine, services.settings.index_prefix, progress)
        drain_all(services.database, services.engine, worker=worker_name())
    finally:
        services.lock.release()
    return True
