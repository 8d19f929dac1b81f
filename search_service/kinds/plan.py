"""Service plans (服务方案): S1-62..65; and the topics that they are shown under."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from analyzers.collation import sort_number
from search_service.errors import Problem
from search_service.kinds import evidence
from search_service.kinds.access import Level
from search_service.kinds.base import Kind
from search_service.kinds.certificate import certificates_field, institution_reference, own_certificates
from search_service.kinds.fields import Code, FieldError, Integer, Parsing, State, Text, TextList, clean_text
from search_service.kinds.labels import INSTITUTION_FILTER, region_filter, word_filter
from search_service.kinds.offer import NATURE_FILTER, ROW_ACTIONS, institution_words
from search_service.kinds.offered import Offer, Ref, is_offer, plain, proofs_of
from search_service.kinds.parts import Filter, Sort, Use, Window, Words
from search_service.kinds.record import Record
from search_service.kinds.references import Reference, References
from search_service.kinds.regions import codes, division_reads, wholes
from search_service.kinds.special_fields import RichText
from search_service.kinds.vocabulary import NATURES, ROW_STATE, SERVICES
from search_service.store.authorisation import Authorisation
from search_service.store.capability import Capability
from search_service.store.plan import Plan, Topic, plan_certificate

PROVEN_BY_ROWS = frozenset({"testing", "inspection", "verification", "calibration", "assessment"})
"""Services for which a capability or an authorisation is the offer, and a plan only speaks of it."""


class TopicRecord(Record):
    """An industry topic (产业专题)."""

    name, plural, label = "topic", "topics", "产业专题"
    model = Topic
    unique = ("name", "已有同名专题")
    fields = (
        Text(name="name", label="名称", limit=100, required=True),
        Text(name="description", label="说明", limit=1000),
    )

    def find(self, session: Session, row: Topic) -> uuid.UUID | None:
        """By name."""
        found: uuid.UUID | None = session.scalar(select(Topic.id).where(Topic.name == row.name))
        return found


class TopicName(Reference):
    """A topic by id, key or simply its name; the loader makes one that is not there yet."""

    def parse(self, value: Any, parsing: Parsing) -> Any:
        """A new name is a new topic only in a trusted file."""
        found = None
        if isinstance(value, str):
            name = clean_text(value, limit=100)
            found = parsing.session.scalar(select(Topic).where(Topic.name == name))
            if found is None and parsing.trusted and name:
                found = Topic(name=name)
                parsing.session.add(found)
                parsing.session.flush()
        if found is None:
            found = self.find(value, parsing)
        if found is None or found.deleted_at is not None:
            raise FieldError("reference", "找不到所引用的产业专题", "请填写已有专题的名称或 id")
        return found

    def natural_of(self, found: Any) -> Any:
        """Its name is its identity."""
        return found.name


def linked(name: str, label: str, target: Any, shows: tuple[str, ...]) -> References:
    """Rows of the plan's own institution that it rests on."""
    return References(name=name, label=label, target=target, shows=shows, natural=(), reads=(name,), brief=False)


def published(rows: list[Any]) -> list[Any]:
    """Only what the public may read on its own may make a plan findable."""
    return [row for row in rows if row.state == evidence.PUBLISHED and not row.deleted_at]


class PlanKind(Kind):
    """Text, pictures and price of what an institution offers as one thing."""

    name, plural, label = "plan", "plans", "服务方案"
    model = Plan
    create = Level.OWNER
    owner_path = "institution_id"
    owner = ("institution", "institution")
    title = "title"
    page = "plan.html"
    visibility_reads = evidence.READS
    fields = (
        institution_reference(),
        Text(name="title", label="方案名称", limit=200, required=True, use=Use.NAME),
        Code(
            name="service",
            label="服务",
            words=SERVICES,
            required=True,
            filter=word_filter("service", "服务", SERVICES, "service", replaceable=True),
        ),
        RichText(name="description", label="方案说明", limit=20_000, use=Use.TEXT, brief=False),
        TextList(name="pictures", label="图片", limit=300, brief=False),
        Integer(name="price_fen", label="价格(分)", high=10**12),
        Integer(name="price_to_fen", label="最高价格(分)", high=10**12),
        Integer(name="period_days", label="周期(工作日)", low=1, high=3650),
        TopicName(name="topic", label="产业专题", target=Topic, reads=("topic",)),
        linked("capabilities", "关联检测能力", Capability, ("object", "parameter")),
        linked("authorisations", "关联授权项目", Authorisation, ("instrument",)),
        certificates_field(),
        State(name="state", label="状态", words=ROW_STATE, first="draft"),
    )
    actions = ROW_ACTIONS
    words = (
        *institution_words(),
        Words(Use.TEXT, lambda row: [SERVICES.label(row.service)]),
        Words(Use.TEXT, "topic.name"),
        Words(Use.TEXT, lambda row: [c.object for c in published(row.capabilities)], ("capabilities",)),
        Words(Use.TEXT, lambda row: [c.parameter for c in published(row.capabilities)], ("capabilities",)),
        Words(
            Use.CITED,
            lambda row: [s["number"] for c in published(row.capabilities) for s in c.standards],
            ("capabilities",),
        ),
        Words(Use.TEXT, lambda row: [a.instrument for a in published(row.authorisations)], ("authorisations",)),
        Words(Use.CITED, lambda row: [a.regulation for a in published(row.authorisations)], ("authorisations",)),
    )
    filters = (
        region_filter(
            # A plan goes as far as what it links is authorised for.
            lambda row: [
                *codes([row.institution.division]),
                *wholes(r.adcode for a in published(row.authorisations) for r in a.regions),
            ],
            (*division_reads("institution.division"), "authorisations.regions"),
        ),
        Filter(
            "topic",
            "产业专题",
            "topic.name",
            resolve=lambda session, text: session.scalar(
                select(Topic.name).where((Topic.name == text) | (Topic.key == text))
            ),
            choices="专题名称",
        ),
        NATURE_FILTER,
        INSTITUTION_FILTER,
    )
    unheeded = ("nature",)  # words ask it of who does the work; a plan is narrowed where it is ticked
    sorts = (
        Sort("newest", "最新", lambda row: int(row.created_at.timestamp()), descending=True),
        Sort("name", "名称", lambda row: sort_number(row.title)),
    )

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """Published, by an active institution, under a usable certificate or none."""
        return evidence.shown(Plan, plan_certificate, now)

    def window(self, row: Plan, now: datetime) -> Window | None:
        """The same, for one row."""
        return evidence.window(row, now)

    offer_reads = ("certificates", "capabilities", "authorisations")
    offers_unproven = True

    def offer(self, row: Plan) -> Offer | None:
        """The plan is the offer, but for the services that only rows prove: there it is evidence beside its rows.

        One that names no row of its own institution is an offer all the same, and never more than 待确认.
        """
        linked_rows: list[Capability | Authorisation] = [*row.capabilities, *row.authorisations]
        own = any(is_offer(other) and other.institution_id == row.institution_id for other in linked_rows)
        if not is_offer(row) or (row.service in PROVEN_BY_ROWS and own):
            return None
        return Offer(
            ref=Ref.of(self.name, row),
            institution=str(row.institution_id),
            services=(row.service,) if row.service in SERVICES.labels else (),
            subject=row.title or "",
            description=plain(row.description),
            proofs=proofs_of(row, tuple(NATURES.labels)),
            narrative=True,
            rests=row.service in PROVEN_BY_ROWS,
        )

    def check(self, row: Plan) -> list[Problem]:
        """Links stay inside the institution, a price range runs upwards."""
        problems = own_certificates(row)
        for name in ("capabilities", "authorisations"):
            if any(linked_row.institution_id != row.institution.id for linked_row in getattr(row, name)):
                problems.append(Problem(name, "foreign", "关联的项目不属于该机构", "请选择本机构的项目"))
        if row.price_fen is not None and row.price_to_fen is not None and row.price_to_fen < row.price_fen:
            problems.append(Problem("price_to_fen", "order", "最高价格低于价格", "请核对价格"))
        return problems

    def find(self, session: Session, row: Plan) -> uuid.UUID | None:
        """By institution and title."""
        found: uuid.UUID | None = session.scalar(
            select(Plan.id)
            .where(Plan.institution_id == row.institution.id, Plan.title == row.title, Plan.deleted_at.is_(None))
            .limit(1)
        )
        return found
