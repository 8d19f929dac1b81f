"""A query tree in words, and cut into the parts whose scores add up: what an explanation is made of (F6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzers.grams import BAR, START
from search_service.query.bands import BANDS
from search_service.query.lexical import ABS_B, BODY_W, CITED, FLAG, NUM, PINYIN, TITLE_B, TITLE_K, TITLE_U
from search_service.query.nodes import Best, Bool, Boost, Const, Everything, Keyword, Node, OneOf, Phrase, Term

FIELDS = {
    NUM: "自有编号",
    CITED: "引用编号",
    TITLE_K: "名称相同",
    FLAG: "加分项",
    BODY_W: "词",
    TITLE_B: "名称含",
    TITLE_U: "名称含(不计标点)",
    ABS_B: "正文含",
    PINYIN: "拼音",
}
"""What people are told of a field; tokens of numbers and names are keys, and only their presence is told."""
HASHED = frozenset({TITLE_K})
LONGEST = 60
"""Characters of one part's words: a title of a hundred is recognised by its beginning."""


@dataclass(frozen=True, slots=True)
class Part:
    """What adds to a score: the largest of `options` that match."""

    options: tuple[Node, ...]


def parts(node: Node) -> Iterator[Part]:
    """The parts whose scores add up to the node's score."""
    if isinstance(node, Bool):
        for clause in (*node.must, *node.should):
            yield from parts(clause)
    elif isinstance(node, Best):
        yield Part(node.options)
    elif not isinstance(node, Everything):
        yield Part((node,))


def band_and_rest(score: float) -> tuple[str, float]:
    """The band that a score lies in, and what the score is inside of it."""
    name, floor = next((name, floor) for name, floor in BANDS.items() if score >= floor)
    return name, score - floor


def describe(node: Node) -> str:
    """What a node asks for, short enough for a line."""
    text = _words(node)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _words(node: Node) -> str:
    if isinstance(node, Term | Phrase | Keyword | OneOf):
        return _leaf(node)
    if isinstance(node, Const | Boost):
        return _words(node.query)
    if isinstance(node, Best):
        return _joined(node.options, " 或 ")
    if isinstance(node, Bool):
        return _joined((*node.must, *node.filter), " 且 ") or _joined(node.should, " 或 ")
    return "全部" if isinstance(node, Everything) else "无"


def _leaf(node: Term | Phrase | Keyword | OneOf) -> str:
    name = FIELDS.get(node.field, node.field)
    if isinstance(node, OneOf):
        return f"{name}之一"
    if isinstance(node, Keyword):
        return name if node.field in HASHED else f"{name} {node.value}"
    return f"{name}“{_spoken(node.tokens if isinstance(node, Phrase) else [node.token])}”"


def _joined(nodes: tuple[Node, ...], between: str) -> str:
    return between.join(dict.fromkeys(map(_words, nodes)))


def _spoken(tokens: Sequence[str]) -> str:
    """Bigrams side by side (压_力, 力_表) are read as what they were cut from (压力表)."""
    spoken, follows = "", False
    for token in tokens:
        if token in {START, BAR}:
            spoken, follows = f"{spoken} ".lstrip(), False
            continue
        first, pair, second = token.partition("_")
        spoken += second if follows and pair else first + second
        follows = bool(pair)
    return spoken.strip()
