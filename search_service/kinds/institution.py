"""Institutions (机构): S1-11..19, S1-52, S2-42/43."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from analyzers.collation import sort_number
from analyzers.fold import fold
from analyzers.institution_name import short_forms
from search_service.errors import Problem
from search_service.kinds import evidence
from search_service.kinds.access import Level
from search_service.kinds.base import Kind
from search_service.kinds.fields import CodeList, State, Text, TextList
from search_service.kinds.labels import region_filter, word_filter
from search_service.kinds.offer import NATURE_FILTER, nature_words
from search_service.kinds.parts import Lookup, Phrases, Sort, Use, Window, Words
from search_service.kinds.record import Action
from search_service.kinds.regions import codes, division_reads, names
from search_service.kinds.special_fields import DivisionCode, Table, credit_code
from search_service.kinds.vocabulary import BUSINESS_KINDS, INSTITUTION_STATUS
from search_service.store.institution import Institution

INTRODUCTION = 1000
"""S1-18."""


def name_key(name: str) -> str:
    """What "the same name" means: folded, without blanks (S4-03, P16)."""
    return "".join(fold(name).split())


class InstitutionKind(Kind):
    """Who offers services on the platform."""

    name, plural, label = "institution", "institutions", "机构"
    model = Institution
    unique = ("name", "同一信用代码下已有同名机构")
    owner_path = "id"
    title = "name"
    page = "institution.html"
    fields = (
        Text(name="name", label="机构名称", limit=200, required=True, use=Use.NAME),
        TextList(name="former_names", label="曾用名", use=Use.NAME, brief=False),
        TextList(name="short_names", label="简称", use=Use.NAME, brief=False),
        Text(name="name_en", label="英文名称", limit=300, use=Use.NAME, brief=False),
        Text(
            name="credit_code",
            label="统一社会信用代码",
            limit=30,
            required=True,
            use=Use.IDENTIFIER,
            form=credit_code,
        ),
        Text(name="institution_code", label="机构代码", limit=50, brief=False),
        DivisionCode(name="division", label="行政区划", attribute="division_adcode", required=True),
        Text(name="address", label="地址", limit=300, required=True, use=Use.TEXT),
        Text(name="legal_representative", label="法定代表人", limit=100, brief=False),
        Text(name="phone", label="业务联系电话", limit=50),
        CodeList(
            name="business_kinds",
            label="业务类型",
            words=BUSINESS_KINDS,
            required=True,
            write=Level.STAFF,  # the institution cannot change them itself (S1-17)
            filter=word_filter("business_kind", "业务类型", BUSINESS_KINDS, "business_kinds"),
        ),
        Text(name="introduction", label="机构简介", limit=INTRODUCTION, required=True, use=Use.TEXT, brief=False),
        Text(name="business_scope", label="机构业务范围", limit=5000, required=True, use=Use.TEXT, brief=False),
        Text(name="nature", label="机构性质", limit=50, brief=False),
        Text(name="organisation_form", label="机构体制", limit=50, brief=False),
        Text(name="level", label="机构区域等级", limit=50),
        Text(name="cover", label="封面图片", limit=300, brief=False),
        Table(name="display_certificates", label="展示资质", columns=("title", "file"), brief=False),
        Table(name="cases", label="成功案例", columns=("title", "description", "order", "picture"), brief=False),
        Text(name="remark", label="备注说明", limit=500, brief=False),
        Text(name="complaint_handler", label="投诉业务处理人", limit=100, read=Level.OWNER, brief=False),
        Text(name="complaint_phone", label="投诉业务处理人电话", limit=50, read=Level.OWNER, brief=False),
        Text(name="contact", label="入驻联系人", limit=100, read=Level.OWNER, brief=False),
        Text(name="contact_phone", label="联系人手机号码", limit=50, read=Level.OWNER, brief=False),
        State(name="status", label="状态", words=INSTITUTION_STATUS, first="applied"),
    )
    actions = (
        Action("approve", "审核通过", ("applied",), "active", Level.STAFF),
        Action("request_supplement", "要求补正", ("applied",), "needs_supplement", Level.STAFF, reason=True),
        Action("resubmit", "重新提交", ("needs_supplement",), "applied"),
        Action("suspend", "暂停", ("active",), "suspended", Level.STAFF, reason=True),
        Action("resume", "恢复", ("suspended",), "active", Level.STAFF),
        Action("request_exit", "申请退出", ("active",), "exiting"),
        Action("remove", "清退", ("active", "suspended"), "exiting", Level.STAFF, reason=True),
        Action("leave", "办结退出", ("exiting",), "left", Level.STAFF),
        Action("deregister", "注销", ("active", "suspended", "exiting"), "deregistered", Level.STAFF, reason=True),
    )
    words = (
        Words(Use.NAME, lambda row: short_forms(row.name)),
        Words(Use.IDENTIFIER, lambda row: [c.number for c in row.certificates if not c.deleted_at], ("certificates",)),
        Words(Use.TEXT, lambda row: names([row.division]), division_reads("division")),
        Words(Use.TEXT, lambda row: [BUSINESS_KINDS.label(k) for k in row.business_kinds]),
        Words(Use.TEXT, nature_words, ("certificates",)),
    )
    filters = (
        region_filter(lambda row: codes([row.division]), division_reads("division")),
        NATURE_FILTER,
    )
    sorts = (
        Sort("newest", "最新入驻", lambda row: int(row.created_at.timestamp()), descending=True),
        Sort("name", "名称", lambda row: sort_number(row.name)),
    )
    phrases = (Phrases("institution", ("name", "former_names", "short_names"), means_row=True, more=short_forms),)
    lookups = (
        Lookup("credit_code", lambda text: "".join(c for c in fold(text).upper() if c.isalnum())),
        Lookup("name_key", name_key, begins=True),
    )

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """Active and not deleted (S3-20: the others leave search at once)."""
        del now
        return and_(Institution.status == evidence.ACTIVE, Institution.deleted_at.is_(None))

    def window(self, row: Institution, now: datetime) -> Window | None:
        """The same, for one row."""
        del now
        return Window() if row.status == evidence.ACTIVE and not row.deleted_at else None

    def suggestions(self, row: Institution) -> list[str]:
        """Names only: nobody completes a credit code."""
        return [row.name, *row.short_names, *row.former_names]

    def prepare(self, row: Institution) -> None:
        """A tombstone gives its name free."""
        row.name_key = name_key(row.name) if not row.deleted_at else f"{row.id}"

    def find(self, session: Session, row: Institution) -> uuid.UUID | None:
        """By credit code and name (interchange)."""
        found: uuid.UUID | None = session.scalar(
            select(Institution.id).where(
                Institution.credit_code == row.credit_code, Institution.name_key == name_key(row.name)
            )
        )
        return found

    def duplicates(self, session: Session, row: Institution) -> list[Problem]:
        """The same code under another name may be a branch, or the same institution twice."""
        same: Any = select(Institution.id, Institution.name).where(
            Institution.credit_code == row.credit_code, Institution.id != row.id, Institution.deleted_at.is_(None)
        )
        return [
            Problem("credit_code", "similar", f"信用代码与“{name}”相同", f"若非其分支机构,请核对:{i}")
            for i, name in session.execute(same.limit(5))
        ]
