"""Calendar days and instants: rules speak of days in Asia/Shanghai, the store of instants in UTC."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from search_service.kinds.parts import Days, Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


def day_of(now: datetime) -> date:
    """The calendar day in Shanghai."""
    return now.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """The instant at which a day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def short_time(instant: datetime) -> str:
    """An instant in a message: "11-26 17:30", since what is due is due within days."""
    return f"{instant.astimezone(SHANGHAI):%m-%d %H:%M}"


def unbroken(spans: Iterable[Days], now: datetime) -> Window | None:
    """The unbroken union of spans that holds now, else the next one, else None.

    A span's last day is included, so it ends at the midnight after it; two spans of which one begins on the day after
    the other ends touch.  An unknown first or last day leaves that side open (`docs/ranking.md`, visibility).
    """
    runs: list[Days] = []
    for span in sorted(spans, key=lambda s: (s.first is not None, s.first or date.min)):
        if span.first and span.last and span.last < span.first:
            continue
        before = runs[-1] if runs else None
        if before is None or (
            before.last is not None and span.first is not None and span.first > day_after(before.last)
        ):
            runs.append(span)
        elif before.last is not None and (span.last is None or span.last > before.last):
            runs[-1] = Days(before.first, span.last)
    today = day_of(now)
    run = next((r for r in runs if r.last is None or r.last >= today), None)
    if run is None:
        return None
    # 9999-12-31 is how registers write "no end".
    end = None if run.last is None or run.last == date.max else midnight(day_after(run.last))
    return Window(midnight(run.first) if run.first else None, end)


def unbroken_each(dated: Iterable[tuple[str, Days]], now: datetime) -> dict[str, Window]:
    """For each value the unbroken union of its days that holds now, else the next one; ended values are left out."""
    spans: dict[str, list[Days]] = {}
    for value, days in dated:
        spans.setdefault(value, []).append(days)
    return {value: window for value, days in spans.items() if (window := unbroken(days, now)) is not None}


def day_after(day: date) -> date:
    """The next day; the last day that there is stays."""
    return day if day == date.max else day + ONE_DAY
