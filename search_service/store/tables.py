"""All table families, imported together so that the metadata is whole (migrations, tests)."""

from search_service.store import (
    authorisation,
    capability,
    catalogue,
    division,
    institution,
    journal,
    plan,
    standard,
    vocabulary,
)
from search_service.store.base import Base

METADATA = Base.metadata

__all__ = [
    "METADATA",
    "authorisation",
    "capability",
    "catalogue",
    "division",
    "institution",
    "journal",
    "plan",
    "standard",
    "vocabulary",
]
