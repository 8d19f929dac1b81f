"""Secrets that somebody holds and we only recognise: cookies, tickets, links; stored as a hash, never as they are."""

import hashlib
import secrets

RANDOM_BYTES = 32
"""256 bits: guessing is hopeless, so a plain SHA-256 is enough (it is no password)."""
LONGEST = 200


def fresh() -> str:
    """A new secret, fit for addresses and cookies."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def digest(secret: str) -> str:
    """What is stored of it.  Looking a hash up tells nothing by its time: nobody can choose a hash."""
    return hashlib.sha256(secret[:LONGEST].encode(errors="replace")).hexdigest()
