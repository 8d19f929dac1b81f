"""Templates: one environment, escaping always on, what templates may call, addresses of static files by content."""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from api.pages import wording
from search_service.kinds.registry import REGISTRY

API = Path(__file__).resolve().parent.parent
STATIC = API / "static"
"""Served at /static by the application."""

RICH_TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "h3", "h4"}
"""What a plan's description may hold; it was cleaned when it was stored, and is again before it is shown."""


@cache
def static(name: str) -> str:
    """The address of a static file, changed with its content, so that browsers may keep it for long."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


def marked(hit: Mapping[str, Any], name: str) -> Markup:
    """A hit's field with what was found marked; the plain field, escaped, where nothing was."""
    found = hit["highlights"].get(name)
    if found is not None:
        return Markup(found)  # noqa: S704 - the facade's highlights are escaped (analyzers/highlight.py)
    value = hit["title"] if name == "title" and name not in hit["fields"] else hit["fields"].get(name)
    return escape("" if value is None else " · ".join(map(str, value)) if isinstance(value, list) else value)


def rich(text: str | None) -> Markup:
    """A cleaned rich text."""
    return Markup(nh3.clean(text or "", tags=RICH_TAGS))  # noqa: S704 - cleaned in this line


def coded(text: str) -> Markup:
    """A text with its `words of code` set as such."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(API / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # templates do not change under a running server, and looking costs a stat for each
    )
    environment.globals |= {
        "static": static,
        "marked": marked,
        "kind_label": lambda name: REGISTRY.kind(name).label,
        "kinds": lambda: REGISTRY.kinds,
        "explanations": wording.EXPLANATIONS,
        "examples": wording.EXAMPLES,
        "word": wording.word,
        "price": wording.price,
        "lasting": wording.lasting,
        "tone": wording.tone,
        "local_image": wording.local_image,
    }
    environment.filters |= {
        "snippet": wording.snippet,
        "count": wording.number,
        "rich": rich,
        "coded": coded,
        "local_image": wording.local_image,
    }
    return environment


_ENVIRONMENT = _environment()


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page.  It always holds live data, so browsers ask again (they may keep it for the back button)."""
    html = _ENVIRONMENT.get_template(template).render(**values)
    return HTMLResponse(html, status, headers={"Cache-Control": "no-cache"})
