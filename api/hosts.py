"""Which names a request may be for: links are made of the name, and anybody can write one into a request."""

import re

from fastapi import Request

PORT = re.compile(r":[0-9]*\Z")

OURSELVES = ("127.0.0.1", "localhost", "[::1]")
"""What probes inside the container call us."""


def allowed(request: Request, hosts: str) -> bool:
    """Whether the request is for one of the names in `hosts` (commas between, ``*`` for any)."""
    names = {host.strip().lower() for host in hosts.split(",")}
    name = PORT.sub("", request.headers.get("host", "").lower())
    return "*" in names or name in names or name in OURSELVES
