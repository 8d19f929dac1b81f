"""A gateway that does as it is told, and remembers what it took."""

from collections.abc import Callable

import pytest

from search_service.outbox.gateway import GatewayUnavailable, Message


class Gateway:
    """Takes a message once; `before` and `after` may raise, as networks do."""

    def __init__(self) -> None:
        self.took: list[Message] = []
        self.sends = 0
        self.before: Callable[[Message], None] = lambda _: None
        self.after: Callable[[Message], None] = lambda _: None

    def send(self, message: Message) -> str:
        self.sends += 1
        self.before(message)
        if message.id not in {old.id for old in self.took}:
            self.took.append(message)
        self.after(message)
        return f"receipt-{message.id}"

    def taken(self, message: Message) -> str | None:
        return f"receipt-{message.id}" if message.id in {old.id for old in self.took} else None


def away(_: Message) -> None:
    raise GatewayUnavailable("no route")


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()
