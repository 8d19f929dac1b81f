"""Celery, thin: a task that drains, one that looks at the clock, a beat that rings for both, Redis as the bell only.

The queue carries no facts: what is to be done stands in the database as marks, claimed there with a lease.  So a task
that is lost, late, doubled or delivered to two workers at once changes nothing, and a worker that hears no bell at all
(celery#8030: deaf after Redis came back) still drains, because each of its processes also looks by itself.
"""

import logging
import os
from threading import Lock
from time import monotonic
from typing import Any

# Read by Celery when it is imported: an orchestrator's SIGTERM is the soft shutdown, which waits for what is running.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

from celery import Celery
from celery.beat import ScheduleEntry, Scheduler
from celery.signals import worker_process_init, worker_process_shutdown

from api import settings, wiring
from api.background import OpenLock
from api.messenger import Together
from api.outages import Outage
from api.timekeeper import Looker
from api.wiring import Services
from search_service.errors import ZhixunError

LOG = logging.getLogger(__name__)

DRAIN = "zhixun.drain"

TICK = "zhixun.tick"

BEAT_SECONDS = 5.0
"""A ring that was lost costs at most this: the freshness promised in production."""

BOUND_SECONDS = 20.0
"""A task ends after this even when more is due, and rings again: a worker that is told to stop is gone in 30 s."""

CONFIGURATION: dict[str, Any] = {
    "task_acks_late": True,  # a killed worker's task is not lost; done twice it does nothing
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,  # no worker sits on rings that another could answer
    # Six times the bound: then something hangs, and its process is replaced.  No soft limit before it: that is an
    # exception anywhere, and a row whose document was just being made would be called one that none can be made of.
    "task_time_limit": 120,
    "task_soft_time_limit": None,
    "worker_soft_shutdown_timeout": 25,  # above the bound, below the 60 s that compose waits
    "worker_enable_soft_shutdown_on_idle": False,
    "task_ignore_result": True,
    "result_backend": None,
    "task_serializer": "json",
    "accept_content": ["json"],  # nothing that executes
    "task_publish_retry": False,  # the bell has its own patience
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,  # Redis may be away for days
    "broker_transport_options": {
        "visibility_timeout": 600,  # above the time limit, or running tasks would be delivered again
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    "worker_cancel_long_running_tasks_on_connection_loss": False,  # the bell is not needed to finish
    "worker_hijack_root_logger": False,
    "timezone": "Asia/Shanghai",
    "beat_schedule": {
        # Rings pile up while no worker is there; one that nobody heard for ten seconds says nothing any more.
        "drain": {"task": DRAIN, "schedule": BEAT_SECONDS, "options": {"expires": 2 * BEAT_SECONDS}},
        "tick": {"task": TICK, "schedule": BEAT_SECONDS, "options": {"expires": 2 * BEAT_SECONDS}},
    },
}

app = Celery("zhixun", set_as_current=False)
app.conf.update(CONFIGURATION)
app.add_defaults(lambda: {"broker_url": settings.read().broker_url})


class Process:
    """What one process of the pool holds: opened after the fork, since connections cannot be shared."""

    _lock = Lock()
    _services: Services | None = None
    _looking: Together | None = None

    @classmethod
    def services(cls) -> Services:
        """Connected when it is first asked for, and asked for again where that failed: the database may come later."""
        with cls._lock:
            if cls._services is None:
                cls._services = wiring.build()
            return cls._services

    @classmethod
    def begin(cls, **_: Any) -> None:
        """Look for what is due, without being rung, too."""
        cls._looking = wiring.threads(cls.services, OpenLock(), BEAT_SECONDS)
        cls._looking.start()

    @classmethod
    def end(cls, **_: Any) -> None:
        """Finish the batch at hand, so that nothing stays claimed, and let go."""
        if cls._looking is not None:
            cls._looking.stop()
        if cls._services is not None:
            cls._services.close()
        cls._services = cls._looking = None


worker_process_init.connect(Process.begin)
worker_process_shutdown.connect(Process.end)


_AWAY = Outage(LOG, "not drained")


def drain() -> None:
    """Drain until nothing is due, or until the bound; what cannot be done now stays marked."""
    until = monotonic() + BOUND_SECONDS
    try:
        while wiring.step(Process.services()):
            if monotonic() > until:
                ring()
                return
    except ZhixunError as error:
        _AWAY.seen(error)
    else:
        _AWAY.over()


app.task(drain, name=DRAIN)


_LOOKER = Looker(Process.services)


def tick() -> None:
    """Look at the clock; the thread of this process does, too, so that a ring that is lost costs some seconds."""
    try:
        _LOOKER.look()
    except ZhixunError as error:
        _AWAY.seen(error)
    else:
        _AWAY.over()


app.task(tick, name=TICK)


class Rings(Scheduler):  # type: ignore[misc] # Celery has no types
    """Celery's own, which remembers nothing; it would log a stack every five seconds while Redis is away."""

    _away = Outage(LOG, "the beat does not ring, workers look by themselves")

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Ring."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except Exception as error:  # noqa: BLE001 - whatever a broker's client raises, the next ring says the same
            self._away.seen(error)
        else:
            self._away.over()


def ring() -> None:
    """Ask for a drain; a ring that nobody hears for ten seconds is dropped, the next one says the same."""
    app.send_task(DRAIN, expires=2 * BEAT_SECONDS)


def work(concurrency: int) -> None:
    """Be a worker, until told to stop."""
    # Without mingle and gossip: workers have nothing to tell each other, and both make a worker deaf (celery#8091).
    flags = ["--without-mingle", "--without-gossip", "--loglevel=WARNING", f"--concurrency={concurrency}"]
    app.worker_main(["--quiet", "worker", *flags])


def beat() -> None:
    """Be the one beat; it remembers nothing, so that it needs no file: two of them harm nobody."""
    app.start(["beat", "--scheduler=api.worker:Rings", "--loglevel=WARNING"])
