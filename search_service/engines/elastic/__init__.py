"""The second engine: an Elasticsearch cluster, for several web and worker processes on one index."""

from search_service.engines.elastic.engine import ElasticEngine

__all__ = ["ElasticEngine"]
