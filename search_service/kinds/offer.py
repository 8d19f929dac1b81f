"""What capabilities, authorisations and plans share: they hang on an institution and rest on certificates."""

import hashlib
from collections.abc import Iterable
from typing import Any

from analyzers.fold import fold
from search_service.kinds import evidence
from search_service.kinds.parts import Use, Words
from search_service.kinds.record import Action
from search_service.kinds.regions import division_reads, names

ROW_ACTIONS = (
    Action("publish", "发布", ("draft", "hidden"), "published"),
    Action("hide", "隐藏", ("published",), "hidden"),
    Action("withdraw", "撤回为草稿", ("published", "hidden"), "draft"),
)
"""Capabilities, authorisations and plans share one life."""


def subject_hash(*parts: str | None) -> str:
    """Candidates for a duplicate share this."""
    text = "\x1f".join("".join(fold(part or "").split()) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def institution_words() -> tuple[Words, ...]:
    """What a row says through its institution: its names and where it is."""
    return (
        Words(Use.TEXT, "institution.name"),
        Words(Use.TEXT, "institution.short_names"),
        Words(Use.TEXT, lambda row: names([row.institution.division]), division_reads("institution.division")),
    )


def natures(row: Any) -> Iterable[str]:
    """Natures of the valid certificates that the row stands under."""
    return [c.nature for c in row.certificates if c.nature and c.state == evidence.VALID and not c.deleted_at]
