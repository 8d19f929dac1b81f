"""The second engine: an Elasticsearch cluster, for several web and worker processes on one index.

Its files answer the same questions as those of ``engines/embedded``.  Beyond them it has what only a network needs:
`connection` (one client, how long it is waited for) and `breaker` (not asking a cluster that does not answer).
"""

from search_service.engines.elastic.engine import ElasticEngine

__all__ = ["ElasticEngine"]
