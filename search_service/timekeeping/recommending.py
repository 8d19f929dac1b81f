"""The clock's hands in the product: the room of recommendations."""

import uuid
from collections.abc import Sequence

from search_service.kinds.access import SYSTEM
from search_service.matching.match import Matcher
from search_service.recommendation import drafting, sending, waking
from search_service.store.session import Database


class Recommender:
    """Drafts, sends and wakes as the system."""

    def __init__(self, database: Database, matcher: Matcher) -> None:
        self._database, self._matcher = database, matcher

    def draft(self, requirement_id: uuid.UUID) -> object:
        """A draft for staff to confirm; the same one however often it is asked for."""
        return drafting.draft(self._database, self._matcher, requirement_id, SYSTEM)

    def send(self, requirement_id: uuid.UUID) -> object:
        """What is verified at this moment, marked 系统自动推荐; nothing where something was sent."""
        return sending.send_due(self._database, self._matcher, requirement_id)

    def sleeping(self) -> Sequence[uuid.UUID]:
        """Open requirements of which an item is met by nobody."""
        return waking.sleeping(self._database)

    def wake(self, requirement_id: uuid.UUID) -> object:
        """A new draft, where a capability that came later can do it."""
        return waking.wake(self._database, self._matcher, requirement_id)
