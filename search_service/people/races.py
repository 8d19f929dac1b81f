"""Two who do the same at once: only the database sees both, and the second is told in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from search_service.errors import Conflict


@contextmanager
def unless_taken(session: Session, text: str) -> Iterator[None]:
    """Store what the block adds.

    Raises:
        Conflict: with `text`, where somebody was faster; the rest of the transaction is untouched.
    """
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        raise Conflict(text) from None
