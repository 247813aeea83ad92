"""The same story printed twice is one source. Knows nothing about questions or answers.

A copy holds most of the words of the other article in the same order: a wire story that two outlets print, a page
saved twice, a text with a new headline. Two reports of one event in words of their own share far less.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.types import Article

RUN = 5
"""Words in a row that are compared."""
COPY_FROM = 0.5
"""Share of the runs of the shorter article that stand in the longer one, from which the two are copies. A chosen line,
not a measured one."""
REPEAT_FROM = 0.8
"""Share of a passage's runs from which it says again what a copy of its article has said."""
COMPARED_CHARS = 40_000
"""Characters of an article that are compared: a text of megabytes must not hold up a question."""


def groups(articles: Sequence[Article]) -> dict[str, Article]:
    """Article id -> the first of `articles` that it is a copy of, or itself.

    >>> wire = "The mayor opened the new harbour bridge on Sunday in front of two thousand people."
    >>> found = groups([Article("a", "Bridge opens", wire), Article("b", "New bridge", f"LINDAU (Wire) - {wire}")])
    >>> {copy: original.id for copy, original in found.items()}
    {'a': 'a', 'b': 'a'}
    """
    found: dict[str, Article] = {}
    for article in articles:
        if article.id not in found:
            firsts = (first for first in found.values() if is_copy(article, first))
            found[article.id] = next(firsts, article)
    return found


def copies_of(article: Article, words: str, among: Sequence[Article]) -> tuple[Article, ...]:
    """The copies of `article` among the others that hold `words` of it too, each once."""
    others = {other.id: other for other in among if other.id != article.id}
    return tuple(other for other in others.values() if is_copy(other, article) and holds(other, words))


def is_copy(one: Article, other: Article) -> bool:
    a, b = _runs(one.text[:COMPARED_CHARS]), _runs(other.text[:COMPARED_CHARS])
    return bool(a and b) and len(a & b) >= COPY_FROM * min(len(a), len(b))


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
    return " ".join(re.findall(r"\w+", text.casefold()))


@lru_cache(maxsize=256)
def _runs(text: str) -> frozenset[str]:
    words = _plain(text).split()
    return frozenset(" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1))
