"""What the ranking formula must know of a kind, and nothing more."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Profile:
    """How one kind takes part in the one formula (``docs/ranking.md``, six kinds).

    Attributes:
        kind: its name; only for messages.
        cites: its rows name standards that are not their own identity, so the words beside a number score fully.
        priors: small additive constants by flag, e.g. ``{"current": 1.0}``; they order equals and never cross a tier.
    """

    kind: str
    cites: bool = False
    priors: Mapping[str, float] = field(default_factory=dict)
