"""The two ways to run, as scenarios see them: settings for processes, and services for the one who checks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx2

from api import wiring
from api.settings import Settings
from api.wiring import Services
from search_service.records.tokens import create_token
from tests.reliability.processes import Process, Web, Worker

P = TypeVar("P", bound=Process)
Report = Callable[..., None]
"""Prints figures by name."""
LAST_CHARACTERS = 3_000
"""Of what a process printed: its last outage with a stack or two."""


def embedded_settings(folder: Path) -> dict[str, str]:
    """SQLite and the embedded engine in a folder."""
    return {"ZHIXUN_DATA_DIR": str(folder / "data")}


def production_settings(folder: Path, postgres: str, redis: str, elastic: str, prefix: str) -> dict[str, str]:
    """The three servers; passwords and https, which the mode called production insists on, are not what fails here."""
    return {
        "ZHIXUN_DATA_DIR": str(folder / "data"),
        "ZHIXUN_DATABASE_URL": postgres,
        "ZHIXUN_ENGINE": "elastic",
        "ZHIXUN_ELASTICSEARCH_URL": elastic,
        "ZHIXUN_INDEX_PREFIX": prefix,
        "ZHIXUN_REDIS_URL": redis,
    }


@dataclass(slots=True)
class World:
    """Databases, engines and folders of one scenario, and every process that it started.

    `production`: PostgreSQL, Elasticsearch, Celery and Redis; otherwise everything is in the web process.
    """

    folder: Path
    env: dict[str, str]
    production: bool
    running: list[Process] = field(default_factory=list)
    opened: list[Services] = field(default_factory=list)
    lines: list[httpx2.Client] = field(default_factory=list)

    def open(self, **more: str) -> Services:
        """Services for looking, in the test's own process; `more` are further settings (``elasticsearch_url=…``)."""
        names = {name.removeprefix("ZHIXUN_").lower(): value for name, value in self.env.items()}
        found = wiring.build(Settings.model_validate({**names, **more}))
        self.opened.append(found)
        return found

    def ready(self) -> Services:
        """The same, with an index of every kind; the next writer is another process."""
        found = self.open()
        wiring.bring_up_to_date(found)
        self.leave(found)
        return found

    def leave(self, services: Services) -> None:
        """Stop writing here: the embedded engine has one writer, which is to be another process from now on."""
        if not self.production:
            services.engine.close()
            services.lock.release()

    def web(self, **more: str) -> Web:
        """A web process that answers."""
        made = self._kept(Web({**self.env, **more}, self._log("web")))
        made.start()
        return made

    def worker(self, **more: str) -> Worker:
        """What drains in production, with one process in its pool; begun, not waited for."""
        made = self._kept(Worker({**self.env, **more}, self._log("worker")))
        made.start()
        return made

    def command(self, *arguments: str, **more: str) -> Process:
        """``zhixun …`` beside all others; begun, not waited for."""
        made = self._kept(Process("zhixun", *arguments, env={**self.env, **more}, log=self._log("command")))
        made.start()
        return made

    def drainer(self) -> Process:
        """Whatever brings changes into the index: a worker in production, the web process otherwise; not started."""
        if self.production:
            return self._kept(Worker(self.env, self._log("worker")))
        return self._kept(Web(self.env, self._log("web")))

    def token(self, services: Services) -> str:
        """A staff token."""
        return create_token(services.database, "staff")

    def http(self, web: Web, token: str) -> httpx2.Client:
        """A user of the API, with more patience than any refusal takes."""
        headers = {"Authorization": f"Bearer {token}"}
        made = httpx2.Client(base_url=f"{web.address}/api/v1", headers=headers, timeout=60)
        self.lines.append(made)
        return made

    def close(self) -> None:
        """Leave nothing running; the last lines of each process stand beside a failure."""
        for line in self.lines:
            line.close()
        for process in self.running:
            ended = "" if process.alive else f", ended with {process.exit_code}"
            print(f"--- {process.name}{ended}\n{process.said()[-LAST_CHARACTERS:]}")  # noqa: T201 - pytest shows it on failure
            process.kill()
        for services in self.opened:
            services.close()

    def _kept(self, process: P) -> P:
        self.running.append(process)
        return process

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}{len(self.running)}.log"
