"""Metrology authorisations (计量授权项目): S1-59..61, S2-21, S5-19."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from analyzers.collation import sort_number
from search_service.errors import Problem
from search_service.kinds import evidence
from search_service.kinds.access import Level
from search_service.kinds.base import Kind
from search_service.kinds.certificate import certificates_field, institution_reference, own_certificates
from search_service.kinds.fields import Code, Parsing, State, Text
from search_service.kinds.labels import INSTITUTION_FILTER, region_filter, word_filter
from search_service.kinds.numbers import number_key, prefixes
from search_service.kinds.offer import NATURE_FILTER, ROW_ACTIONS, institution_words, nature_words, subject_hash
from search_service.kinds.offered import Offer, Ref, is_offer, proofs_of
from search_service.kinds.parts import Days, Lookup, Phrases, Sort, Use, Window, Words
from search_service.kinds.regions import codes, division_reads, names, wholes
from search_service.kinds.special_fields import Divisions, number_warning
from search_service.kinds.vocabulary import NATURES, ORGANISATION_CLASSES, ROW_STATE, SERVICES
from search_service.store.authorisation import Authorisation, AuthorisationRegion, authorisation_certificate


class Regulation(Text):
    """A JJG or JJF number with its edition; kept as printed even where nobody can read it."""

    def parse(self, value: object, parsing: Parsing) -> str | None:
        """Warn where it is no number."""
        text = Text.parse(self, value, parsing)
        if text:
            number_warning(self.name, text, parsing)
        return text


class AuthorisationKind(Kind):
    """One instrument that an institution may verify, calibrate, inspect or assess, and where."""

    name, plural, label = "authorisation", "authorisations", "计量授权项目"
    model = Authorisation
    create = Level.OWNER
    owner_path = "institution_id"
    owner = ("institution", "institution")
    title = "instrument"
    page = "authorisation.html"
    visibility_reads = evidence.READS
    fields = (
        institution_reference(),
        certificates_field(),
        Code(
            name="service",
            label="服务类别",
            words=SERVICES,
            required=True,
            filter=word_filter("service", "服务", SERVICES, "service", replaceable=True),
        ),
        Text(name="instrument", label="计量器具名称", limit=300, required=True, use=Use.NAME),
        Text(name="category", label="项别", limit=200, use=Use.TEXT),
        Text(name="type", label="种别", limit=200, use=Use.TEXT),
        Regulation(name="regulation", label="依据规程编号", limit=200, required=True, use=Use.CITED),
        Text(name="range", label="测量范围", use=Use.TEXT),
        Text(name="accuracy", label="准确度", use=Use.TEXT),
        Divisions(
            name="regions", label="授权区域", most=500, required=True, row_class=AuthorisationRegion, reads=("regions",)
        ),
        Code(name="organisation_class", label="机构类别", words=ORGANISATION_CLASSES, required=True, doubtful=True),
        Text(name="limitation", label="限制范围", limit=1000, use=Use.TEXT),
        Text(name="remark", label="备注", limit=1000, use=Use.TEXT),
        State(name="state", label="状态", words=ROW_STATE, first="draft"),
    )
    actions = ROW_ACTIONS
    words = (
        Words(Use.NAME, "regulation_standard.title"),
        Words(Use.TEXT, lambda row: prefixes([row.regulation])),
        *institution_words(),
        Words(Use.TEXT, lambda row: names([r.division for r in row.regions]), division_reads("regions.division")),
        Words(Use.TEXT, lambda row: [SERVICES.label(row.service)]),
        Words(Use.TEXT, nature_words, ("certificates",)),
        Words(Use.FLAG, lambda row: ["verified"] if evidence.proven(row) else [], ("certificates",)),
    )
    filters = (
        region_filter(
            lambda row: [
                *codes([*(r.division for r in row.regions), row.institution.division]),
                *wholes(r.adcode for r in row.regions),
            ],
            (*division_reads("regions.division"), *division_reads("institution.division")),
        ),
        NATURE_FILTER,
        INSTITUTION_FILTER,
    )
    sorts = (
        Sort("newest", "最新", lambda row: int(row.created_at.timestamp()), descending=True),
        Sort("name", "名称", lambda row: sort_number(row.instrument)),
    )
    phrases = (Phrases("object", ("instrument",), pieces=True),)
    lookups = (Lookup("regulation_key", number_key, own=False),)
    priors = {"verified": 0.5}  # as for capabilities

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """Published, by an active institution, under a usable certificate or none."""
        return evidence.shown(Authorisation, authorisation_certificate, now)

    def window(self, row: Authorisation, now: datetime) -> Window | None:
        """The same, for one row."""
        return evidence.window(row, now)

    def validity(self, row: Authorisation) -> list[Days]:
        """Days that certificates prove."""
        return evidence.proven(row)

    def tie(self, row: Authorisation) -> str:
        """As instruments are looked up in a list: by name."""
        return f"{sort_number(row.instrument):019d}"  # 60 bits

    offer_reads = ("certificates", "regions")
    offers_unproven = True

    def offer(self, row: Authorisation) -> Offer | None:
        """A row answers its own service, in its own regions."""
        if not is_offer(row):
            return None
        return Offer(
            ref=Ref.of(self.name, row),
            institution=str(row.institution_id),
            services=(row.service,) if row.service in SERVICES.labels else (),
            subject=row.instrument or "",
            standards=(row.regulation,) if row.regulation else (),
            range=row.range or "",
            accuracy=row.accuracy or "",
            regions=tuple(region.adcode for region in row.regions),
            limitation=row.limitation or "",
            proofs=proofs_of(row, tuple(NATURES.labels)),
            metrology=True,
            shown=tuple(filter(None, (row.category, row.type, row.remark))),
        )

    def suggestions(self, row: Authorisation) -> list[str]:
        """The instrument: the regulation's title is the standard's own suggestion."""
        return [row.instrument]

    def prepare(self, row: Authorisation) -> None:
        """Candidates for duplicates, and the regulation by its canonical number."""
        row.regulation_key = number_key(row.regulation) if row.regulation else None
        row.subject_key = subject_hash(
            str(row.institution.id), row.service, row.instrument, row.regulation_key, row.range, row.accuracy
        )

    def check(self, row: Authorisation) -> list[Problem]:
        """Certificates of its own institution only."""
        return own_certificates(row)

    def duplicates(self, session: Session, row: Authorisation) -> list[Problem]:
        """Same institution, service, instrument, regulation, range and accuracy."""
        same = select(Authorisation.id).where(
            Authorisation.subject_key == row.subject_key,
            Authorisation.id != row.id,
            Authorisation.deleted_at.is_(None),
        )
        return [
            Problem(
                "instrument", "duplicate", "与已有授权项目重复:服务、器具、规程、范围与准确度相同", f"已有记录 id:{i}"
            )
            for i in session.scalars(same.limit(5))
        ]

    def find(self, session: Session, row: Authorisation) -> uuid.UUID | None:
        """In files, a row that repeats another's subject is that row."""
        self.prepare(row)
        found: uuid.UUID | None = session.scalar(
            select(Authorisation.id)
            .where(Authorisation.subject_key == row.subject_key, Authorisation.deleted_at.is_(None))
            .limit(1)
        )
        return found
