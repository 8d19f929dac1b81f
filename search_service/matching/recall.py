"""What an index keeps of an offer, and what an item asks of it (docs/matching.md, step 1).

Both sides are made by the functions that the checks use, so that a query is never more selective than they are: every
row for which service, subject and standard are not unmet has the tokens that its item asks for.

    s:testing  o=金属材料  o:金属  o#3  p=…  p:…  p#…  l:gb/t 228.1  and for what is open: s?  o?  p?  p*  l?
"""

from collections.abc import Iterable, Iterator, Sequence

from search_service.matching import limitation
from search_service.matching.checks.standard import Cited
from search_service.matching.editions import Number, numbers_in
from search_service.matching.phrases import SHARE, Vocabulary, bigrams, key
from search_service.matching.readings import is_all, names_in, says_all, spellings
from search_service.matching.tables import Tables
from search_service.matching.words import Item, Offer
from search_service.query.columns import OFFERED
from search_service.query.nodes import Bool, Keyword, Node, OneOf, all_of, any_of

_BRACKETS = str.maketrans("()", "  ")
FEW = 32
"""Values up to which each is asked by itself."""
OBJECT, PARAMETER, STORY = "o", "p", "n"
"""Prefixes of the tokens of a phrase: what is tested, which parameter, a plan's texts."""


def tokens(offer: Offer) -> list[str]:
    """Of one offer."""
    found: dict[str, None] = {}
    found.update(dict.fromkeys(f"s:{service}" for service in offer.services))
    if not offer.services:
        found["s?"] = None
    if offer.narrative:
        found["n"] = None
        for text in (offer.subject, offer.description):
            found.update(dict.fromkeys(_phrase(STORY, [text])))
        return list(found)
    cited = Cited.of(offer)
    found.update(dict.fromkeys(_line(number) for number in cited.numbers))
    if cited.unclear:
        found["l?"] = None
    found.update(dict.fromkeys(_cell(OBJECT, offer.subject)))
    if offer.parameter is None:
        found["p-"] = None
    else:
        found.update(dict.fromkeys(_cell(PARAMETER, offer.parameter)))
    return list(found)


def query(item: Item, tables: Tables) -> Node:
    """The rows that may answer an item: by subject as rows have it, or as plans tell it, of its service."""
    service: list[Node] = []
    if item.service is not None:
        service.append(_one_of(f"s:{item.service}", "s?"))
    return all_of([*service, any_of([_rows(item, tables), _plans(item, tables.vocabulary)])])


def _rows(item: Item, tables: Tables) -> Node:
    parts = [*_standards(item, tables)]
    if item.object:
        stretches = [f"{OBJECT}={key(text)}" for text in _titles(item, tables)]
        open_ = _one_of("o?", *stretches)
        parts.append(any_of([open_, *_asked(OBJECT, item.object, tables.vocabulary)]))
    if item.parameter and not is_all(item.parameter):
        open_ = _one_of("p?", "p*", "p-")
        parts.append(any_of([open_, *_asked(PARAMETER, item.parameter, tables.vocabulary)]))
    told = _one_of("n")
    return Bool(filter=tuple(parts), without=(told,)) if parts else Bool(filter=(_any_row(),))


def _any_row() -> Node:
    """An item that names neither object nor parameter nor a known standard: every row may be it."""
    return _one_of("p-", "p?", "p*", "p")


def _plans(item: Item, vocabulary: Vocabulary) -> Node:
    told = _one_of("n")
    parts = [told]
    for asked in filter(None, (item.object, item.parameter)):
        words = [word for one in spellings(asked) for word in vocabulary.above(one)]
        if all(len(bigrams(word)) for word in words):
            parts.append(any_of([node for word in words for node in _alike(STORY, word)]))
    return all_of(parts)


def _standards(item: Item, tables: Tables) -> Iterator[Node]:
    """For each asked number that a table knows: a row of its line, or one that nobody can read."""
    for number in numbers_in(item.standard) if item.standard else ():
        if tables.editions.known(number):
            lines = {number.line, *(node.line for node in tables.editions.line(number))}
            yield _one_of("l?", *sorted(_line(line) for line in lines))


def _titles(item: Item, tables: Tables) -> Iterator[str]:
    """Stretches of the titles of all editions of the asked line: the standard may settle the object."""
    from search_service.matching.checks.subject import stretches  # noqa: PLC0415 - checks read phrases, not recall

    for number in numbers_in(item.standard) if item.standard else ():
        for node in {number, *tables.editions.line(number)}:
            row = tables.editions.row(node)
            if row is not None:
                yield from stretches(row.title)


def _asked(prefix: str, text: str, vocabulary: Vocabulary) -> list[Node]:
    """Rows whose phrase agrees with the asked one, or is similar to it."""
    names = spellings(text)
    linked = {
        word
        for name in names
        for reached in (vocabulary.above(name), vocabulary.below(name), vocabulary.beside(name))
        for word in reached
    }
    exact = _one_of(*(f"{prefix}={word}" for word in sorted({*names, *linked})))
    return [exact, *(node for name in names for node in _alike(prefix, name))]


def _alike(prefix: str, phrase: str) -> list[Node]:
    """Rows that share two fifths of the bigrams of the shorter: so many of them as a row's own number makes needed."""
    wanted = sorted(bigrams(phrase))
    if not wanted:
        return []
    each = tuple(Keyword(OFFERED, f"{prefix}:{pair}") for pair in wanted)
    most = _needed(len(wanted))
    found: list[Node] = [_at_least(each, most)]
    for least in range(1, most):
        sizes = tuple(f"{prefix}#{size}" for size in range(1, len(wanted)) if _needed(size) == least)
        found.append(Bool(filter=(_one_of(*sizes), _at_least(each, least))))
    return found


def _one_of(*tokens: str) -> Node:
    """Rows with one of these tokens.

    Each by itself: an engine that looks for a set marks every row that has any of it, before it knows that few of them
    have the rest (18 times slower, for the service most of all, which nearly every row has).
    """
    if len(tokens) > FEW:
        return OneOf(OFFERED, tokens)
    return any_of([Keyword(OFFERED, token) for token in dict.fromkeys(tokens)])


def _at_least(nodes: Sequence[Node], least: int) -> Node:
    if least == 1:
        return any_of(nodes)
    return all_of(nodes) if least == len(nodes) else Bool(should=tuple(nodes), minimum=least)


def _needed(size: int) -> int:
    """Two fifths, rounded up."""
    return -(-SHARE[0] * size // SHARE[1])


def _cell(prefix: str, text: str) -> Iterator[str]:
    """The tokens of an object's or a parameter's cell, as check 3 reads it."""
    plain, _ = limitation.parted(text)
    if prefix == PARAMETER:
        yield "p"
    if not plain:
        yield f"{prefix}?"
        return
    if says_all(plain):
        yield f"{prefix}*"
    names = [name.text for name in names_in(plain)]
    yield from _phrase(prefix, names)
    for name in names:  # a second name in brackets, should the vocabulary know it
        yield from (f"{prefix}={part}" for part in key(name).translate(_BRACKETS).split())


def _phrase(prefix: str, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for spelling in spellings(name):
            pairs = bigrams(spelling)
            if prefix != STORY:
                yield f"{prefix}={spelling}"
            yield f"{prefix}#{len(pairs)}"
            yield from (f"{prefix}:{pair}" for pair in sorted(pairs))
            bracket = key(spelling).partition("(")[0]  # 镉（Cd） is known as 镉 where the vocabulary says so
            if prefix != STORY and bracket and bracket != spelling:
                pairs = bigrams(bracket)
                yield f"{prefix}#{len(pairs)}"
                yield from (f"{prefix}:{pair}" for pair in sorted(pairs))


def _line(number: Number) -> str:
    return f"l:{number.prefix} {number.body}"
