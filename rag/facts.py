"""The facts that stand in a text: numbers with modifier and unit, dates, names, negation.

Pure functions over one text, by rules and word lists. Knows nothing about sources, and judges nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.lexicon import (
    COUNTED,
    MODIFIERS,
    MONTHS,
    NEGATIONS,
    NUMBER_WORDS,
    SCALES,
    UNITS,
    WEEKDAYS,
)
from rag.words import content_words, tidy

__all__ = [
    "Date", "Name", "Number",
    "content_words", "dates", "is_negated", "names", "numbers",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """`value` with scale words multiplied in; `modifier` a key of MODIFIERS or ""; `unit` a key of UNITS or ""."""

    value: float
    modifier: str
    unit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar date as far as the text gives it; None where it doesn't. `weekday` counts from 1, Monday."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words. `first` says that it opens a sentence, where a capital proves nothing."""

    text: str
    first: bool
    start: int
    end: int


_MODIFIER_OF = {phrase: key for key, phrases in MODIFIERS.items() for phrase in phrases.split("|")}
_UNIT_OF = {word: key for key, words in UNITS.items() for word in words.split()}


def _any(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


_NUMBER = re.compile(
    rf"(?:\b(?P<modifier>{_any(_MODIFIER_OF)})\s+)?(?:(?P<sign>[$€£¥])\s?)?"
    rf"(?<![\w.])(?P<value>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?:{_any(NUMBER_WORDS)})(?:-(?:{_any(NUMBER_WORDS)}))?"
    rf"|(?:a\s+)?(?:hundred|thousand|million|billion|dozen)|half)"
    rf"(?P<ordinal>st|nd|rd|th)?(?P<scales>(?:[\s-]*(?:{_any(SCALES)})s?\b)*)\b"
    rf"(?:\s+(?P<after>or more|or so|or less|or fewer))?"
    rf"(?:[\s-]*(?P<unit>{_any(_UNIT_OF)})(?!\w))?",
    re.IGNORECASE,
)
_AFTER = {"or more": "least", "or so": "about", "or less": "most", "or fewer": "most"}


@lru_cache(maxsize=4096)
def numbers(text: str) -> tuple[Number, ...]:
    """Numbers in figures and words, dates left out.

    >>> [(n.value, n.modifier, n.unit) for n in numbers("More than 3.2 million people lost at least five per cent.")]
    [(3200000.0, 'over', ''), (5.0, 'least', '%')]
    """
    text = text.replace("per cent", "percent ")  # same length: offsets stay
    taken = [(d.start, d.end) for d in dates(text)]
    found = []
    for match in _NUMBER.finditer(text):
        where = match.span("value")
        if any(a < where[1] and where[0] < b for a, b in taken):
            continue
        found.append(_number(match))
    return tuple(found)


def _number(match: re.Match[str]) -> Number:
    word = re.sub(r"^a\s+", "", match["value"].lower())
    if word[0].isdigit():
        value = float(word.replace(",", ""))
    elif word == "half":
        value = 0.5
    else:
        value = sum(NUMBER_WORDS.get(part, 0.0) for part in word.split("-")) or SCALES.get(word, 0.0)
    for scale in re.findall(r"[a-z]+", match["scales"].lower()):
        value *= SCALES.get(scale, SCALES.get(scale.rstrip("s"), 1.0))
    modifier = _MODIFIER_OF.get((match["modifier"] or "").lower(), "") or _AFTER.get((match["after"] or "").lower(), "")
    unit = _UNIT_OF.get((match["sign"] or match["unit"] or "").lower(), "")
    if match["ordinal"]:
        unit = "th"
    return Number(value, modifier, unit, match.start(), match.end())


_MONTH = rf"(?P<month>(?:{_any(MONTHS)})\b\.?)"
_YEAR = r"(?P<year>1[0-9]{3}|20[0-9]{2})(?![\d,.]*\d)(?!s\b)"
_DATE = re.compile(
    rf"\b(?:(?P<weekday>{_any(WEEKDAYS)})\b,?\s*(?:the\s+)?)?(?:"
    rf"(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|"
    rf"{_MONTH}(?:\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|,\d{{3}}))?(?:\s*,?\s*(?:of\s+)?{_YEAR})?|"
    rf"(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH.replace('month', 'month2')}(?:\s*,?\s*{_YEAR.replace('year', 'year2')})?|"  # noqa: E501
    rf"{_YEAR.replace('year', 'year3')}"
    rf")|\b(?P<alone>{_any(WEEKDAYS)})\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def dates(text: str) -> tuple[Date, ...]:
    """Calendar dates, months, weekdays and bare years from 1000 to 2099.

    >>> [(d.year, d.month, d.day) for d in dates("In May 2019, on 3 June and in 1998, Mr May left.")]
    [(2019, 5, None), (None, 6, 3), (1998, None, None)]
    """
    found = []
    for match in _DATE.finditer(text):
        date = _date(match)
        if date is not None:
            found.append(date)
    return tuple(found)


def _date(match: re.Match[str]) -> Date | None:
    month_word = match["month"] or match["month2"]
    month = MONTHS.get(month_word.lower().rstrip(".")) if month_word else None
    if month_word and (month is None or not month_word[0].isupper() or _is_may_the_person(match)):
        return None  # case aside, "Auguſt" is August too
    if match["year3"] and _counts(match):
        return None
    weekday = WEEKDAYS.get((match["weekday"] or match["alone"] or "").lower())
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
        return Date(year, month, day, weekday, *match.span())
    year_text = match["year"] or match["year2"] or match["year3"]
    day_text = match["day"] or match["day2"]
    return Date(
        int(year_text) if year_text else None,
        month,
        int(day_text) if day_text else None,
        weekday,
        *match.span(),
    )


def _counts(year: re.Match[str]) -> bool:
    """Whether it is a number of something: "cut 1200 jobs", and not "in 2019 jobs were cut"."""
    before, after = year.string[: year.start()].lower().split()[-1:], year.string[year.end() :]
    return bool(_MEASURED.match(after)) or (before != [] and before[0] not in _IN and bool(_COUNTED_AFTER.match(after)))


_MEASURED = re.compile(r"\s*(?:%|percent|people|[a-z]*illion|km|miles|feet|met|m\b)")
_COUNTED_AFTER = re.compile(rf"\s(?:[a-z]+ )?(?:{COUNTED})\b")
_IN = frozenset(
    """in since by from until till during before after of for early late mid the and to its their""".split()  # noqa: SIM905
)
"""Words before a year."""


def _is_may_the_person(match: re.Match[str]) -> bool:
    if (match["month"] or "").lower() != "may" or match["day"] or match["year"]:
        return False
    before = match.string[: match.start()].rstrip()
    return bool(re.search(r"(?:\b[A-Z]\w+|Mrs?\.?|Ms\.?)$", before)) and not re.search(
        r"\b(?:In|Last|This|By|Since|Until|Early|Late|On|From|Next|Of)$", before
    )


_NAME = re.compile(r"(?:[A-Z]\.\s?)+(?=[A-Z])[A-Z][\w'&]*|(?:[A-Z]\.){2,}|[A-Z][\w&]*(?:['’][A-Z]\w+)?(?:-[A-Z]\w*)*")
_JOIN = re.compile(r"\.? (?:of the |of |de la |de |del |van der |van |von |al-|bin |du |der )?\Z")
_NOT_NAMES = frozenset(["i", "i'm", "ok", "mr", "mrs", "ms", "dr"])


@lru_cache(maxsize=4096)
def names(text: str) -> tuple[Name, ...]:
    """Runs of capitalised words, dates left out; a lone function word at the start of a sentence is none.

    >>> [n.text for n in names("The Bank of England said Sam Altman met Xi in May.")]
    ['Bank of England', 'Sam Altman', 'Xi']
    """
    from rag.lexicon import FUNCTION

    taken = [(d.start, d.end) for d in dates(text)]
    found: list[Name] = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        if (start and (text[start - 1].isalnum())) or any(a < end and start < b for a, b in taken):
            continue
        first = not re.search(r"[^\s\"'(\[]", re.split(r"[.!?:]\s|\n|[\"“]", text[:start])[-1])
        capitals = match[0].isupper() and len(match[0]) > 1  # "A storm" is no name
        if match[0].lower() in _NOT_NAMES or (match[0].lower() in FUNCTION and not capitals):
            continue
        previous = found[-1] if found else None
        if previous and _JOIN.match(text[previous.end : start]) and not _ends_sentence(text, previous, start):
            found[-1] = Name(text[previous.start : end], previous.first, previous.start, end)
        else:
            found.append(Name(match[0], first, start, end))
    return tuple(found)


def _ends_sentence(text: str, name: Name, start: int) -> bool:
    """A full stop between two names ends a sentence unless it follows an initial or a title."""
    return "." in text[name.end : start] and not re.search(
        r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Sen|Rep|Gov|Gen)$", text[: name.end]
    )


def is_negated(text: str) -> bool:
    """True when the text holds a word that negates.

    >>> is_negated("It didn't pass."), is_negated("It passed.")
    (True, False)
    """
    return any(word in NEGATIONS for word in re.findall(r"[a-z]+", tidy(text).lower()))
