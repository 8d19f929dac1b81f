"""What a gateway must do: take a message under an id, and say later whether it took it."""

from dataclasses import dataclass
from typing import Protocol


class GatewayRefused(Exception):
    """It will never take this message (a number that does not exist, a text that is not allowed)."""


class GatewayUnavailable(Exception):
    """It may take it later; whether it has taken it now is unknown."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `id` stays the same over all tries, so that a gateway sends it once."""

    id: str
    channel: str
    recipient: str
    subject: str
    text: str


class Gateway(Protocol):
    """SMS and mail."""

    def send(self, message: Message) -> str:
        """Send; the receipt.  Sent again under the same id it does nothing more.

        Raises:
            GatewayRefused: never.
            GatewayUnavailable: perhaps later, and perhaps it was sent.
        """

    def taken(self, message: Message) -> str | None:
        """The receipt of a message that it has taken, asked before a second try.

        Raises:
            GatewayUnavailable: it cannot say now.
        """
