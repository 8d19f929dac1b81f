"""What is due for a requirement at an instant: pure, from its deadlines and what has happened (docs/matching.md)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from search_service.clock.business import AUTOMATIC, ESCALATIONS, Deadline, Office
from search_service.requirements import events

DRAFT_SECONDS = 60
"""A draft is ready within a minute of posting."""


class Step(StrEnum):
    """What the clock does by itself."""

    DRAFT = "draft"
    """Judge, and keep what was found for staff to confirm."""
    MISSED_RESPONSE = "missed_response"
    """Report that the first working day passed without a response."""
    ESCALATE = "escalate"
    """Tell staff how much of the time is used."""
    SEND = "send"
    """Send what is verified, marked 系统自动推荐."""
    WAKE = "wake"
    """Judge again what nobody could do."""

    @property
    def label(self) -> str:
        """In words."""
        return LABELS[self]


LABELS = {
    Step.DRAFT: "生成推荐草稿",
    Step.MISSED_RESPONSE: "报告未按时响应",
    Step.ESCALATE: "提醒推荐时限",
    Step.SEND: "自动推荐",
    Step.WAKE: "重新匹配外部需求",
}


@dataclass(frozen=True, slots=True)
class Instants:
    """When what is due; `escalations` are per cent and instant, in order, the last is the deadline itself."""

    respond_by: Deadline
    recommend_by: Deadline
    automatic_at: datetime
    escalations: tuple[tuple[int, datetime], ...]


def instants(office: Office, received: datetime, last_day: date | None = None) -> Instants:
    """All of one requirement, by one calendar; `last_day` is that of the wanted service, where it is known.

    A service that is over before the recommendation is due is recommended in the last working hour of its own last
    day: nobody is helped by an answer that keeps the three days and comes too late.
    """
    respond_by, recommend_by = office.respond_by(received), office.recommend_by(received)
    automatic_at = office.automatic_at(recommend_by)
    if last_day is not None:
        automatic_at = min(automatic_at, office.hours.of(last_day)[1] - AUTOMATIC)
    return Instants(
        respond_by,
        recommend_by,
        max(automatic_at, received),
        tuple((percent, office.after(received, recommend_by.at, percent)) for percent in ESCALATIONS),
    )


@dataclass(frozen=True, slots=True)
class Due:
    """One step; of an escalation the per cent that are used, and the mark under which it happens once."""

    step: Step
    percent: int = 0

    @property
    def once(self) -> str:
        """The mark."""
        return escalation_mark(self.percent) if self.step is Step.ESCALATE else self.step.value


def escalation_mark(percent: int) -> str:
    """`once` of an escalation's event."""
    return f"{events.ESCALATED}:{percent}"


def due(
    when: Instants, now: datetime, kinds: Collection[str], marks: Collection[str], *, automatic: bool
) -> Iterator[Due]:
    """What has to be done now for one whose clock runs, in the order in which it is done.

    `kinds` and `marks` are those of the events that happened.  A deadline holds until its very instant: who answers at
    17:30:00 was in time.  Half-time and the call to hurry come after the sending, which makes them pointless where it
    succeeds; the breach is told first, because it is a fact whatever comes of it.
    """
    if events.DRAFTED not in kinds:
        yield Due(Step.DRAFT)
    if now > when.respond_by.at and not events.RESPONSES & set(kinds) and events.MISSED_RESPONSE not in marks:
        yield Due(Step.MISSED_RESPONSE)
    passed = [percent for percent, at in when.escalations if now >= at and escalation_mark(percent) not in marks]
    last = when.escalations[-1][0]
    if last in passed and now > when.recommend_by.at:
        yield Due(Step.ESCALATE, last)
    if automatic and now >= when.automatic_at:
        yield Due(Step.SEND)
    for percent in passed:
        if percent != last:
            yield Due(Step.ESCALATE, percent)
