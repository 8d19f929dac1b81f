"""Messages to people outside: put in the transaction of the change, sent afterwards, at least once."""

from search_service.outbox.messages import Channel, put

__all__ = ["Channel", "put"]
