"""Articles to passages: runs of whole sentences that the embedding model reads in one go.

Knows nothing about models or the index; word pieces are counted by a function that it is given.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator

from rag import sentences
from rag.types import Article, Passage

TARGET_PIECES = 180
"""Word pieces that a passage with its title should have, at most; an article is cut into passages of equal length."""

MAX_CHARS = 4_000
"""Characters of a passage, at most: a run without spaces may be one word piece ("unknown"), however long it is."""

TITLE_CHARS = 150
"""Characters of the title that stand before each passage when it is embedded: 30 to 40 word pieces of English."""
OTHER_LETTER = 2
"""How many characters a letter of another script than Latin counts for. Models of English know no words of theirs and
take a letter for a word piece, so that half as many characters leave room for the text."""

CUTTING = 2
"""Raised whenever the same article would be cut in another way, or the same title. Vectors of equal words are kept."""

Count = Callable[[str], int]


def context(article: Article) -> str:
    """What stands before each passage of `article` when it is embedded: its title and a line end, or nothing.

    >>> context(Article(id="a", title="Bridge opens", text="It is long."))
    'Bridge opens\\n'
    """
    title = _shortened((article.title or "").strip())
    return f"{title}\n" if title else ""


def _shortened(title: str) -> str:
    """The beginning of a title, up to a space where there is one, that counts for TITLE_CHARS at most.

    By the letters, not by a model's pieces: what searches and what shows where they stand have no model at hand.

    >>> len(_shortened("다" * 300)), len(_shortened("大" * 300))  # each syllable of Korean is two letters or three
    (37, 75)
    """
    start = title[:TITLE_CHARS]
    if start.isascii() or all(map(_is_latin, start)):
        return title if title == start else start.rsplit(" ", 1)[0]
    taken = 0
    for at, character in enumerate(start):
        taken += 1 if _is_latin(character) else OTHER_LETTER * len(unicodedata.normalize("NFD", character))
        if taken > TITLE_CHARS:
            space = title.rfind(" ", at // 2, at)  # none that would lose half of it: many scripts have few
            return title[:at] if space < 0 else title[:space]
    return title


def _is_latin(character: str) -> bool:
    """Whether it is no letter of another script. Accents, the signs of sounds and Vietnamese count as Latin."""
    return character < "\u0370" or "\u1e00" <= character < "\u1f00" or not character.isalpha()


def cut(article: Article, count_pieces: Count, max_pieces: int) -> list[Passage]:
    """Passages of `article`, in order, which together hold all its sentences.

    `count_pieces(context(article) + passage.text) <= max_pieces` for each of them, and it is counted about once a
    sentence; none is longer than MAX_CHARS. A sentence that does not fit is cut at a space. An article without text
    has no passages.

    A title that leaves less than a quarter of the pieces, as only one of signs can, or before a model that reads
    little, does not stop a corpus: the passages have that quarter then, and the model leaves their ends unread.
    """
    before = context(article)
    taken = count_pieces(before) if before else 0
    room = max(max_pieces - taken, max_pieces // 4, 1)
    spans = [
        span
        for start, end in sentences.split(article.text)
        for span in _fitting(article.text, start, end, count_pieces, room)
    ]
    total = sum(pieces for _, _, pieces in spans)
    target = min(room, max(TARGET_PIECES - taken, 1))
    even = total / max(1, math.ceil(total / target))  # equal lengths: no stub of a last passage
    return [
        Passage(f"{article.id}:{start}-{end}", article.id, start, end, article.text[start:end])
        for start, end in _windows(spans, even, room)
    ]


def _windows(spans: list[tuple[int, int, int]], even: float, room: int) -> Iterator[tuple[int, int]]:
    """Join (start, end, pieces) into windows: the n-th ends where n * `even` pieces are passed.

    None has more than `room` pieces, or MAX_CHARS characters.
    """
    window: list[tuple[int, int, int]] = []
    ended = passed = held = 0
    for span in spans:
        pieces = span[2]
        full = window and (held + pieces > room or span[1] - window[0][0] > MAX_CHARS)
        if full or (window and passed + pieces / 2 > (ended + 1) * even):
            yield window[0][0], window[-1][1]
            window, held, ended = [], 0, ended + 1
        window.append(span)
        held += pieces
        passed += pieces
    if window:
        yield window[0][0], window[-1][1]


def _fitting(text: str, start: int, end: int, count: Count, room: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, pieces) of a sentence, halved at spaces until each part fits into `room` and MAX_CHARS."""
    pieces = count(text[start:end])
    if (pieces <= room and end - start <= MAX_CHARS) or end - start < 2:
        yield start, end, pieces
        return
    middle = (start + end) // 2
    space = max(text.rfind(" ", start + 1, middle), text.rfind("\n", start + 1, middle))
    if space < 0:
        yield from _fitting(text, start, middle, count, room)
        yield from _fitting(text, middle, end, count, room)
    else:
        yield from _fitting(text, start, space, count, room)
        yield from _fitting(text, space + 1, end, count, room)
