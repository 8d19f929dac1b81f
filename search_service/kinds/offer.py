"""What capabilities, authorisations and plans share: they hang on an institution and rest on certificates."""

import hashlib
from collections.abc import Iterable
from typing import Any

from analyzers.fold import fold
from search_service.kinds import evidence
from search_service.kinds.labels import dated_word_filter
from search_service.kinds.parts import Days, Use, Words
from search_service.kinds.record import Action
from search_service.kinds.regions import division_reads, names
from search_service.kinds.vocabulary import NATURES

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


def nature_words(row: Any) -> Iterable[str]:
    """What people call the natures of the certificates that the row stands under."""
    return [NATURES.label(c.nature) for c in evidence.standing(row) if c.nature]


def _nature_days(row: Any) -> Iterable[tuple[str, Days]]:
    return [(c.nature, Days(c.valid_from, c.valid_to)) for c in evidence.standing(row) if c.nature in NATURES.labels]


NATURE_FILTER = dated_word_filter("nature", "资质", NATURES, _nature_days, ("certificates",))
"""A nature counts on the days of its certificates, also for a row that others keep visible."""
