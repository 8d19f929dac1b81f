"""The search facade: understand → check → execute → re-check → page."""

from search_service.search.answer import Answer, FacetValue, Hit, Slot, Suggestion
from search_service.search.facade import Search

__all__ = ["Answer", "FacetValue", "Hit", "Search", "Slot", "Suggestion"]
