"""Where sentences begin and end, as offsets into a text. The only module that imports sentencex, and lazily.

Knows nothing about articles or passages. sentencex knows abbreviations, initials and numbers; this module adds what
citations need: exact spans, blank lines as boundaries, and no sentence too long to be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_CHARS = 1000
MAX_WORDS = 100
"""A longer "sentence" (a list, a table, a text without stops) is cut further, at a clause where there is one."""

LONG_WORDS = 50
"""A longer sentence is cut at the stops inside its quotation: sentencex keeps a quotation of many in one piece."""

CHUNK_CHARS = 10_000
"""sentencex is given at most this much at once: on text full of quotation marks its time grows with the square."""

_BREAK = re.compile(r"(?>\r\n|[\n\r\u2028\u2029])\s*[\n\r\u2028\u2029]")
_SPACE = re.compile(r"\s")
_GAP = re.compile(r"\s+")
_QUOTES = re.compile(r"[\"“”‘’«»„]|``|''")
_OPENING = re.compile(r"(?<=\s)(?:[\"'“‘«(\[{]+|``\s?)$")
_CLOSING = re.compile(r"\s*(?:(?:''|[\"'”’»)\]])+\s+)+")
_CLAUSE = re.compile(r"(?:[;:,—–][\"'”’)\]]*|\s[-–—]{1,2})\s+")
_CLOSED = re.compile(r"(?<=[.!?…]\))\s+(?=[\"'“‘(]?[A-Z])|(?<=[.!?…] \))\s+(?=[A-Z])")


def split(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of `text`: in order, apart, without white space around them.

    Together they hold every character that is not white space.

    >>> text = "Mr. Lee came at 3.5 p.m. to the U.S. embassy. “Why?” he asked."
    >>> [text[start:end] for start, end in split(text)]
    ['Mr. Lee came at 3.5 p.m. to the U.S. embassy.', '“Why?” he asked.']
    """
    return [
        piece
        for start, end in _chunks(text)
        for sentence in _between(text, start, end, _stops(text, start, end))
        for piece in _quotable(text, *sentence)
    ]


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, those that are too long for one call of sentencex cut after a stop."""
    start = 0
    for stop in [*(m.span() for m in _BREAK.finditer(text)), (len(text), len(text))]:
        while stop[0] - start > CHUNK_CHARS:
            limit = start + CHUNK_CHARS
            cut = 1 + max(text.rfind(mark, start, limit) for mark in (". ", "! ", "? ", ".\n"))
            cut = cut if cut > start else 1 + text.rfind(" ", start, limit)
            cut = cut if cut > start else limit
            yield start, cut
            start = cut
        yield start, stop[0]
        start = stop[1]


def _stops(text: str, start: int, end: int, in_quotes: bool = False) -> set[int]:
    """Offsets at which a sentence ends between `start` and `end`; with `in_quotes` also those inside quotations."""
    import sentencex

    # Two things of the same length that sentencex dies of: lone surrogates (half an emoji out of broken JSON), and
    # white space of several bytes after an initial ("A.\u2029"), where it cuts inside the character.
    chunk = _SPACE.sub(" ", text[start:end]).encode("utf-8", "replace").decode("utf-8")
    if in_quotes:
        chunk = _QUOTES.sub(lambda m: " " * len(m[0]), chunk)
    stops = {start + int(found["end_index"]) for found in sentencex.get_sentence_boundaries("en", chunk)}
    if in_quotes:  # not between a quotation and its speaker: '… possible." he said.'
        stops = {stop for stop in stops if not text[stop : stop + 4].lstrip("\"'”’ ")[:1].islower()}
    return stops | {m.end() for m in _CLOSED.finditer(text, start, end)}


def _between(text: str, start: int, end: int, stops: set[int]) -> list[tuple[int, int]]:
    """Trimmed spans between the stops; whatever the stops are, the spans are in order and miss nothing."""
    spans: list[tuple[int, int]] = []
    for stop in [*sorted(stop for stop in stops if start < stop < end), end]:
        if stop < start:
            continue
        cut = _beside_quotes(text, start, stop) if stop < end else stop
        cut = min(cut, end)
        first, last = _trim(text, start, cut)
        if first < last:
            if spans and _belongs_before(text, spans[-1], first, last):
                first = spans.pop()[0]
            spans.append((first, last))
        start = cut
    return spans


def _beside_quotes(text: str, start: int, stop: int) -> int:
    """Move a stop so that an opening quotation mark begins the next sentence and a closing one ends this."""
    if opening := _OPENING.search(text, max(start, stop - 4), stop):
        return opening.start()
    closing = _CLOSING.match(text, stop)
    return closing.end() if closing else stop


def _belongs_before(text: str, previous: tuple[int, int], start: int, end: int) -> bool:
    """True for what is no sentence of its own: stray marks, the rest of an abbreviation, and the rest of a number in
    tokenised text ("3 . 5 %")."""
    if not any(char.isalnum() for char in text[start:end]):
        return True
    head = text[max(previous[0], previous[1] - 4) : previous[1]]
    if previous[1] == start and re.search(r"\b[A-Z]\.$", head):
        return True  # inside "China-U.S."
    return text[start].isdigit() and re.search(r"\d \.$", head) is not None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _quotable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence itself, or the shorter pieces of one that is too long to quote."""
    inner = [(start, end)]
    if len(text[start:end].split()) > LONG_WORDS:
        inner = _between(text, start, end, _stops(text, start, end, in_quotes=True))
    for span in inner:
        yield from _halved(text, *span)


def _halved(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a span until it is short enough: at the clause, the space or at least the character next to its middle."""
    start, end = _trim(text, start, end)
    if end - start <= MAX_CHARS and len(text[start:end].split()) <= MAX_WORDS:
        if start < end:
            yield start, end
        return
    middle, quarter = (start + end) // 2, (end - start) // 4
    cuts = [m.end() for m in _CLAUSE.finditer(text, middle - quarter, middle + quarter)]
    cuts = cuts or [m.end() for m in _GAP.finditer(text, middle - quarter, middle + quarter)]
    cut = min(cuts, key=lambda at: abs(at - middle), default=middle)
    yield from _halved(text, start, cut)
    yield from _halved(text, cut, end)
