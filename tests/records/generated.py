"""Rows of every record in the interchange form, generated from the declarations alone."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from search_service.kinds import REGISTRY
from search_service.kinds.fields import Code, CodeList, Date, Field, Integer, State, Text, TextList
from search_service.kinds.plan import TopicName
from search_service.kinds.record import Record
from search_service.kinds.references import Reference, References
from search_service.kinds.special_fields import CitedStandards, DivisionCode, Divisions, Table
from search_service.kinds.tables import adcode
from tests.records.conftest import credit_code

ROWS = {"division": 6, "institution": 5, "topic": 3, "category": 4, "synonym": 3}
MANY = 12
LETTERS = "检测校准压力表热轧钢筋水泥大米镉砷 GBTabc019.-—（）()\"'<&\\/℃㎡𠮷\n"
ADCODES = ("610000", "610100", "610113", "110000", "110101", "320000")
WORDS = ("衡器", "电子秤", "血压计", "氧气表", "卡尺", "量块")


class Generator:
    """A seeded world; `rows(record)` after the records that it refers to."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.keys: dict[Any, list[str]] = {}
        self.owner: dict[str, str] = {}
        self.serial = 0
        self.places = self.random.sample(ADCODES, len(ADCODES))
        self.words = ["电子天平", "数显卡尺", "耐震压力表"]

    def rows(self, record: Record) -> list[dict[str, Any]]:
        return [self._row(record) for _ in range(ROWS.get(record.name, MANY))]

    def _row(self, record: Record) -> dict[str, Any]:
        self.serial += 1
        key = f"{record.name}-{self.serial}"
        row: dict[str, Any] = {}
        if record.owner_path == "institution_id":
            owner = self.random.choice(self.keys[REGISTRY.record("institution").model])
            self.owner[key] = owner
        for field in record.fields:
            if self.random.random() < 0.8 or field.required:
                row[field.name] = self._value(field, key)
        self._rules(record, row)
        if record.owner_path or self.random.random() < 0.5:
            row["key"] = key
        if "key" in row:
            self.keys.setdefault(record.model, []).append(key)
        return row

    def _rules(self, record: Record, row: dict[str, Any]) -> None:
        """What one field cannot know of another."""
        for first, last in (
            ("published_on", "effective_on"),
            ("effective_on", "withdrawn_on"),
            ("valid_from", "valid_to"),
        ):
            if row.get(first) and row.get(last) and row[last] < row[first]:
                row[first], row[last] = row[last], row[first]
        if (row.get("published_on") or "") > (row.get("effective_on") or "9"):
            row["published_on"] = row["effective_on"]
        if row.get("price_fen") is not None and row.get("price_to_fen") is not None:
            row["price_to_fen"] = max(row["price_fen"], row["price_to_fen"])
        if record.name == "division":
            row["adcode"] = self.places.pop()
            row.pop("parent", None)
        if record.name == "synonym":
            row |= {"word": self.words.pop(), "meaning": self.random.choice(WORDS), "relation": "related"}

    def _value(self, field: Field, key: str) -> Any:
        """By the first class that fits: the special ones stand first."""
        chance = self.random
        makers: list[tuple[Any, Callable[[Any], Any]]] = [
            (State, lambda f: chance.choice(list(f.words.labels))),
            (TopicName, lambda _: self._text(20)),
            (References, lambda f: self._own(f, key)),
            (Reference, lambda _: self.owner[key]),
            (CitedStandards, lambda _: [self._number(), {"number": self._number(), "clause": "5.2"}]),
            (Table, lambda f: [{c: self._text(30) for c in f.columns} for _ in range(chance.randrange(3))]),
            (Divisions, lambda _: chance.sample(["000000", *ADCODES, "某个地方"], 2)),
            (CodeList, lambda f: chance.sample(list(f.words.labels), 2)),
            (TextList, self._texts),
            (Code, lambda f: chance.choice(list(f.words.labels))),
            (Integer, lambda f: chance.randint(f.low, f.high)),
            (Date, lambda _: (date(1990, 1, 1) + timedelta(days=chance.randrange(18_000))).isoformat()),
            (DivisionCode, lambda _: chance.choice(ADCODES)),
            (Text, self._plain),
        ]
        return next(make(field) for kind, make in makers if isinstance(field, kind))

    def _own(self, field: References, key: str) -> list[str]:
        own = [k for k in self.keys.get(field.target, []) if self.owner.get(k) == self.owner.get(key)]
        return self.random.sample(own, min(len(own), self.random.randrange(3)))

    def _texts(self, field: TextList) -> list[str]:
        make = self._number if field.name in {"replaces", "regulations"} else lambda: self._text(15)
        return list(dict.fromkeys(make() for _ in range(self.random.randrange(4))))

    def _plain(self, field: Text) -> str:
        if field.form is adcode:
            return self.random.choice(ADCODES)
        if field.name == "credit_code":
            return credit_code(self.serial)
        if field.name == "number":
            return f"GB/T {1000 + self.serial}-2020"
        return self._text(min(field.limit, 40))

    def _text(self, limit: int) -> str:
        self.serial += 1
        return f"名{self.serial}" + "".join(self.random.choices(LETTERS, k=self.random.randrange(limit - 8)))

    def _number(self) -> str:
        return (
            f"GB/T {self.random.randrange(1, 99999)}.{self.random.randrange(1, 9)}-{self.random.randrange(1990, 2026)}"
        )
