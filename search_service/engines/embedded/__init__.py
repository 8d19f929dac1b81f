"""The embedded engine: tantivy in this process, one directory of files, no server."""

from search_service.engines.embedded.engine import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
