"""Check 3: object and parameter agree, and no limitation stands against it (docs/matching.md, Subject)."""

import re

from search_service.matching import limitation
from search_service.matching.checks import standard
from search_service.matching.phrases import Kin, Kinship, Link, key, share_enough
from search_service.matching.readings import compare, is_all, names_in, says_all, spellings
from search_service.matching.tables import Tables
from search_service.matching.words import Conditions, Finding, Item, Offer, Ref, Told, below, met, weaker

CHECK = "subject"

_STRETCH = re.compile(r"[^\W_]+")


class _Judgement:
    """The parts of one pair as they are judged: the deciding code, and what led to it."""

    def __init__(self, item: Item, conditions: Conditions, offer: Offer, tables: Tables) -> None:
        self.item, self.conditions, self.offer, self.tables = item, conditions, offer, tables
        self.code: str | None = None
        self.said: list[str] = []
        self.refs: list[Ref] = []
        self._settled: tuple[standard.Held, ...] | None = None

    def add(self, code: str | None) -> None:
        """The weakest part decides."""
        self.code = weaker(self.code, code)

    def steps(self, links: tuple[Link, ...]) -> str:
        """The links that were followed, in words; their rows are evidence."""
        self.refs.extend(link.ref for link in links)
        return "".join(f"（{link.word} → {link.meaning}）" for link in links)

    def settled(self) -> tuple[standard.Held, ...]:
        """What the standard settles: the answers where the item names one and the row holds it, else nothing."""
        if self._settled is None:
            answers: tuple[standard.Held, ...] = ()
            if self.item.standard and not self.offer.narrative:
                answers = standard.held(self.item, self.conditions, self.offer, self.tables)
            self._settled = answers if answers and all(a.code is None for a in answers) else ()
        return self._settled


def check(item: Item, conditions: Conditions, offer: Offer, tables: Tables) -> Finding:
    """Object and parameter are judged apart, the weaker decides; then what the row takes out again."""
    judgement = _Judgement(item, conditions, offer, tables)
    if offer.narrative:
        _narrative(judgement)
    else:
        excluded = _compared(judgement)
        clauses = [clause for text in (offer.limitation, *excluded) for clause in limitation.read(text)]
        if clauses:
            used: list[Link] = []
            limited = limitation.judge(tables.vocabulary, clauses, item.object, item.parameter, used)
            limits = "；".join(t for t in (offer.limitation, *excluded) if t)
            judgement.said.append(f"限制范围“{limits}”{judgement.steps(tuple(used))}")
            judgement.add(limited)

    def tell() -> Told:
        return "；".join(judgement.said), tuple(dict.fromkeys(judgement.refs))

    return met(CHECK, tell) if judgement.code is None else below(CHECK, judgement.code, tell)


def stretches(title: str) -> list[str]:
    """What stands in a title between blanks and punctuation."""
    return _STRETCH.findall(title)


def _compared(judgement: _Judgement) -> tuple[str, ...]:
    """Object, and where rows of the kind have one, parameter; the exclusions found inside of them."""
    offer = judgement.offer
    subject, excluded = limitation.parted(offer.subject)
    judgement.add(_object(judgement, subject))
    if offer.parameter is None:
        return (excluded,)
    parameter, also = limitation.parted(offer.parameter)
    judgement.add(_parameter(judgement, parameter))
    return (excluded, also)


def _object(judgement: _Judgement, offered: str) -> str | None:
    item, tables = judgement.item, judgement.tables
    what = "对象" if judgement.offer.parameter is not None else "器具"
    if not item.object or not offered:
        judgement.said.append(f"{what}：要求“{item.object or '未说明'}”，本条“{offered or '空白'}”")
        return None if judgement.settled() else "subject_unknown"
    found = compare(tables.vocabulary, item.object, offered, lists=judgement.offer.parameter is not None)
    judgement.said.append(f"{what}：要求“{item.object}”，本条“{offered}”{judgement.steps(found.steps)}")
    if found.kinship is Kinship.DIFFERENT:
        named = {key(name.text): name.text for name in names_in(offered) if name.sure}
        for title, refs in standard.titles(judgement.settled(), tables):
            there = named.keys() & {key(stretch) for stretch in stretches(title)}
            if there:
                judgement.said.append(f"“{named[min(there)]}”见于标准名称《{title}》")
                judgement.refs.extend(refs)
                return None
    return _code(found)


def _parameter(judgement: _Judgement, offered: str) -> str | None:
    item, vocabulary = judgement.item, judgement.tables.vocabulary
    judgement.said.append(f"参数：要求“{item.parameter or '未说明'}”，本条“{offered or '空白'}”")
    if item.parameter and is_all(item.parameter):
        return None if says_all(offered) else "subject_similar"
    if says_all(offered):
        return None
    if not offered or not item.parameter:
        unsaid = "subject_unknown" if not offered else "parameter_not_said"
        return None if judgement.settled() else unsaid
    found = compare(vocabulary, item.parameter, offered, lists=True)
    judgement.said[-1] += judgement.steps(found.steps)
    return _code(found)


def _code(found: Kin) -> str | None:
    if found.kinship is Kinship.AGREES:
        return None
    return "subject_similar" if found.kinship is Kinship.SIMILAR else "subject_differs"


def _narrative(judgement: _Judgement) -> None:
    """A plan: the item's words stand in its title or description."""
    item, offer = judgement.item, judgement.offer
    texts = [text for text in (offer.subject, offer.description) if key(text)]
    judgement.said.append(f"方案“{offer.subject}”")
    if not item.object or not texts:
        judgement.add("subject_unknown")
    for asked in filter(None, (item.object, item.parameter)):
        found = _contained(judgement, asked, texts)
        judgement.said.append(f"“{asked}”{'见于' if found.kinship is Kinship.AGREES else '未见于'}方案文字")
        judgement.said[-1] += judgement.steps(found.steps)
        judgement.add(_code(found))
    if offer.rests:
        agrees = judgement.code is None
        unknown = judgement.code == "subject_unknown"
        judgement.code = "plan_without_links" if agrees else "subject_unknown" if unknown else "subject_differs"


def _contained(judgement: _Judgement, asked: str, texts: list[str]) -> Kin:
    plain = [key(text) for text in texts]

    def there(word: str) -> bool:
        return any(word in text for text in plain)

    for one in spellings(asked):
        for word, steps in judgement.tables.vocabulary.above(one).items():
            if there(word):
                return Kin(Kinship.AGREES, steps)
    return Kin(Kinship.SIMILAR if any(share_enough(asked, text) for text in texts) else Kinship.DIFFERENT)
