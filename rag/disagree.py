"""Where two articles contradict each other on what was asked, the answer gives both. Knows nothing about search.

Precision first: two reports of one event in other words agree. So the two must speak of the same thing, and must give
different values of the kind that the question asks for: a date, a number of the same things, a name in the same place,
how somebody was there, or yes and no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.asked import TIMES, kind
from rag.cite import MAX_CLAIMS, Statement, quoted
from rag.evidence import Sentence
from rag.facts import Date, Number, content_words, dates, is_negated, names, numbers

SAME_MATTER = 0.5
"""Cosine from which two sentences may be about one event; names and words in common must bear it out."""
RELEVANT_FROM = 0.15
"""Relevance from which a sentence is heard against one that is shown."""
WORDS_SHARED = 0.5
"""Share of the shorter sentence's words, apart from what differs, that the other must hold for a date, a name or a
negation to be what differs; so must it for a number of things. One of metres or dollars is told by its unit."""
NEAR_VALUE = 0.2
"""Two numbers of which one is rounded or bounded agree when they are this near, as a share of the larger."""

_PRESENCE = re.compile(
    r"\bin person\b|\battend|\b(take|took|taking) part\b|\bparticipat|\bappear|\bpresent\b"
    r"|\bjoin|\bdistance\b|\bphone\b|\bremote|\bonline\b|\bstage\b|\bthere\b",
    re.I,
)
_ASKS_HOW = re.compile(
    r"^\W*((and|so|but|then)\W+)*((how )?(did|does|is|was|were|has|had)|in (what|which) (way|form)|by what)\b"
    r"|\bwhether\b",
    re.I,
)
"""A question that only mentions where somebody appeared does not ask how."""
_ASKS_WHETHER = re.compile(
    r"^\W*((and|so|but|then)\W+)*(did|does|do|is|was|are|were|has|have|had|will|can|could)\b|\bwhether\b", re.I
)
_MANNER = (
    re.compile(r"\b((tele)?phone|video[- ]?(link|call|conferenc\w+)|remote(ly)?|virtual(ly)?|online)\b", re.I),
    re.compile(
        r"\b(in[- ]person|(took|take|takes|taking) (to )?the (stage|floor)|on (the )?(stage|podium)|in the room"
        r"|face[- ]to[- ]face)\b",
        re.I,
    ),
)
"""From a distance, and there: what nobody does at once."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What two sentences say differently: the kind, and the words of each."""

    kind: str
    one: str
    other: str


def both_sides(
    question: str, statements: Sequence[Statement], evidence: Sequence[Sentence], relevance: Sequence[float]
) -> list[Statement]:
    """The statements; where one is contradicted by another article, both in their own words first, attributed."""
    heard = [s for s, r in zip(evidence, relevance, strict=True) if r >= RELEVANT_FROM]
    for shown in statements:
        for one in shown.sources:
            for other in heard:
                if other.article.id in (one.article.id, *(copy.id for copy in one.copies)):
                    continue
                if difference(question, one.text, other.text, float(one.vector @ other.vector)):
                    rest = [s for s in statements if not {*s.sources} & {one, other}]
                    said = _attributed(one, "The articles disagree: according to"), _attributed(other, "According to")
                    return [*said, *rest][:MAX_CLAIMS]
    return list(statements)


def _attributed(sentence: Sentence, opening: str) -> Statement:
    article = sentence.article
    who = article.publisher or f"“{' '.join((article.title or 'another article').split())}”"
    day = f" ({article.published.day} {article.published:%B %Y})" if article.published else ""
    quote = quoted(sentence)
    return Statement(f"{opening} {who}{day}, {quote.text}", quote.sources, quote.support)


def difference(question: str, one: str, other: str, cosine: float) -> Difference | None:
    """What `one` and `other` contradict each other on, None where nothing shows it.

    `cosine` is the nearness of the two sentences.

    >>> difference("When did it open?", "The Lindau bridge opened on 3 May.", "The Lindau bridge opened on 4 May.", 0.9)
    Difference(kind='date', one='3 May', other='4 May')
    >>> difference("When did it open?", "The Lindau bridge opened on 3 May.", "The bridge opened in May.", 0.9)
    """
    if cosine < SAME_MATTER or not _same_matter(one, other):
        return None
    return next((found for rule in _RULES if (found := rule(question, one, other))), None)


def _same_matter(one: str, other: str) -> bool:
    return bool(_named(one) & _named(other)) or len(set(content_words(one)) & set(content_words(other))) >= 2


def _dates(question: str, one: str, other: str) -> Difference | None:
    if kind(question) != "date":
        return None
    mine, theirs = dates(one), dates(other)
    if not mine or not theirs or any(_agree(a, b) for a in mine for b in theirs):
        return None
    when = {word for text, found in ((one, mine), (other, theirs)) for d in found for word in _words(text, d)}
    if not _say_the_same(one, other, when):
        return None
    shown = (one[mine[0].start : mine[0].end], other[theirs[0].start : theirs[0].end])
    return Difference("date", *(text.rstrip(".,") for text in shown))


def _words(text: str, date: Date) -> list[str]:
    return content_words(text[date.start : date.end])


def _agree(a: Date, b: Date) -> bool:
    """False only where a part that both give differs."""
    pairs = ((a.year, b.year), (a.month, b.month), (a.day, b.day), (a.weekday, b.weekday))
    return all(x is None or y is None or x == y for x, y in pairs)


def _counts(question: str, one: str, other: str) -> Difference | None:
    if kind(question) != "number":
        return None
    theirs = list(_counted(other))
    told = set(content_words(one)) & set(content_words(other)) - _named(one) - _named(other)
    for number, thing in _counted(one):
        same = [there for there, what in theirs if what == thing and thing]
        if not same or any(_close(number, there) for there in same):
            continue
        # People died and people were saved; 52 years old and mayor for 20 years: these are no two values of one thing.
        if (number.unit and number.unit not in TIMES) or (told - {thing} and _say_the_same(one, other, {thing})):
            return Difference("number", one[number.start : number.end], other[same[0].start : same[0].end])
    return None


def _counted(text: str) -> Iterator[tuple[Number, str]]:
    """Each number with its unit, or the stem of the noun after it."""
    for number in numbers(text):
        if number.unit == "th":
            continue
        after = content_words(" ".join(text[number.end :].split()[:2]))
        yield number, number.unit or (after[0] if after else "")


def _close(a: Number, b: Number) -> bool:
    size = max(abs(a.value), abs(b.value)) or 1.0
    return abs(a.value - b.value) / size <= (NEAR_VALUE if a.modifier or b.modifier else 1e-6)


def _names(question: str, one: str, other: str) -> Difference | None:
    """Where the question asks for a name, and apart from it the two say the same."""
    if kind(question) != "name":
        return None
    mine, theirs = _only(one, f"{question} {other}"), _only(other, f"{question} {one}")
    # What is told of the two, not the names beside them: "China" stands in much that has nothing else in common.
    same = _say_the_same(one, other, _named(one) | _named(other))
    return Difference("name", mine[0], theirs[0]) if mine and theirs and same else None


def _named(text: str) -> set[str]:
    return {word for name in names(text) for word in content_words(name.text)}


def _only(text: str, elsewhere: str) -> list[str]:
    """Names of the text of which no word stands elsewhere."""
    known = set(content_words(elsewhere))
    found = ((name.text, set(content_words(name.text))) for name in names(text))
    return [name for name, words in found if words and not words & known]


def _manner(question: str, one: str, other: str) -> Difference | None:
    if not (_PRESENCE.search(question) and _ASKS_HOW.search(question)):
        return None
    for here, there in (_MANNER, _MANNER[::-1]):
        a, b = here.search(one), there.search(other)
        if a and b and not there.search(one) and not here.search(other):
            return Difference("manner", a[0], b[0])
    return None


def _negation(question: str, one: str, other: str) -> Difference | None:
    asks_whether = not kind(question) and _ASKS_WHETHER.search(question)
    if not asks_whether or is_negated(one) == is_negated(other) or not _say_the_same(one, other, set()):
        return None
    return Difference("negation", one, other)


def _say_the_same(one: str, other: str, but: set[str]) -> bool:
    a, b = set(content_words(one)) - but, set(content_words(other)) - but
    return len(a & b) >= max(2.0, WORDS_SHARED * min(len(a), len(b)))


_RULES = (_dates, _counts, _names, _manner, _negation)
