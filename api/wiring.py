"""All wiring: which database, which engine, which clock; decided here, once (founding decision 4, two ways to run).

| | embedded (default) | production |
|---|---|---|
| system of record | SQLite | PostgreSQL |
| engine | tantivy, in this process | Elasticsearch |
| who brings changes into the index | a thread of one web process | Celery workers, rung through Redis |

Each of the three is chosen by itself: tests and small sites mix them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from api import production
from api.background import POLL_SECONDS, Background, Lock, OpenLock, WriterLock, worker_name
from api.bell import Bell
from api.messenger import Runs, Together, messenger
from api.settings import Settings, SettingsRefused, read
from api.timekeeper import Looker, timekeeper
from indexers.claims import forget_dead
from indexers.drain import drain, drain_all
from indexers.jobs import Stopped
from indexers.outdated import ask_again, ask_for_missing, ask_for_other_words, ensure, notice
from indexers.rebuild import silent, work_off
from indexers.sweep import sweep
from indexers.work import Progress
from search_service import failpoints, kinds
from search_service.clock.notices import seed as seed_calendar
from search_service.clock.time import Clock
from search_service.engines.base import Engine
from search_service.engines.embedded.engine import EmbeddedEngine
from search_service.kinds.registry import Registry
from search_service.matching.match import Matcher
from search_service.records.query_log import QueryLog
from search_service.search import Search
from search_service.store.migrate import difference, upgrade
from search_service.store.session import Database

WEB_STATEMENT_SECONDS = 5
"""No page needs a statement as long as this; a worker's and a command's may take what they need."""


@dataclass(slots=True)
class Services:
    """What every entry point works with."""

    settings: Settings
    registry: Registry
    clock: Clock
    database: Database
    engine: Engine
    search: Search
    matcher: Matcher
    query_log: QueryLog
    lock: Lock
    wake: Callable[[], None] = field(default=lambda: None)
    """Called after every committed change."""

    def close(self) -> None:
        """Let go of everything."""
        self.lock.release()
        self.engine.close()
        self.database.close()


def build(settings: Settings | None = None, *, web: bool = False) -> Services:
    """Open everything; `web`: for a process that answers people, whose statements are short.

    Raises:
        SettingsRefused: settings that mean nothing, that production refuses, or a schema of another release.
    """
    settings = settings or read()
    production.require_safe(settings)
    failpoints.configure(settings.failpoints)
    if settings.debug:
        logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _schema(settings)
    clock = Clock(settings.clock_start)
    database = Database(settings.url, clock.now, statement_seconds=WEB_STATEMENT_SECONDS if web else 0)
    seed_calendar(database)
    engine = _engine(settings)
    query_log = QueryLog(database)
    return Services(
        settings=settings,
        registry=kinds.REGISTRY,
        clock=clock,
        database=database,
        engine=engine,
        # What a command asks is nobody's search.
        search=Search(database, engine, noted=query_log.noted) if web else Search(database, engine),
        matcher=Matcher(database, engine),
        query_log=query_log,
        lock=WriterLock(settings.index_dir / "writer.lock") if settings.engine == "embedded" else OpenLock(),
    )


def _schema(settings: Settings) -> None:
    """Development migrates when it starts; in production that is a step of its own, before many processes start."""
    if settings.mode == "development":
        upgrade(settings.url)
    elif (found := difference(settings.url)) is not None:
        raise SettingsRefused(f"数据库{found.message}:{found.advice}")


def _engine(settings: Settings) -> Engine:
    if settings.engine == "embedded":
        return EmbeddedEngine(settings.index_dir)
    # Imported only where it is used: the client takes half a second.
    from search_service.engines.elastic import ElasticEngine  # noqa: PLC0415
    from search_service.engines.elastic.connection import Access  # noqa: PLC0415

    password = settings.elasticsearch_password
    access = Access(
        settings.elasticsearch_user, password.get_secret_value() if password else "", settings.elasticsearch_ca
    )
    return ElasticEngine(settings.elasticsearch_url, settings.index_prefix, access)


def background(services: Services) -> Runs:
    """What a web process runs beside its requests; `services.wake` rings it from now on."""
    found = Bell(_ring(services)) if services.settings.has_workers else threads(lambda: services, services.lock)
    services.wake = found.wake
    return found


def threads(services: Callable[[], Services], lock: Lock, poll_seconds: float = POLL_SECONDS) -> Together:
    """Who does the work: the index's threads, the one that sends messages, and the one that looks at the clock."""

    def opened() -> tuple[Database, Settings]:
        found = services()
        return found.database, found.settings

    return Together(
        drainer(services, lock, poll_seconds),
        messenger(opened, poll_seconds),
        timekeeper(Looker(services), poll_seconds),
    )


def _ring(services: Services) -> Callable[[], object]:
    from api import worker  # noqa: PLC0415 - Celery is imported only where it is used

    worker.app.conf.broker_url = services.settings.broker_url
    return worker.ring


def drainer(services: Callable[[], Services], lock: Lock, poll_seconds: float = POLL_SECONDS) -> Background:
    """The thread that brings changes into the index, and beside it the one that rebuilds.

    In a web process, or in each process of a worker, which may have to wait for its services to be there.
    """
    found = Background(
        lock,
        prepare=lambda: prepare(services()),
        step=lambda: step(services()),
        poll_seconds=poll_seconds,
        beside=(
            lambda: ask_for_missing(services().database, services().engine),
            lambda: index_jobs(services(), found.stopping),
        ),
    )
    return found


def prepare(services: Services) -> None:
    """Before anything is drained: an index that the documents of this program no longer fit takes none."""
    if writes_alone(services):
        forget_dead(services.database)
    notice(services.database, services.engine)


def index_jobs(services: Services, stopping: Callable[[], bool]) -> bool:
    """Do one rebuild or rollback that somebody asked for, else one nightly comparison; whether there was one."""
    alone = writes_alone(services)
    ask_for_other_words(services.database, services.engine)
    ask_again(services.database, services.engine)
    try:
        if work_off(services.database, services.engine, worker=worker_name(), alone=alone, stopping=stopping):
            return True
    except Stopped:
        return False
    return sweep(services.database, services.engine)


def writes_alone(services: Services) -> bool:
    """Whether holding the lock proves that no other process writes to the indices."""
    return isinstance(services.lock, WriterLock)


def step(services: Services) -> bool:
    """One batch of each kind that is due; whether more is waiting."""
    return drain(services.database, services.engine, worker=worker_name()).due


def bring_up_to_date(services: Services, progress: Progress = silent) -> bool:
    """Make the index current from a command; False where a running server does it anyway."""
    if not services.lock.acquire():
        return False
    try:
        alone = writes_alone(services)
        if alone:
            forget_dead(services.database)
        ensure(services.database, services.engine, progress, alone=alone)
        drain_all(services.database, services.engine, worker=worker_name())
    finally:
        services.lock.release()
    return True
