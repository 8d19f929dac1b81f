"""Synthetic capability rows of one bare schema, and the queries of each class over them."""

import random
from collections.abc import Callable, Iterator
from itertools import accumulate

from search_service.engines.base import Ask, Document, IndexSchema, KeywordField, NumberField, TextField
from search_service.query.nodes import Bool, Keyword, Node, Range, Term, all_of, any_of

SEED = 2611
WORDS, COMMON = 40_000, 12
"""Different words, as unevenly spread as real ones (Zipf); each of the first twelve stands in a tenth of the rows."""
PROVINCES, SERVICES, STANDARDS, INSTITUTIONS = 34, 6, 2_000, 5_000
ITEMS = 6
"""Of a requirement; each is a query of its own for the institutions that may answer it."""
YEARS = range(2016, 2027)
TOP = 10

SCHEMA = IndexSchema(
    kind="bare",
    texts=(TextField("words", positions=False),),
    keywords=tuple(KeywordField(name, facet=True) for name in ("province", "service", "standard", "institution")),
    numbers=(NumberField("year"),),
)
FACETS = {"province": 34, "service": 6, "standard": 50}

_TOTALS = list(accumulate(1 / (rank + 8) for rank in range(WORDS)))


def rows(count: int) -> Iterator[Document]:
    """An object, a parameter and what is said of them: 8 to 24 words."""
    chosen = random.Random(SEED)
    for number in range(count):
        words = chosen.choices(range(WORDS), cum_weights=_TOTALS, k=chosen.randint(8, 24))
        key = f"{number:07}"
        yield Document(
            id=key,
            seq=1,
            tie=key,
            texts={"words": "# " + " ".join(map(word, words))},
            keywords={
                "province": [f"p{chosen.randrange(PROVINCES)}"],
                "service": [f"s{chosen.randrange(SERVICES)}"],
                "standard": [f"n{int(chosen.paretovariate(1)) % STANDARDS}"],
                "institution": [f"i{chosen.randrange(INSTITUTIONS)}"],
            },
            numbers={"year": chosen.choice(YEARS)},
        )


def word(rank: int) -> str:
    """The word of a rank."""
    return f"w{rank}"


def _some(chosen: random.Random, count: int) -> list[Node]:
    """Words as people type them: neither the most common nor the rarest."""
    return [Term("words", word(rank)) for rank in chosen.sample(range(COMMON, 4_000), count)]


def _common(chosen: random.Random, count: int) -> list[Node]:
    return [Term("words", word(rank)) for rank in chosen.sample(range(COMMON), count)]


def _place_and_year(chosen: random.Random) -> Node:
    year = chosen.choice(YEARS)
    return Bool(filter=(Keyword("province", f"p{chosen.randrange(PROVINCES)}"), Range("year", year, year + 3)))


def _faceted(chosen: random.Random) -> Ask:
    year = chosen.choice(YEARS)
    return Ask(_some(chosen, 1)[0], filter=Range("year", year, year + 3), facets=FACETS, limit=TOP)


CLASSES: dict[str, Callable[[random.Random], Ask]] = {
    "AND of 2": lambda chosen: Ask(all_of(_some(chosen, 2)), limit=TOP),
    "AND of 3": lambda chosen: Ask(all_of(_some(chosen, 3)), limit=TOP),
    "OR of 3": lambda chosen: Ask(any_of(_some(chosen, 3)), limit=TOP),
    "AND of 2, province, years": lambda chosen: Ask(
        all_of(_some(chosen, 2)), filter=_place_and_year(chosen), limit=TOP
    ),
    "1 word, years, 3 facets": _faceted,
    "OR of 3 very common": lambda chosen: Ask(any_of(_common(chosen, 3)), limit=TOP),
    "AND of 2 very common": lambda chosen: Ask(all_of(_common(chosen, 2)), limit=TOP),
}


def requirement(chosen: random.Random) -> tuple[Ask, ...]:
    """What matching asks: of each item all rows that may be it, without scores, and whose they are."""
    return tuple(
        Ask(
            Bool(filter=(Keyword("service", f"s{chosen.randrange(SERVICES)}"), any_of(_some(chosen, 2)))),
            facets={"institution": INSTITUTIONS},
            limit=TOP,
        )
        for _ in range(ITEMS)
    )
