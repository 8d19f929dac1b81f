"""One slot as it was read, before anybody decides what it does."""

from typing import NamedTuple


class Read(NamedTuple):
    """`start` and `end` are places in the text as typed; several values: not decided."""

    slot: str
    values: tuple[str, ...]
    start: int
    end: int
    contested: bool = False
    """The word is as well the name of a thing (白银)."""
    refused: bool = False
    """Said not to be wanted (不要CMA): the opposite of a condition."""
    nearby: int = 0
    """Of a place: where it ends and the words begin that ask for what is near it (附近); 0 where none do."""
