"""Calendar dates in short English texts. Knows nothing about pages; relative times ("6 hours ago") are not dates.

A date needs a year, a month and a day that cannot be read in two ways: 04/05/2023 is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

EARLIEST = 1900
"""Years before this, and days after tomorrow, are slips of the pen and not dates of publication."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary|vier)?|feb(?:ruary)?|f[ée]vrier|mar(?:ch|s)?|apr(?:il)?|avril|may|mai|june?|juin|july?|juillet|"
    r"aug(?:ust)?|ao[uû]t|sept?(?:ember|embre)?|oct(?:ober|obre)?|nov(?:ember|embre)?|dec(?:ember)?|d[ée]cembre)\b\.?"
)
_FRENCH = {"fé": "feb", "fe": "feb", "av": "apr", "mai": "may", "juin": "jun", "juil": "jul", "ao": "aug", "dé": "dec"}
_YEAR = r"(?P<year>\d{4})(?!\d)"
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}\s?[-/.年]\s?(?P<number>\d{{1,2}})\s?[-/.月]\s?(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<![a-z]){_MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*{_YEAR}",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er)?[\s-]*(?:of )?{_MONTH}[\s,-]*{_YEAR}",
        rf"(?<![\d/.-])(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<second>\d{{1,2}})(?P=mark){_YEAR}",
    )
)


def find(text: str, today: date | None = None) -> date | None:
    """The first full date in `text`, or None.

    >>> find("Published: 19th August 2017 10:00 PM"), find("6 hours ago"), find("11/12/2023")
    (datetime.date(2017, 8, 19), None, None)
    """
    first = locate(text, today)
    return first[1] if first else None


def locate(text: str, today: date | None = None) -> tuple[int, date] | None:
    """Where the first full date of the first 500 characters begins, and which it is."""
    latest = (today or date.today()) + timedelta(days=1)
    return min(((at, day) for at, day in _dates(text) if day.year >= EARLIEST and day <= latest), default=None)


def parse(value: object, today: date | None = None) -> date | None:
    """A date field of a data file: ISO 8601, RFC 822 ("Tue, 14 Feb 2023 07:12:00 GMT") or in words; else None."""
    return find(value, today) if isinstance(value, str) else None


def _dates(text: str) -> Iterator[tuple[int, date]]:
    for form in _FORMS:
        for match in form.finditer(text[:500]):
            parts = match.groupdict()
            try:
                yield match.start(), date(int(parts["year"]), *_month_and_day(parts))
            except ValueError:
                continue


def _month_and_day(parts: dict[str, str]) -> tuple[int, int]:
    if "month" in parts:
        name = parts["month"].casefold()
        name = next((english for french, english in _FRENCH.items() if name.startswith(french)), name)
        return _MONTHS.index(name[:3]) + 1, int(parts["day"])
    if "number" in parts:
        return int(parts["number"]), int(parts["day"])
    first, second = int(parts["first"]), int(parts["second"])
    if parts["mark"] == "." or first > 12 or first == second:  # with dots the day comes first wherever dots are used
        return second, first
    if second > 12:
        return first, second
    raise ValueError("month or day first: cannot be told")
