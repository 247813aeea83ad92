"""Where the pages of a PDF begin in its cleaned text. Knows nothing about PDFs or about cleaning.

Cleaning leaves words out and moves none, so the words of the clean text stand in the raw one in the same order.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rag.blocks import tidy

_WORD = re.compile(r"\S+")
RUNS = (8, 4, 2)
"""Words in a row by which the place is found again after something was left out: the longest run that is found."""
TRIED = 200
"""Places tried: a common word stands in thousands, and what cleaning leaves out is short."""


def starts_in(clean: str, raw: str, starts: Sequence[int]) -> tuple[int, ...]:
    """The offsets in `clean` of the pages that begin at `starts` in `raw`; a page of which nothing is left begins where
    the next one does.

    >>> starts_in("One two. Four five.", "One two. Share this! Four five.", [0, 9, 21])
    (0, 9, 9)
    """
    if not starts:
        return ()
    words = [(tidy(match[0]), match.start()) for match in _WORD.finditer(raw)]
    words = [word for word in words if word[0]]
    plain = [word for word, _ in words]
    places: dict[str, list[int]] = {}
    for index, word in enumerate(plain):
        places.setdefault(word, []).append(index)
    found = [len(clean)] * len(starts)
    at = 0
    kept = list(_WORD.finditer(clean))
    texts = [match[0] for match in kept]
    for index, match in enumerate(kept):
        if at >= len(plain) or plain[at] != match[0]:
            at = _again(texts[index : index + RUNS[0]], plain, places.get(match[0], []), at)
            if at >= len(plain) or plain[at] != match[0]:
                continue  # a word that cleaning has changed: it stands where its neighbours do
        page = bisect_right(starts, words[at][1]) - 1
        found[page] = min(found[page], match.start())
        at += 1
    found[0] = 0
    for page in range(len(found) - 2, 0, -1):
        found[page] = min(found[page], found[page + 1])
    return tuple(found)


def _again(ahead: list[str], plain: list[str], places: list[int], at: int) -> int:
    """The first place from `at` on where the words `ahead` stand, or the most of them; `at` where none do."""
    first = bisect_left(places, at)
    later = places[first : first + TRIED]
    for run in RUNS:
        if run <= len(ahead) or run == RUNS[-1]:
            for place in later:
                if plain[place : place + run] == ahead[:run]:
                    return place
    return later[0] if later and later[0] - at <= RUNS[0] else at
