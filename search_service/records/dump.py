"""Writing the public record in the interchange format: what anybody may see now, and what that refers to.

Private fields are left out (backup is the database's own).  ``dump`` then ``load`` into an empty database gives the
same public records.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.kinds.access import Level
from search_service.kinds.fields import Field
from search_service.kinds.record import Record
from search_service.kinds.references import References
from search_service.kinds.registry import REGISTRY
from search_service.records import access
from search_service.records.inputs import BLANKS
from search_service.records.load import BATCH, file_name
from search_service.store.session import Database


def dump(database: Database, folder: Path) -> dict[str, int]:
    """Write one file per record into `folder` (made if absent); returns rows by file name.

    The lines of a file are sorted, so that equal records give equal files whatever their ids.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = database.now()
    counts: dict[str, int] = {}
    with database.read() as session:
        for record in REGISTRY:
            lines = sorted(orjson.dumps(content) for content in public_rows(session, record, now))
            (folder / file_name(record)).write_bytes(b"".join(line + b"\n" for line in lines))
            counts[file_name(record)] = len(lines)
    return counts


def public_rows(session: Session, record: Record, now: datetime) -> Iterator[dict[str, Any]]:
    """The rows that are visible now, in the interchange form."""
    ids = list(session.scalars(select(record.model.id).where(record.visible(now)).order_by(record.model.id)))
    for at in range(0, len(ids), BATCH):
        query = select(record.model).where(record.model.id.in_(ids[at : at + BATCH])).order_by(record.model.id)
        for row in session.scalars(query.options(*record.loads(record.field_paths))):
            yield content_of(record, row, now)
        session.expunge_all()  # 66,585 standards need not be in memory at once


def content_of(record: Record, row: Any, now: datetime) -> dict[str, Any]:
    """One row: its key, and its public fields that say something.

    A row that belongs to an institution and has no key is known by its id in another database, so that others can
    refer to it; the rest is known by its own number, code or name.
    """
    key = row.key or (str(row.id) if record.owner_path else None)
    shown = {f.name: _dumped(f, row, now) for f in record.fields if f.read is Level.PUBLIC}
    content = {name: value for name, value in shown.items() if value not in BLANKS}
    return {"key": key, **content} if key else content


def _dumped(field: Field, row: Any, now: datetime) -> Any:
    if not isinstance(field, References):
        return field.dump(row)
    return sorted((field.natural_of(found) for found in access.linked(field, row, Level.PUBLIC, now)), key=str)
