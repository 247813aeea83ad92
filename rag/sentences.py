"""Where sentences begin and end, as offsets into a text. The only module that imports sentencex, and lazily.

Knows nothing about articles or passages. sentencex knows abbreviations, initials and numbers; this module adds what
citations need: exact spans, blank lines as boundaries, and no sentence too long to be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MAX_CHARS = 1000
MAX_WORDS = 100
"""A longer "sentence" (a list, a table, a text without stops) is cut further, at a clause where there is one."""

CHUNK_CHARS = 10_000
"""sentencex is given at most this much at once: on text full of quotation marks its time grows with the square."""

_BREAK = re.compile(r"[^\S\n\r]*(?:\r\n|[\n\r\u2028\u2029])\s*[\n\r\u2028\u2029]\s*")
_CLAUSE = re.compile(r"(?:[;:,—–][\"'”’)\]]*|\s[-–—]{1,2})\s+")
_WORD = re.compile(r"\S+")
_OPENING = "“‘«([{"
_ENDS = re.compile(r"(?<=[.!?…]\))\s+(?=[\"'“‘(]?[A-Z])")


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
        for sentence in _sentences(text, start, end)
        for piece in _short(text, *sentence)
    ]


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, those that are too long for one call of sentencex cut after a stop."""
    start = 0
    for stop in [*(m.span() for m in _BREAK.finditer(text)), (len(text), len(text))]:
        while stop[0] - start > CHUNK_CHARS:
            limit = start + CHUNK_CHARS
            after = max(text.rfind(mark, start, limit) for mark in (". ", "! ", "? ", ".\n"))
            cut = after + 1 if after > start else _last_space(text, start, limit)
            yield start, cut
            start = cut
        yield start, stop[0]
        start = stop[1]


def _last_space(text: str, start: int, limit: int) -> int:
    space = text.rfind(" ", start, limit)
    return space if space > start else limit


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Trimmed sentence spans of one chunk; whatever sentencex answers, they are in order and miss nothing."""
    import sentencex

    # A lone surrogate (half an emoji out of broken JSON) cannot cross into Rust; "?" has the same length.
    chunk = text[start:end].encode("utf-8", "replace").decode("utf-8")
    found: list[dict[str, Any]] = sentencex.get_sentence_boundaries("en", chunk)
    cuts = {start + b["end_index"] for b in found if 0 < b["end_index"] < len(chunk)}
    cuts |= {m.end() for m in _ENDS.finditer(text, start, end)}
    spans: list[tuple[int, int]] = []
    begin = start
    for cut in [*sorted(cuts), end]:
        if cut < end:
            cut = _before_opening(text, begin, cut)
        first, last = _trim(text, begin, cut)
        if first < last:
            if spans and _belongs_before(text, spans[-1], first, last):
                first = spans.pop()[0]
            spans.append((first, last))
        begin = cut
    return spans


def _before_opening(text: str, begin: int, cut: int) -> int:
    """Step back over an opening quotation mark at the end of a sentence: it opens the next one."""
    if text[cut - 1] in _OPENING and cut - 2 > begin and text[cut - 2].isspace() and not text[cut].isspace():
        return cut - 1
    return cut


def _belongs_before(text: str, previous: tuple[int, int], start: int, end: int) -> bool:
    """True for what is no sentence of its own: stray marks, and the rest of a number in tokenised text ("3 . 5 %")."""
    if not any(char.isalnum() for char in text[start:end]):
        return True
    head = text[max(previous[0], previous[1] - 4) : previous[1]]
    return text[start].isdigit() and re.search(r"\d \.$", head) is not None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Halve a span until it is short enough: at the clause, else the space, else the character next to its middle."""
    start, end = _trim(text, start, end)
    if start == end:
        return
    if end - start <= MAX_CHARS and sum(1 for _ in _WORD.finditer(text, start, end)) <= MAX_WORDS:
        yield start, end
        return
    middle = (start + end) // 2
    quarter = (end - start) // 4
    cuts = [m.end() for m in _CLAUSE.finditer(text, middle - quarter, middle + quarter)]
    cuts = cuts or [m.end() for m in re.compile(r"\s+").finditer(text, middle - quarter, middle + quarter)]
    cut = min(cuts, key=lambda at: abs(at - middle), default=middle)
    yield from _short(text, start, cut)
    yield from _short(text, cut, end)
