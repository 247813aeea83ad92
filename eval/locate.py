"""Finds the evidence of a question in the articles. Knows nothing about answers or metrics.

A span is (article id, start, end), offsets into the cleaned text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.questions import Evidence, Question
from rag.sentences import split
from rag.types import Article

Span = tuple[str, int, int]


class Library:
    """The articles by every name that a question file may use for them.

    >>> library = Library([Article("a1", None, "They met. In Geneva.", source="news/talks.txt")])
    >>> library.spans([Evidence("talks.txt", "In Geneva.")])
    [('a1', 10, 20)]
    """

    def __init__(self, articles: Iterable[Article]) -> None:
        self.articles = {article.id: article for article in articles}
        self._named: dict[str, list[Article]] = {}
        for article in self.articles.values():
            # Not a set: two articles of the same name stay in the order in which they were read.
            for name in dict.fromkeys((article.id, article.source, Path(article.source).name)):
                self._named.setdefault(name, []).append(article)
        self._sentences: dict[str, list[Span]] = {}

    def spans(self, evidence: Iterable[Evidence]) -> list[Span | None]:
        """Where each quote stands, None where no article of that name holds it."""
        return [self._span(item) for item in evidence]

    def missing(self, questions: Iterable[Question]) -> list[tuple[Question, Evidence]]:
        """The evidence that stands in no article: a slip in the question file, or text that cleaning took away."""
        return [(q, e) for q in questions for e in q.evidence if self._span(e) is None]

    def ids(self, evidence: Iterable[Evidence]) -> set[str]:
        """Ids of the articles that the evidence names."""
        return {article.id for item in evidence for article in self._named.get(item.article, ())}

    def sentences(self, spans: Iterable[Span]) -> list[Span]:
        """The sentences that the spans stand in, without repeats; a sentence that a span merely touches is not one."""
        found = (s for span in spans for s in self._all_sentences(span[0]) if mostly(s, span))
        return list(dict.fromkeys(found))

    def _span(self, evidence: Evidence) -> Span | None:
        # White space may differ: a page breaks its lines anywhere.
        pattern = r"\s+".join(re.escape(word) for word in evidence.quote.split())
        for article in self._named.get(evidence.article, ()):
            if pattern and (match := re.search(pattern, article.text)):
                return article.id, *match.span()
        return None

    def _all_sentences(self, article_id: str) -> list[Span]:
        if article_id not in self._sentences:
            text = self.articles[article_id].text
            self._sentences[article_id] = [(article_id, start, end) for start, end in split(text)]
        return self._sentences[article_id]


def shared(a: Span, b: Span) -> int:
    """Characters that two spans share.

    >>> shared(("a1", 0, 10), ("a1", 6, 20))
    4
    """
    return max(0, min(a[2], b[2]) - max(a[1], b[1])) if a[0] == b[0] else 0


def mostly(a: Span, b: Span) -> bool:
    """Whether at least half of the shorter span lies in the other: a clause and its sentence, not two neighbours."""
    return 2 * shared(a, b) >= min(a[2] - a[1], b[2] - b[1]) > 0


def covered(span: Span, others: Sequence[Span]) -> bool:
    """Whether at least half of `span` lies in `others`, which don't overlap each other."""
    return 2 * sum(shared(span, other) for other in others) >= span[2] - span[1] > 0
