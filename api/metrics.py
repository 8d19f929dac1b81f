"""``/metrics``: what an operator watches, in Prometheus' text format; alarms for each stand in ``docs/operations.md``.

Everything is asked of the database at the scrape, so every web process tells the same and none has to be summed up.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from api.wiring import Services
from indexers import generations
from indexers.health import oldest_job_seconds, queues
from search_service.errors import EngineUnavailable
from search_service.outbox.delivery import counts
from search_service.timekeeping.worklist import pressure

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(services: Services) -> bytes:
    """All gauges as text; an engine that is away is a value, not an error."""
    registry = CollectorRegistry()
    registry.register(_Gauges(services))
    return generate_latest(registry)


class _Gauges:
    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: the registry would otherwise collect once just to learn the names."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """One family after another, as the client library asks."""
        due = GaugeMetricFamily("zhixun_index_due", "Documents whose change is not in the index", labels=["kind"])
        lag = GaugeMetricFamily(
            "zhixun_index_lag_seconds", "Age of the oldest change not in the index", labels=["kind"]
        )
        dead = GaugeMetricFamily("zhixun_index_dead", "Documents that no index takes, with a reason", labels=["kind"])
        for queue in queues(self._services.database):
            due.add_metric([queue.kind], queue.due)
            lag.add_metric([queue.kind], queue.lag_seconds)
            dead.add_metric([queue.kind], queue.dead)
        yield from (due, lag, dead)
        drift = GaugeMetricFamily(
            "zhixun_index_drift", "Documents that the last check found to differ", labels=["kind"]
        )
        for kind, differing in generations.drift(self._services.database).items():
            drift.add_metric([kind], differing)
        yield drift
        age = oldest_job_seconds(self._services.database)
        yield GaugeMetricFamily(
            "zhixun_queue_age_seconds", "Age of the oldest open index job or wide change", value=age
        )
        outbox = counts(self._services.database)
        yield GaugeMetricFamily(
            "zhixun_outbox_age_seconds", "Age of the oldest SMS or mail that is not sent", value=outbox.oldest_seconds
        )
        yield GaugeMetricFamily("zhixun_outbox_dead", "SMS and mail that were given up", value=outbox.dead)
        yield from self._requirements()
        yield GaugeMetricFamily("zhixun_engine_up", "Whether the search engine answers", value=self._engine())

    def _requirements(self) -> Iterator[Metric]:
        with self._services.database.read() as session:
            found = pressure(session, self._services.clock.now())
        by_state = GaugeMetricFamily("zhixun_requirements_open", "Requirements that are not closed", labels=["state"])
        for state, how_many in found.open.items():
            by_state.add_metric([state], how_many)
        yield by_state
        told = {
            "zhixun_requirements_overdue": ("Without a recommendation after three working days", found.overdue),
            "zhixun_requirements_unanswered": ("Without a response after one working day", found.unanswered),
            "zhixun_requirements_undrafted": ("Without a draft a minute after posting", found.undrafted),
            "zhixun_clock_failed_steps": ("Steps of the clock that failed and are tried again", found.troubles),
        }
        for name, (text, value) in told.items():
            yield GaugeMetricFamily(name, text, value=value)
        next_due = GaugeMetricFamily(
            "zhixun_requirement_due_seconds", "Until the next recommendation is due, negative behind it; absent without"
        )
        if found.next_due_seconds is not None:
            next_due.add_metric([], found.next_due_seconds)
        yield next_due

    def _engine(self) -> int:
        try:
            return int(all(self._services.engine.published(kind.name) for kind in self._services.registry.kinds))
        except EngineUnavailable:
            return 0
