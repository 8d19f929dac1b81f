"""Rows among given ids, in a statement whose text is the same for nearly any number of them.

``IN (?, ?, ?)`` is another text for each number: SQLAlchemy writes it anew on every call, and SQLite plans it anew, and
over six kinds that takes longer than finding the rows.  So there is room for 4, 8, 16 … ids; the last one is repeated.
One list as one parameter (``json_each``) would be shorter, but SQLite does not know how short it is, and may read all
active rows instead.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam

FEWEST = 4


def room_for(count: int) -> int:
    """How many ids a statement has room for that is asked for so many."""
    return max(FEWEST, 1 << (count - 1).bit_length())


def one_of(key: Any, name: str, room: int) -> ColumnElement[bool]:
    """Whether a column of ids is among those `given` under this name."""
    found: ColumnElement[bool] = key.in_([bindparam(f"{name}_{at}", type_=key.type) for at in range(room)])
    return found


def given(name: str, ids: Sequence[uuid.UUID], room: int) -> dict[str, uuid.UUID]:
    """The parameters of `one_of`; at least one id."""
    padded = [*ids, *[ids[-1]] * (room - len(ids))]
    return {f"{name}_{at}": one for at, one in enumerate(padded)}
