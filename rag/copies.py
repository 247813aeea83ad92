"""The same story printed twice is one source: whether two articles do so. Knows nothing about questions or answers.

A copy holds most of the words of the other article in the same order: a wire story that two outlets print, a page
saved twice, a text with a new headline. Two reports of one event in words of their own share far less.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.types import Article

RUN = 5
"""Words in a row that are compared."""
COPY_FROM = 0.5
"""Share of the runs of the shorter article that stand in the longer one, from which the two are copies."""
WHOLE_FROM, PART_FROM = 0.8, 0.2
"""Nearly all of the shorter one, or so much of the longer one too: else it is a digest that quotes a short text. Lines
chosen where `python -m eval.copies` went wrong."""
REPEAT_FROM = 0.8
"""Share of a passage's runs from which it says again what a copy of its article has said."""
COMPARED_CHARS = 40_000
"""Characters of an article that are compared: a text of megabytes must not hold up a question."""


_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Scripts that write no spaces between words (Chinese, Japanese, Thai …): each character counts as a word. Else a word
would be half a sentence, and five in a row a paragraph, of which no copy leaves one unchanged."""


def is_copy(one: Article, other: Article) -> bool:
    a, b = _runs(one.text[:COMPARED_CHARS]), _runs(other.text[:COMPARED_CHARS])
    if not a or not b:
        return False
    shared, shorter, longer = len(a & b), min(len(a), len(b)), max(len(a), len(b))
    return shared >= COPY_FROM * shorter and (shared >= WHOLE_FROM * shorter or shared >= PART_FROM * longer)


def repeats(text: str, article: Article) -> bool:
    """Whether most of the runs of `text`, a passage of another article, stand in `article` too."""
    runs = _runs(text)
    return bool(runs) and len(runs & _runs(article.text[:COMPARED_CHARS])) >= REPEAT_FROM * len(runs)


def compared_words(text: str) -> list[str]:
    """The words of an article that are compared, case and punctuation aside."""
    return _plain(text[:COMPARED_CHARS]).split()


def holds(article: Article, words: str) -> bool:
    """Whether `words` stand in the article, spacing, case and punctuation aside."""
    return f" {_plain(words)} " in f" {_plain(article.text)} "


@lru_cache(maxsize=256)
def _plain(text: str) -> str:
    text = text.casefold()
    if _UNSPACED.search(text):
        text = _UNSPACED.sub(r" \g<0> ", text)
    return " ".join(re.findall(r"\w+", text))


@lru_cache(maxsize=256)
def _runs(text: str) -> frozenset[str]:
    words = _plain(text).split()
    return frozenset(" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1))
