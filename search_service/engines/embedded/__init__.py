"""The embedded engine: tantivy in this process, one directory of files, no server.

Its files answer the same questions as those of ``engines/elastic``.  Beyond them it has what the cluster has inside:
`leaves` (queries for single tokens, remembered) and `values` (facet values as numbers).
"""

from search_service.engines.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
