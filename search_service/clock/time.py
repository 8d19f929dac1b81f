"""What time it is: real, or started at a chosen instant for tests and simulations."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Runs on from `start` (aware); without it, it is the machine's clock."""

    def __init__(self, start: datetime | None = None) -> None:
        self._offset = start - datetime.now(UTC) if start is not None else timedelta()

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC) + self._offset

    def move(self, by: timedelta) -> None:
        """Let time pass (tests)."""
        self._offset += by
