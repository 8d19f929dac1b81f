"""All table families, imported together so that the metadata is whole (migrations, tests)."""

from search_service.store import (
    authorisation,
    calendar,
    capability,
    catalogue,
    division,
    institution,
    journal,
    outbox,
    people,
    plan,
    query_log,
    requirement,
    standard,
    vocabulary,
)
from search_service.store.base import Base

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "authorisation",
    "calendar",
    "capability",
    "catalogue",
    "division",
    "institution",
    "journal",
    "outbox",
    "people",
    "plan",
    "query_log",
    "requirement",
    "standard",
    "vocabulary",
]
