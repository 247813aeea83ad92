"""Where in a page the article begins and ends, from its lines and the kind of furniture that each of them is.

Knows nothing about words: a line is running text or not, furniture or not, and its place among the others counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.blocks import Block
from rag.metadata import Line

SOLID_WORDS = 25
"""The body begins at a paragraph of so many words, or at one with another within the next `NEAR` lines."""
NEAR = 5

TAIL_SHARE, TAIL_WORDS = 0.15, 120
"""What follows the first furniture at the end of a page goes, if it is at most this share and number of its words."""

REMARK_LINES = 3
"""Paragraphs that a reader's comment has, at most."""

_ENDING = ("comments", "credit", "contact", "copyright")
"""Furniture that only stands behind an article, or above it; adverts and teasers stand between paragraphs too."""


def body(lines: Sequence[Line]) -> tuple[int, int]:
    """Index of the first and last block of the body; all of the page where it has no running text."""
    prose = [index for index, (block, kind) in enumerate(lines) if kind is None and block.prose]
    if not prose:  # a list or a table, perhaps under a title
        titled = len(lines) > 1 and lines[0][1] is None and lines[0][0].words >= 3 and not lines[0][0].ends
        return int(titled), len(lines) - 1
    if len(prose) > 1 and prose[0] <= NEAR and _headline(lines[prose[0]][0]):
        prose.pop(0)
    first = next(
        (
            index
            for index, after in zip(prose, [*prose[1:], len(lines) + NEAR], strict=True)
            if lines[index][0].words >= SOLID_WORDS or after - index <= NEAR
        ),
        prose[0],
    )
    cut = _tail(lines, first)
    text = (index for index in range(first, cut) if lines[index][1] is None and _sentence(lines[index][0]))
    return first, max(text, default=first)


def _headline(block: Block) -> bool:
    """A short question, exclamation or quotation above the text may be its title."""
    return block.words <= 18 and not block.text.endswith(".")


def _sentence(block: Block) -> bool:
    """Running text, or a short sentence: the last paragraph of a report is often one."""
    return block.prose or (block.ends and block.words >= 4 and not block.text.endswith("?"))


def _tail(lines: Sequence[Line], first: int) -> int:
    """Index from which the page is no longer the article: after the first furniture behind which little and scattered
    text follows (an author's note, a teaser), or at the readers' comments."""
    after = [0] * (len(lines) + 1)  # words of running text from a line on
    plain = [0] * (len(lines) + 1)  # lines of it
    for index in range(len(lines) - 1, -1, -1):
        block, kind = lines[index]
        text = kind is None and block.prose
        after[index] = after[index + 1] + (block.words if text else 0)
        plain[index] = plain[index + 1] + text
    limit = min(TAIL_SHARE * after[first], TAIL_WORDS)
    comments = _comments(lines, first, after, plain)
    for index in range(first, comments):
        scattered = plain[index] <= 0.34 * (len(lines) - index)
        if lines[index][1] in _ENDING and scattered and after[index] <= limit:
            return index
    return comments


def _comments(lines: Sequence[Line], first: int, after: Sequence[int], plain: Sequence[int]) -> int:
    """Index at which the readers' comments begin: at a heading with a form, or with "Reply" every few lines."""
    replies = [index for index, (_, kind) in enumerate(lines) if kind == "comments"]
    start = len(lines)
    longest = 0
    for at in range(len(replies) - 2, -1, -1):
        longest = max(longest, plain[replies[at]] - plain[replies[at + 1]])
        short = after[first] - after[replies[at]] >= after[replies[at]]
        talk = len(replies) - at >= 4 and longest <= REMARK_LINES
        if replies[at] > first and (short or talk):
            start = replies[at]
    return start
