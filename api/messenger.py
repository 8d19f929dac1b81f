"""Sending what stands in the outbox, beside everything else: a gateway that is slow or away holds up no index."""

from collections.abc import Callable
from typing import Protocol

from api.background import POLL_SECONDS, Background, OpenLock, worker_name
from api.settings import Settings
from search_service.outbox.delivery import deliver
from search_service.outbox.folder import FolderGateway
from search_service.outbox.gateway import Gateway
from search_service.store.session import Database


class Runs(Protocol):
    """A thread, or several."""

    def start(self) -> None:
        """Begin."""

    def wake(self) -> None:
        """Something was committed."""

    def stop(self) -> None:
        """Finish what is at hand."""


class Together:
    """Several that begin, wake and end together."""

    def __init__(self, *parts: Runs) -> None:
        self.parts = parts

    def start(self) -> None:
        """Begin."""
        for part in self.parts:
            part.start()

    def wake(self) -> None:
        """Something was committed."""
        for part in self.parts:
            part.wake()

    def stop(self) -> None:
        """Finish what is at hand, last begun first."""
        for part in reversed(self.parts):
            part.stop()


def gateway(settings: Settings) -> Gateway:
    """The gateway that is set; today there is the folder."""
    return FolderGateway(settings.outbox_dir)


def messenger(opened: Callable[[], tuple[Database, Settings]], poll_seconds: float = POLL_SECONDS) -> Background:
    """The thread that sends; any number of processes may, each message is claimed by one."""

    def step() -> bool:
        database, settings = opened()
        return deliver(database, gateway(settings), worker=worker_name())

    return Background(OpenLock(), prepare=lambda: None, step=step, poll_seconds=poll_seconds)
