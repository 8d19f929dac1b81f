"""A small kind for tests of what only the Elasticsearch engine has."""

from search_service.engines.base import Document, IndexSchema, KeywordField, NumberField, TextField

SCHEMA = IndexSchema(
    kind="toy",
    texts=(TextField("body", positions=False), TextField("name", positions=True)),
    keywords=(KeywordField("title"), KeywordField("tag", facet=True)),
    numbers=(NumberField("grade"),),
    suggest="title",
)


def row(key: str, seq: int = 1, body: str = "水", title: str = "题") -> Document:
    return Document(key, seq, key, {"body": f"# {body}", "name": f"# {body}"}, {"title": [title]}, {"grade": 0})
