"""All declared records and kinds, in the order in which results are mixed."""

from collections.abc import Iterator

from search_service.errors import DeclarationError, Invalid, NotFound, Problem
from search_service.kinds.base import Kind
from search_service.kinds.record import Record
from search_service.store.marks import REGISTRY as MARKS


class Registry:
    """Filled once when `search_service.kinds` is imported; a test may add a toy kind and take it out again."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}

    def add(self, record: Record) -> None:
        """Validate and remember a record; a kind's documents are marked from now on."""
        if record.name in self._records or any(r.plural == record.plural for r in self):
            raise DeclarationError(f"{record.name} 已经声明过")
        if isinstance(record, Kind):
            record.validate()
            MARKS.add(record.name, record.model, record.document_paths)
        self._records[record.name] = record

    def remove(self, name: str) -> None:
        """Forget a record."""
        self._records.pop(name)
        MARKS.remove(name)

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    @property
    def kinds(self) -> list[Kind]:
        """The searchable ones."""
        return [record for record in self if isinstance(record, Kind)]

    def kind(self, name: str) -> Kind:
        """A kind by its name.

        Raises:
            Invalid: it lists what exists.
        """
        record = self._records.get(name)
        if not isinstance(record, Kind):
            names = "、".join(k.name for k in self.kinds)
            problem = Problem("query.kind", "unknown_kind", f"没有“{name[:40]}”这一类", f"可用:{names}")
            raise Invalid(problem.message, problems=[problem])
        return record

    def record(self, name: str) -> Record:
        """A record by its name, as written in code."""
        return self._records[name]

    def by_plural(self, plural: str) -> Record:
        """A record by the name that URLs and files use.

        Raises:
            NotFound: there is none.
        """
        for record in self:
            if record.plural == plural:
                return record
        raise NotFound(f"没有“{plural[:40]}”这一类记录")


REGISTRY = Registry()
