"""Testing capabilities (检测能力): S1-36..45, D11."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session, selectinload

from analyzers.collation import sort_number
from search_service.errors import Problem
from search_service.kinds import evidence
from search_service.kinds.access import Level
from search_service.kinds.base import Kind
from search_service.kinds.certificate import certificates_field, institution_reference, own_certificates
from search_service.kinds.fields import Integer, State, Text
from search_service.kinds.labels import INSTITUTION_FILTER, region_filter, word_filter
from search_service.kinds.numbers import cited_keys, prefixes, same_edition
from search_service.kinds.offer import NATURE_FILTER, ROW_ACTIONS, institution_words, nature_words, subject_hash
from search_service.kinds.offered import Offer, Ref, is_offer, proofs_of
from search_service.kinds.parts import Days, Phrases, Sort, Use, Window, Words
from search_service.kinds.regions import codes, division_reads
from search_service.kinds.special_fields import CitedStandards
from search_service.kinds.vocabulary import NATURES, ROW_STATE, SERVICES
from search_service.store.capability import Capability, CapabilityStandard, capability_certificate

NEWEST = 10**11
"""Seconds since 1970 beyond any row of ours: what is subtracted from it sorts the newest first."""

SERVICE = ("testing", "inspection")
"""检验检测 is one qualification in law: a capability answers both."""


class CapabilityKind(Kind):
    """One row of the annex of a certificate: object × parameter by certain standards."""

    name, plural, label = "capability", "capabilities", "检测能力"
    model = Capability
    create = Level.OWNER
    owner_path = "institution_id"
    owner = ("institution", "institution")
    title = "object"
    page = "capability.html"
    visibility_reads = evidence.READS
    fields = (
        institution_reference(),
        certificates_field(),
        Text(name="field", label="领域", limit=100, use=Use.TEXT),
        Text(name="object", label="检测对象", limit=300, required=True, use=Use.NAME),
        Text(name="parameter", label="检测参数", required=True, use=Use.NAME),
        CitedStandards(name="standards", label="依据标准", use=Use.CITED),
        Text(name="limitation", label="限制范围", limit=1000, use=Use.TEXT),
        Text(name="remark", label="说明", limit=1000, use=Use.TEXT),
        Text(name="place", label="检测场所", limit=200, use=Use.TEXT),
        Integer(name="sort_order", label="排序值", low=-1_000_000, high=1_000_000, default=0, brief=False),
        State(name="state", label="状态", words=ROW_STATE, first="draft"),
    )
    actions = ROW_ACTIONS
    words = (
        Words(Use.TEXT, "standards.name"),
        Words(Use.TEXT, lambda row: prefixes(entry["number"] for entry in row.standards)),
        *institution_words(),
        Words(Use.TEXT, lambda _: [SERVICES.label(s) for s in SERVICE]),
        Words(Use.TEXT, nature_words, ("certificates",)),
        Words(Use.FLAG, lambda row: ["verified"] if evidence.proven(row) else [], ("certificates",)),
    )
    filters = (
        region_filter(lambda row: codes([row.institution.division]), division_reads("institution.division")),
        word_filter("service", "服务", SERVICES, lambda _: SERVICE, replaceable=True),
        NATURE_FILTER,
        INSTITUTION_FILTER,
    )
    phrases = (Phrases("object", ("object",), pieces=True), Phrases("parameter", ("parameter",), pieces=True))
    sorts = (
        Sort("newest", "最新", lambda row: int(row.created_at.timestamp()), descending=True),
        Sort("name", "名称", lambda row: sort_number(f"{row.object} {row.parameter or ''}")),
    )
    priors = {"verified": 0.5}  # a proven certificate before an unknown one among equals, below every word

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """Published, by an active institution, under a usable certificate or none."""
        return evidence.shown(Capability, capability_certificate, now)

    def window(self, row: Capability, now: datetime) -> Window | None:
        """The same, for one row."""
        return evidence.window(row, now)

    def validity(self, row: Capability) -> list[Days]:
        """Days that certificates prove."""
        return evidence.proven(row)

    offer_reads = ("certificates",)

    def offer(self, row: Capability) -> Offer | None:
        """A row answers 检测 and 检验; where it may work its certificate says."""
        if not is_offer(row):
            return None
        return Offer(
            ref=Ref.of(self.name, row),
            institution=str(row.institution_id),
            services=SERVICE,
            subject=row.object or "",
            parameter=row.parameter or "",
            standards=tuple(entry["number"] for entry in row.standards),
            limitation=row.limitation or "",
            proofs=proofs_of(row, tuple(NATURES.labels)),
            shown=tuple(filter(None, (row.field, row.place, row.remark))),
        )

    def tie(self, row: Capability) -> str:
        """The institution's own order, then the newest (D13); shifted and turned, so that text sorts as numbers do."""
        return f"{row.sort_order + 1_000_000:08d}{NEWEST - int(row.created_at.timestamp()):012d}"

    def prepare(self, row: Capability) -> None:
        """Candidates for duplicates, and the editions cited as rows of their own."""
        row.subject_key = subject_hash(str(row.institution.id), row.object, row.parameter, row.place)
        if isinstance(row, Capability) and inspect(row).attrs.standards.history.has_changes():
            cited = dict.fromkeys(key for entry in row.standards for key in cited_keys(entry["number"]))
            kept = {link.edition_key: link for link in row.cited}
            row.cited = [kept.get(key) or CapabilityStandard(edition_key=key) for key in cited]

    def check(self, row: Capability) -> list[Problem]:
        """Certificates of its own institution only."""
        return own_certificates(row)

    def duplicates(self, session: Session, row: Capability) -> list[Problem]:
        """Same institution, object, parameter, place and any same standard edition (S1-38)."""
        rows = session.scalars(
            select(Capability)
            .where(Capability.subject_key == row.subject_key, Capability.id != row.id, Capability.deleted_at.is_(None))
            .options(selectinload(Capability.institution))
            .limit(50)  # more candidates than anybody would read
        )
        return [
            Problem(
                "standards", "duplicate", "与已有检测能力重复:对象、参数、场所与标准版本相同", f"已有记录 id:{other.id}"
            )
            for other in rows
            if same_edition(row.standards, other.standards)
        ]

    def find(self, session: Session, row: Capability) -> uuid.UUID | None:
        """In files, a row that repeats another in every respect that identifies a duplicate is that row."""
        self.prepare(row)
        same = select(Capability).where(Capability.subject_key == row.subject_key, Capability.deleted_at.is_(None))
        for other in session.scalars(same):
            if [s["number"] for s in other.standards] == [s["number"] for s in row.standards]:
                return other.id
        return None
