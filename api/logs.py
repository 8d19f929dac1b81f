"""Logs: one line an event, as JSON where a machine collects them, with personal data masked (reliability: S11).

Whatever is logged passes through `masked`, the text of exceptions too: a value that somebody typed ends up in error
messages of libraries that know nothing of its meaning.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

from api.settings import Settings

MASKS = (
    # GB 11643: six digits of a place, a birthday, three digits and a check character; before phones, which it holds.
    (re.compile(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?![\dXx])"), r"\1**********\2"),
    (re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)"), r"\1****\2"),
    (re.compile(r"\b([\w.+-])[\w.+-]*@(?=[\w-]+(?:\.[\w-]+)+)"), r"\1***@"),
    (re.compile(r"\bzx_[\w-]+"), "zx_***"),
    (re.compile(r"(?i)(secret(?:=|%(?:25)*3D))[\w~+%-]+"), r"\1***"),
    (re.compile(r"(?i)(\bbearer\s+)[\w.~+/=-]+"), r"\1***"),
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+@"), r"\1***@"),
)
"""Identity number, mobile phone, mail address, our tokens, secrets of guests (also inside an encoded address, as in
`/login?next=`), tokens in headers, passwords in addresses; each pattern is
linear in the length of the text."""

LIBRARIES = {
    "elastic_transport": logging.ERROR,
    "celery": logging.WARNING,
    "alembic": logging.WARNING,
    "uvicorn": logging.WARNING,
}
"""Who would tell of every request or every retry: what matters of it we say ourselves."""


def masked(text: str) -> str:
    """The text without personal data and secrets."""
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text


def set_up(settings: Settings) -> None:
    """Send everything that is logged to the error stream: in production for collectors, otherwise for eyes."""
    as_json = settings.mode == "production"
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _mask,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    logging.raiseExceptions = False  # its complaint about a line that cannot be written shows what was in it, unmasked
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in LIBRARIES.items():
        logging.getLogger(name).setLevel(level)


def _mask(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    del logger, method
    for key, value in event.items():
        if not key.startswith("_"):  # what the formatter itself needs
            event[key] = _inside(value)
    return event


def _inside(value: Any) -> Any:
    match value:
        case str():
            return masked(value)
        case dict():
            return {key: _inside(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_inside(inner) for inner in value]
        case int() | float() | None:
            return value
        case _:
            return masked(str(value))
