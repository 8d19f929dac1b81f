"""A kind: a record that is searched (founding decision 2).

Schema, document, loads, dependencies, filters, facets, sorts and API enums are derived from the declaration here.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from analyzers.standard_number import StandardNumber
from search_service.errors import DeclarationError
from search_service.kinds.offered import Offer
from search_service.kinds.parts import Days, Filter, Lookup, Phrases, Sort, Use, Window, Words, values
from search_service.kinds.profile import Profile
from search_service.kinds.record import Path, Record
from search_service.kinds.slots import SLOTS

_USES = tuple(Use)
"""Looking through an enumeration takes several times as long."""


class Kind(Record):
    """One searchable kind; a subclass in one file is all there is to adding one.

    Class attributes beside those of a record:
        title: attribute of the row that heads its hit.
        owner: the filter that holds the id of the record it hangs on, and that record's kind name, or None.
        words: text of the document beyond the fields that declare a `use`.
        filters: beyond the fields that declare one.
        lookups: how the database finds rows without an engine, beyond the beginning of `title`.
        phrases: which of its words mean something in a query.
        unheeded: filters that a query's words do not set for it, although it has them.
        priors: additive constants by flag (`Profile.priors`).
        page: template of the record's own page.
    """

    title: str
    owner: tuple[str, str] | None = None
    words: tuple[Words, ...] = ()
    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    phrases: tuple[Phrases, ...] = ()
    unheeded: tuple[str, ...] = ()
    priors: dict[str, float] = {}
    page: str = "record.html"

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """The row is shown to the public at `now`: the same as `window(row)` containing `now`, in SQL."""
        raise NotImplementedError

    def window(self, row: Any, now: datetime) -> Window | None:
        """The unbroken time in which the row is shown: the one that holds `now`, else the next one; None for never."""
        raise NotImplementedError

    def validity(self, row: Any) -> list[Days]:
        """The days on which the row's qualification holds, for ``valid_on``; empty where that means nothing."""
        del row
        return []

    def tie(self, row: Any) -> str:
        """Orders rows of equal score, ascending; the row's key and id follow."""
        del row
        return ""

    def suggestions(self, row: Any) -> list[str]:
        """Texts that typing completes to; names and own identifiers unless a kind says otherwise."""
        texts = self.row_words(row)
        return [*texts[Use.NAME], *texts[Use.NUMBER], *texts[Use.IDENTIFIER]]

    def offer(self, row: Any) -> Offer | None:
        """What the row offers to a requirement, None where it is no offer now; `offer_reads` are loaded with it."""
        del row
        return None

    offer_reads: tuple[str, ...] = ()
    """Relationships that `offer` reads; empty for a kind whose rows are no offers."""

    offers_unproven: bool = False
    """Some of its rows are offers of services that need no certificate."""

    def related_numbers(self, session: Session, numbers: Sequence[StandardNumber]) -> list[str]:
        """Printed numbers that have replaced these or were replaced by them, newest first; most kinds know none."""
        del session, numbers
        return []

    # Derived from here on.

    @cached_property
    def all_words(self) -> tuple[Words, ...]:
        """Words of fields, then the declared ones."""
        own = tuple(Words(f.use, f.texts, f.reads) for f in self.fields if f.use is not None)
        return own + self.words

    @cached_property
    def all_filters(self) -> dict[str, Filter]:
        """Filters by name: of fields, then the declared ones."""
        own = [f.filter for f in self.fields if f.filter is not None]
        return {found.name: found for found in [*own, *self.filters]}

    @cached_property
    def all_sorts(self) -> dict[str, Sort]:
        """Sorts by name."""
        return {sort.name: sort for sort in self.sorts}

    @cached_property
    def profile(self) -> Profile:
        """What the formula needs."""
        return Profile(self.name, any(w.use is Use.CITED for w in self.all_words), self.priors)

    @cached_property
    def document_paths(self) -> tuple[Path, ...]:
        """Relationships that the document reads: what is loaded with a row, and what marks it when it changes."""
        named: list[str] = list(self.visibility_reads)
        sourced: list[Words | Filter] = [*self.all_words, *self.all_filters.values()]
        for part in sourced:
            named.extend(part.reads)
            if isinstance(part.source, str):
                named.append(part.source)
        named.extend(path for sort in self.sorts for path in sort.reads)
        paths = {path: None for name in named if (path := self.resolve(name))}
        return tuple(paths)

    visibility_reads: tuple[str, ...] = ()

    def document_loads(self) -> list[Any]:
        """Eager loads for building documents."""
        return [self._load(path) for path in self.document_paths]

    def row_words(self, row: Any) -> dict[Use, list[str]]:
        """The row's texts by role."""
        found: dict[Use, list[str]] = {use: [] for use in _USES}
        for part in self.all_words:
            found[part.use].extend(values(row, part.source))
        return found

    def labels(self, session: Session, name: str, stored: Sequence[str]) -> dict[str, str]:
        """Stored values of a filter → what people read."""
        return dict(self.all_filters[name].labels(session, stored))

    def validate(self) -> None:
        """Refuse a declaration that cannot work, when it is loaded.

        Raises:
            DeclarationError: it says what is wrong.
        """
        names = [f.name for f in self.fields]
        if len(set(names)) != len(names):
            raise DeclarationError(f"{self.name}:字段名重复")
        filters = [f.filter.name for f in self.fields if f.filter is not None] + [f.name for f in self.filters]
        if len(set(filters)) != len(filters):
            raise DeclarationError(f"{self.name}:筛选项重复")
        for found in self.all_filters.values():
            if found.days is not None and not found.vocabulary:
                raise DeclarationError(f"{self.name}:筛选项 {found.name} 的取值随日期变化,须列出全部取值")
        for path in (*self.field_paths, self.title):
            self.resolve(path)
        for field in self.fields:
            if not hasattr(self.model, field.column):
                raise DeclarationError(f"{self.name}:字段 {field.name} 在 {self.model.__name__} 上没有 {field.column}")
        self._validate_phrases()
        if self.owner is not None and self.owner[0] not in self.all_filters:
            raise DeclarationError(f"{self.name}:归属筛选项 {self.owner[0]} 未声明")
        _ = self.document_paths

    def _validate_phrases(self) -> None:
        for said in self.phrases:
            if (said.slot and said.slot not in SLOTS) or not all(hasattr(self.model, name) for name in said.columns):
                raise DeclarationError(f"{self.name}:词语声明 {said.slot!r} 的类别或列不存在")
