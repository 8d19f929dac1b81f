"""What may be changed about the vocabulary, one change at a time, and what a vocabulary becomes by it.

Every change is refused before it is stored if it could not be used later (P12), or if it joined what is different in
law (T3): `analyzers/synonyms.validate` for synonyms, the same for words that would glue two services into one.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from analyzers import vocabulary
from analyzers.fold import fold
from analyzers.synonyms import SynonymError, services_in, validate
from analyzers.words import LONGEST, MOST_FREQUENT, SHORTEST, usable
from search_service.errors import Problem
from search_service.kinds.fields import FieldError, clean_text
from search_service.kinds.vocabulary import RELATIONS, SERVICES

RAREST = 3
"""The frequency of jieba's rarest words, which a word gets that nobody gives one: it joins lone characters and leaves
the known words beside it alone."""

MOST_CHANGES = 200
"""In one proposal: more cannot be looked through by the person who is to answer for it."""

LONGEST_SYNONYM = 100

ACTIONS = {
    "add_word": "加词",
    "remove_word": "去词",
    "reset_word": "恢复出厂",
    "set_synonym": "设同义词",
    "remove_synonym": "删同义词",
}
"""`add_word` also gives a known word another frequency, `set_synonym` another relation; `reset_word` takes our own
entry of a word back, so that the shipped dictionary decides again."""

_FIELDS = {
    "add_word": ("word", "frequency"),
    "remove_word": ("word",),
    "reset_word": ("word",),
    "set_synonym": ("word", "meaning", "relation"),
    "remove_synonym": ("word", "meaning"),
}
_OF_EVERY = ("action", "reason")

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """What the records say: frequencies by word (0: taken away), relations by (word, meaning)."""

    words: Mapping[str, int]
    synonyms: Mapping[Pair, str]

    @classmethod
    def of(cls, words: Mapping[str, int], entries: Sequence[Sequence[str]]) -> "Content":
        """From what is stored."""
        return cls(dict(words), {(word, meaning): relation for word, meaning, relation in entries})

    @property
    def entries(self) -> list[tuple[str, str, str]]:
        """Synonyms in a settled order."""
        return [(*pair, relation) for pair, relation in sorted(self.synonyms.items())]

    def after(self, changes: Sequence[Mapping[str, Any]]) -> "Content":
        """What it is once these changes, as `read` gives them, are made."""
        words, synonyms = dict(self.words), dict(self.synonyms)
        for change in changes:
            word, pair = change["word"], (change["word"], change.get("meaning", ""))
            match change["action"]:
                case "add_word":
                    words[word] = change["frequency"]
                case "remove_word":
                    words[word] = 0
                case "reset_word":
                    words.pop(word, None)
                case "set_synonym":
                    synonyms[pair] = change["relation"]
                case "remove_synonym":
                    synonyms.pop(pair, None)
        return Content(words, synonyms)


def basis(content: Content, changes: Sequence[Mapping[str, Any]]) -> str:
    """What a preview is of: another one is needed once any of this is not the same any more."""
    after = content.after(changes)
    said = [vocabulary.fingerprint(), *([sorted(c.words.items()), c.entries] for c in (content, after))]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()


def read(given: Any, content: Content, at: str) -> tuple[dict[str, Any], list[Problem]]:
    """One change from outside, as it is stored, and what is wrong with it; `content` is what it would change."""
    if not isinstance(given, dict):
        return {}, [Problem(at, "type", "每条变更应为对象", '例如 {"action": "add_word", "word": "盐雾箱"}')]
    action = given.get("action")
    if not isinstance(action, str) or action not in ACTIONS:
        choices = "、".join(f"{name}({label})" for name, label in ACTIONS.items())
        return {}, [Problem(f"{at}.action", "unknown_action", "没有这种变更", f"可用:{choices}")]
    problems = [
        Problem(
            f"{at}.{str(name)[:40]}",
            "unknown_field",
            f"{ACTIONS[action]}没有此项",
            f"可用:{'、'.join(_FIELDS[action])}",
        )
        for name in given
        if name not in (*_OF_EVERY, *_FIELDS[action])
    ]
    change: dict[str, Any] = {"action": action}
    for name in ("reason", *_FIELDS[action]):
        try:
            change[name] = _READERS[name](given.get(name))
        except FieldError as error:
            problems.append(Problem(f"{at}.{name}", error.code, str(error), error.hint))
    if not problems:
        problems = [Problem(f"{at}.word", code, said, hint) for code, said, hint in _against(change, content)]
    return change, problems


def _text(value: Any) -> str:
    text = clean_text(value, limit=LONGEST_SYNONYM) if value is not None else ""
    if not text:
        raise FieldError("required", "不能为空", "请填写")
    return text


def _reason(value: Any) -> str | None:
    return clean_text(value, limit=500) or None if value is not None else None


def _frequency(value: Any) -> int:
    if value is None:
        return RAREST
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_FREQUENT:
        raise FieldError("frequency", f"词频应为 1 至 {MOST_FREQUENT} 的整数", f"不确定时不写,即 {RAREST}")
    return value


def _relation(value: Any) -> str:
    code = RELATIONS.resolve(value) if isinstance(value, str) else None
    if code is None:
        raise FieldError("relation", "同义词关系无效", f"可用:{RELATIONS.choices}")
    return code


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "reason": _reason,
    "word": _text,
    "meaning": _text,
    "frequency": _frequency,
    "relation": _relation,
}


def _against(change: dict[str, Any], content: Content) -> list[tuple[str, str, str]]:
    """Rules that a change breaks: code, text, hint.  Words of the dictionary are folded here."""
    if "synonym" not in change["action"]:
        change["word"] = fold(change["word"]).strip()
        return _against_word(change, content)
    word, meaning = change["word"], change["meaning"]
    if change["action"] == "remove_synonym":
        known = (word, meaning) in content.synonyms
        return [] if known else [("unknown", f"没有“{word}”→“{meaning}”这条同义词", "请核对写法与方向")]
    if content.synonyms.get((word, meaning)) == change["relation"]:
        return [("no_change", f"“{word}”→“{meaning}”已经是这样", "请删除这一条")]
    try:
        validate(word, meaning, change["relation"])
    except SynonymError as error:
        return [(error.code, str(error), "请删除或改写这一条")]
    return []


def _against_word(change: dict[str, Any], content: Content) -> list[tuple[str, str, str]]:
    word, action = change["word"], change["action"]
    if not usable(word, change.get("frequency", 0)):
        return [("word", f"词典词应为 {SHORTEST} 至 {LONGEST} 个汉字", "字母、数字和单字无需入词典,本来就可检索")]
    if action == "reset_word":
        return [] if word in content.words else [("unknown", f"词典变更中没有“{word}”", "只有加过或去过的词才能恢复")]
    if content.words.get(word) == change.get("frequency", 0):
        return [("no_change", f"“{word}”已经是这样", "请删除这一条")]
    named = services_in(word)
    if action == "add_word" and len(named) > 1 and SERVICES.resolve(word) is None:
        listed = "、".join(sorted(named))
        return [("service", f"“{word}”把法律上不同的服务({listed})连成一个词,检索时将无法分开", "请删除或改写这一条")]
    if action == "remove_word" and SERVICES.resolve(word) is not None:
        return [("service", f"“{word}”是服务名称,不能从词典中去掉", "请删除这一条")]
    return []
