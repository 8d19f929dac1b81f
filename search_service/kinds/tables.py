"""Records around the kinds: divisions, classifications, synonyms (``docs/model.md``)."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzers.fold import fold
from analyzers.synonyms import SynonymError, validate
from search_service.errors import Problem
from search_service.kinds.access import Level
from search_service.kinds.fields import Code, Date, FieldError, Text, TextList
from search_service.kinds.record import Record
from search_service.kinds.vocabulary import RELATIONS
from search_service.store.catalogue import Category
from search_service.store.division import Division
from search_service.store.vocabulary import ControlQuery, Synonym

ADCODE_LENGTH = 6
"""GB/T 2260."""
LONGEST_QUERY = 200
"""As long as a search may be (`docs/api.md`)."""


def adcode(text: str) -> str:
    """Six digits."""
    code = fold(text)
    if len(code) != ADCODE_LENGTH or not code.isascii() or not code.isdigit():
        raise FieldError("adcode", f"行政区划代码“{text[:20]}”应为六位数字", "例如 610113")
    return code


class DivisionRecord(Record):
    """A province, prefecture or county."""

    name, plural, label = "division", "divisions", "行政区划"
    model = Division
    unique = ("adcode", "该代码已存在")
    fields = (
        Text(name="adcode", label="行政区划代码", limit=20, required=True, form=adcode),
        Text(name="name", label="名称", limit=60, required=True),
        TextList(name="short_names", label="简称", limit=60),
        Text(name="parent", label="上级代码", attribute="parent_adcode", limit=20, form=adcode),
        Date(name="valid_from", label="启用日期"),
        Date(name="valid_to", label="撤销日期"),
    )

    def find(self, session: Session, row: Division) -> uuid.UUID | None:
        """By adcode."""
        found: uuid.UUID | None = session.scalar(select(Division.id).where(Division.adcode == row.adcode))
        return found

    def check(self, row: Division) -> list[Problem]:
        """No division contains itself."""
        same = row.parent_adcode is not None and row.parent_adcode == row.adcode
        return [Problem("parent", "self", "上级不能是自身", "请核对上级代码")] if same else []


class CategoryRecord(Record):
    """One node of CCS or GB/T 4754."""

    name, plural, label = "category", "categories", "分类"
    model = Category
    unique = ("code", "该分类已存在")
    fields = (
        Text(name="scheme", label="分类体系", limit=20, required=True),
        Text(name="code", label="代码", limit=20, required=True),
        Text(name="name", label="名称", limit=200, required=True),
        Text(name="parent", label="上级代码", limit=20),
    )

    def find(self, session: Session, row: Category) -> uuid.UUID | None:
        """By scheme and code."""
        found: uuid.UUID | None = session.scalar(
            select(Category.id).where(Category.scheme == row.scheme, Category.code == row.code)
        )
        return found


class SynonymRecord(Record):
    """A directed, typed synonym; by hand only through a proposal that was previewed (`records/vocabulary.py`)."""

    name, plural, label = "synonym", "synonyms", "同义词"
    model = Synonym
    unique = ("word", "该同义词已存在")
    create = Level.SYSTEM
    instead = "请提出词表变更并预览(POST /api/v1/vocabulary/proposals,或 zhixun vocabulary propose)"
    fields = (
        Text(name="word", label="词", limit=100, required=True, write=Level.SYSTEM),
        Text(name="meaning", label="含义", limit=100, required=True, write=Level.SYSTEM),
        Code(name="relation", label="关系", words=RELATIONS, required=True, write=Level.SYSTEM),
    )

    def find(self, session: Session, row: Synonym) -> uuid.UUID | None:
        """By the pair."""
        found: uuid.UUID | None = session.scalar(
            select(Synonym.id).where(Synonym.word == row.word, Synonym.meaning == row.meaning)
        )
        return found

    def check(self, row: Synonym) -> list[Problem]:
        """检定, 校准, 检测 and 检验 may never be joined (T3)."""
        try:
            validate(row.word, row.meaning, row.relation)
        except SynonymError as error:
            return [Problem("meaning", error.code, str(error), "请删除或改写这一条")]
        return []


class ControlQueryRecord(Record):
    """A search that every change of the vocabulary is tried on before it holds (N9)."""

    name, plural, label = "control_query", "control-queries", "对照查询"
    model = ControlQuery
    unique = ("q", "该查询已存在")
    fields = (
        Text(name="q", label="查询", limit=LONGEST_QUERY, required=True),
        Text(name="note", label="说明", limit=500),
    )

    def find(self, session: Session, row: ControlQuery) -> uuid.UUID | None:
        """By the query."""
        found: uuid.UUID | None = session.scalar(select(ControlQuery.id).where(ControlQuery.q == row.q))
        return found
