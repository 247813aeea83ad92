"""Calendar dates in short texts, by the names of months in many languages. Knows nothing about pages.

Relative times ("6 hours ago") are not dates. A date needs a year, a month and a day that cannot be read in two ways:
04/05/2023 is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

EARLIEST = 1900
"""Years before this, and days after tomorrow, are slips of the pen and not dates of publication."""

_MONTHS = (
    "jan january januar januari janvier enero ene janeiro gennaio gen styczeń stycznia ledna leden январь "
    "января янв січня ocak januarja tammikuuta ιανουαρίου يناير जनवरी",
    "feb february februar februari février fevrier févr febrero fevereiro febbraio luty lutego února únor "
    "февраль февраля фев лютого şubat helmikuuta φεβρουαρίου فبراير फरवरी",
    "mar march märz maerz maart mars marzo março marzec marca března březen март марта березня mart "
    "maaliskuuta μαρτίου مارس मार्च",
    "apr april avril abril abr aprile kwiecień kwietnia dubna duben апрель апреля апр квітня nisan huhtikuuta "
    "απριλίου أبريل ابريل अप्रैल",
    "may mai mei mayo maio maggio mag maj maja května květen май мая травня mayıs toukokuuta μαΐου مايو मई",
    "jun june juni juin junio junho giugno giu czerwiec czerwca června červen июнь июня червня haziran "
    "kesäkuuta ιουνίου يونيو जून",
    "jul july juli juillet juil julio julho luglio lug lipiec lipca července červenec июль июля липня temmuz "
    "heinäkuuta ιουλίου يوليو जुलाई",
    "aug august augustus augusti août aout agosto ago sierpień sierpnia srpna srpen август августа авг серпня "
    "ağustos elokuuta αυγούστου أغسطس अगस्त",
    "sep sept september septembre septiembre setiembre setembro set settembre wrzesień września září сентябрь "
    "сентября сен вересня eylül syyskuuta σεπτεμβρίου سبتمبر सितंबर सितम्बर",
    "oct october okt oktober octobre octubre outubro out ottobre ott październik października října říjen "
    "октябрь октября окт жовтня ekim lokakuuta οκτωβρίου أكتوبر اكتوبر अक्टूबर",
    "nov november novembre noviembre novembro listopad listopada listopadu ноябрь ноября ноя листопада kasım "
    "marraskuuta νοεμβρίου نوفمبر नवंबर",
    "dec december dez dezember décembre decembre déc diciembre dic dezembro dicembre grudzień grudnia "
    "prosince prosinec декабрь декабря дек грудня aralık desember joulukuuta δεκεμβρίου ديسمبر दिसंबर",
)
"""The names of each month, as they stand in dates: English first, then the languages of Europe, Arabic and Hindi."""
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_MONTH = rf"(?P<month>{'|'.join(sorted(_NUMBER, key=len, reverse=True))})(?!\w)\.?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}\s?[-/.年년]\s?(?P<number>\d{{1,2}})\s?[-/.月월]\s?(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<![^\W\d]){_MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*{_YEAR}",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°)?[.\s-]*(?:of |de |di )?{_MONTH}[\s,-]*(?:de |del )?{_YEAR}",
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
        return _NUMBER[parts["month"].lower()], int(parts["day"])
    if "number" in parts:
        return int(parts["number"]), int(parts["day"])
    first, second = int(parts["first"]), int(parts["second"])
    if parts["mark"] == "." or first > 12 or first == second:  # with dots the day comes first wherever dots are used
        return second, first
    if second > 12:
        return first, second
    raise ValueError("month or day first: cannot be told")
