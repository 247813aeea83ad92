"""An article as HTML, with some of its words marked.

Knows nothing about questions or answers: it is given spans with names and marks exactly these characters.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.types import Article
from ui.escape import byline, contained, escape, heading, isolated, web_address

WHOLE = 40_000
"""Characters up to which an article is shown in full; a browser lays out a megabyte slowly, and nobody reads it."""
AROUND = 4_000
"""Characters shown before and after each mark of a longer one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters `start` to `end` of an article; `key` names them within one exchange: a footnote's number, or "p1"."""

    key: str
    start: int
    end: int

    @property
    def label(self) -> str:
        """What stands after the marked words; nothing for a passage that only lies near."""
        return self.key if self.key.isdigit() else ""


def article(
    record: Article, marks: Sequence[Mark], exchange: int, is_open: bool, copies: Sequence[Article] = ()
) -> str:
    """The article as a section that can be folded. Every mark is one or more <mark data-keys="...">.

    `copies` print the same story: they are counted and named, not shown.
    """
    keys = " ".join(mark.key for mark in marks)
    numbers = "".join(f'<span class="number">{mark.label}</span>' for mark in marks if mark.label)
    state = " open" if is_open else ""
    return (
        f'<details class="source" data-exchange="{exchange}" data-article="{escape(record.id)}" '
        f'data-keys="{keys}"{state}>'
        f'<summary><span class="numbers">{numbers}</span>'
        f'<span class="headline">{isolated(heading(record))}</span>'
        f'<span class="byline">{byline(record)}{also(copies)}</span></summary>'
        f"<article>{original(record)}{body(record.text, marks, exchange)}</article></details>"
    )


def also(copies: Sequence[Article]) -> str:
    """The other places where the same story stands, as a part of the byline."""
    if not copies:
        return ""
    names = "; ".join(copy.publisher or heading(copy) for copy in copies)
    count = "1 copy" if len(copies) == 1 else f"{len(copies)} copies"
    return f' <span class="copies" title="{escape(names)}">and {count}</span>'


def original(record: Article) -> str:
    """A link to the page that the article came from, where that is a web page."""
    address = web_address(record.url or record.source)
    if address is None:
        return ""
    return (
        f'<p class="original"><a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">'
        'Read the original ↗<span class="sr-only"> (opens in a new tab)</span></a></p>'
    )


def body(text: str, marks: Sequence[Mark], exchange: int) -> str:
    """Paragraphs of `text`; of a very long one, those around the marks."""
    parts: list[str] = []
    end = 0
    for start, stop in windows(len(text), marks):
        if start > end:
            parts.append('<p class="gap">… part of the article left out here …</p>')
        parts += [
            f'<p dir="auto">{marked(text, start + line.start(), start + line.end(), marks, exchange)}</p>'
            for line in re.finditer(r"[^\r\n]*\S[^\r\n]*", text[start:stop])
        ]
        end = stop
    if end < len(text):
        parts.append('<p class="gap">… the rest of the article is left out …</p>')
    return "".join(parts)


def windows(length: int, marks: Iterable[Mark]) -> list[tuple[int, int]]:
    """The stretches of a text of `length` characters to show: all of it, or the neighbourhoods of the marks, merged.

    >>> windows(100, [])
    [(0, 100)]
    >>> windows(90_000, [Mark("1", 10_000, 10_010), Mark("2", 12_000, 12_010)])
    [(6000, 16010)]
    """
    if length <= WHOLE:
        return [(0, length)]
    merged: list[tuple[int, int]] = []
    for mark in sorted(marks, key=lambda mark: mark.start):
        start, end = max(0, mark.start - AROUND), min(length, mark.end + AROUND)
        if merged and start <= merged[-1][1]:
            start, end = merged[-1][0], max(end, merged.pop()[1])
        merged.append((start, end))
    return merged or [(0, WHOLE)]


def marked(text: str, start: int, end: int, marks: Sequence[Mark], exchange: int) -> str:
    """`text[start:end]`, escaped. Where marks overlap, the pieces carry the keys of all that cover them."""
    inside = [mark for mark in marks if mark.start < end and mark.end > start]
    edges = {start, end} | {min(max(edge, start), end) for mark in inside for edge in (mark.start, mark.end)}
    pieces: list[str] = []
    for left, right in itertools.pairwise(sorted(edges)):
        keys = [mark.key for mark in inside if mark.start <= left and right <= mark.end]
        piece = contained(text[left:right])
        pieces.append(f'<mark data-keys="{" ".join(keys)}" tabindex="-1">{piece}</mark>' if keys else piece)
        pieces += [way_back(mark, exchange) for mark in inside if mark.end == right]
    return "".join(pieces)


def way_back(mark: Mark, exchange: int) -> str:
    """After the marked words: the number, which leads back to the sentence that they support, or only an arrow, to the
    place where they were offered."""
    name, title = f"Footnote {mark.label}: back to the sentence", "Back to the sentence"
    if not mark.label:
        name = title = "Back to the nearest passages"
    return (
        f'<a class="back" href="#exchange-{exchange}" data-exchange="{exchange}" data-key="{mark.key}" '
        f'aria-label="{name}" title="{title}">{mark.label}</a>'
    )
