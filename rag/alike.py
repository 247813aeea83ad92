"""Which of all articles print the same story, found without comparing each with each. Knows nothing of questions.

Each article keeps a sketch: one in four of its runs of words, chosen by their hash, so that two articles choose the
same of those that they share. Only articles whose sketches meet are compared word by word (`rag.copies.is_copy`).
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rag.copies import RUN, compared_words, is_copy
from rag.types import Article

Sketch = npt.NDArray[np.uint32]
SAMPLE = 4
"""One in so many runs is kept. Of a text of 40 words that shares half of its runs with another, 1 in 200 is missed."""
MEET_FROM = 0.25
"""Share of the smaller sketch that must be in the other one before two articles are compared: well below that of a
copy, because a sketch is a sample."""
COMMON = 30
"""A run that so many stories hold already is a phrase of everybody's, and leads to nobody."""
_MIX = np.array([pow(0x9E3779B97F4A7C15, i + 1, 1 << 64) | 1 for i in range(RUN)], np.uint64)


@dataclass(frozen=True)
class Copies:
    """`first` names, for each copy, the first article that prints its story; an article that is none is not in it."""

    sketches: Mapping[str, Sketch] = field(default_factory=dict)
    first: Mapping[str, str] = field(default_factory=dict)

    def story(self, i: str) -> str:
        """The same for all articles that print the same story."""
        return self.first.get(i, i)

    def others(self, i: str) -> list[str]:
        """The articles that print the story of this one too."""
        story = self.story(i)
        return [j for j in (story, *(j for j, first in self.first.items() if first == story)) if j != i]


def find(articles: Mapping[str, Article], before: Copies, then: Mapping[str, Article]) -> Copies:
    """The copies among `articles`; `before` are those among the articles of `then`, whose sketches are taken over."""
    sketches = {
        i: before.sketches[i] if i in before.sketches and then.get(i) is article else sketch(article.text)
        for i, article in articles.items()
    }
    still = {i for i, article in articles.items() if then.get(i) is article}
    holders: dict[int, list[str]] = {}  # hash of a run -> the stories that hold it
    first: dict[str, str] = {}
    for i, runs in zip(articles, _shared(list(sketches.values())), strict=True):
        met = [story for run in runs for story in holders.get(run, ())]
        for story, shared in Counter(met).most_common() if met else ():
            if shared < MEET_FROM * min(len(sketches[i]), len(sketches[story])):
                continue
            if (before.first.get(i) == story and {i, story} <= still) or is_copy(articles[i], articles[story]):
                first[i] = story
                break
        else:
            for run in runs:
                stories = holders.setdefault(run, [])
                if len(stories) < COMMON:
                    stories.append(i)
    return Copies(sketches, first)


def _shared(sketches: Sequence[Sketch]) -> Iterator[list[int]]:
    """Of each sketch the runs that stand in another one too: all others, which are nearly all, lead to nobody."""
    flat = np.concatenate([np.zeros(0, np.uint32), *sketches])
    order = np.argsort(flat)
    twins = flat[order[1:]] == flat[order[:-1]]
    shared = np.zeros(len(flat), np.bool_)
    shared[order[1:][twins]] = shared[order[:-1][twins]] = True
    end = 0
    for sketch in sketches:
        start, end = end, end + len(sketch)
        yield sketch[shared[start:end]].tolist()


def sketch(text: str) -> Sketch:
    """
    >>> one = sketch("The mayor opened the new harbour bridge on Sunday in front of two thousand people. " * 2)
    >>> other = sketch("LINDAU: the mayor opened the new harbour bridge on Sunday in front of two thousand people!")
    >>> set(other.tolist()) <= set(one.tolist()) | set(sketch("LINDAU: the mayor opened the new").tolist())
    True
    """
    hashes = np.array([zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in compared_words(text)], np.uint64)
    if len(hashes) < RUN:
        return np.zeros(0, np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(hashes, RUN)
    mixed = (windows * _MIX).sum(1, dtype=np.uint64)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    runs = (mixed >> np.uint64(32)).astype(np.uint32)
    return np.unique(runs[runs % SAMPLE == 0])
