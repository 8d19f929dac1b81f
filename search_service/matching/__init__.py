"""When we may say that an institution can do it (docs/matching.md)."""

from search_service.matching import limitation, phrases, readings, recall

OFFERED = (recall, readings, limitation, phrases)
"""The modules that make what a row offers findable: a change of one of them makes other documents."""
