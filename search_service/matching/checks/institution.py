"""Check 1: the institution is active on the day of judging."""

from search_service.kinds.evidence import ACTIVE
from search_service.kinds.offered import Ref
from search_service.kinds.vocabulary import INSTITUTION_STATUS
from search_service.matching.words import Finding, Told, below, met

CHECK = "institution"


def check(ref: Ref, name: str, status: str) -> Finding:
    """Nothing but the status of the day counts; an institution that is suspended today does nothing for anybody."""

    def tell() -> Told:
        return f"{name}：机构状态为{INSTITUTION_STATUS.label(status)}", (ref,)

    return met(CHECK, tell) if status == ACTIVE else below(CHECK, "institution_not_active", tell)
