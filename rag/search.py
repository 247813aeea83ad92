"""Search: vectors and keywords fused into one list. Knows nothing about language models or answers."""

from __future__ import annotations

from rag.index import Index
from rag.types import Hit

CANDIDATES = 50
"""Passages taken from each of the two lists before they are fused."""
KEYWORD_WEIGHT = 0.8
"""Weight of the normalised BM25 score (0..1) beside the cosine. Evidence in the first passage, for weights of 0, 0.3
and 0.8: 0.58, 0.66, 0.72 of the shipped questions; 0.97, 0.98, 0.98 of CLAPNQ's. From 0.6 to 1.5 little changes."""


def search(
    index: Index,
    question: str,
    k: int,
    per_article: int | None = None,
    retrieval: str = "fused",
) -> list[Hit]:
    """The `k` best passages, best first, at most `per_article` of one article.

    `score` is cosine + KEYWORD_WEIGHT * BM25 share ("fused"), or one of the two alone ("dense", "keyword").
    """
    vector = index.embed([question])
    n = max(CANDIDATES, k)
    dense = index.store.nearest(vector, n) if retrieval != "keyword" and index.passages else {}
    keyword = index.keyword.best(question, n) if retrieval != "dense" else {}
    if retrieval == "fused":
        found_by_word = [i for i in keyword if i not in dense]
        dense |= {i: float(v @ vector[0]) for i, v in index.store.vectors(found_by_word).items()}
    hits = []
    for i in dense.keys() | keyword.keys():
        passage = index.passages.get(i)
        if passage is None:
            continue  # written by a sync that has not finished
        a, b = dense.get(i, 0.0), keyword.get(i, 0.0)
        score = {"fused": a + KEYWORD_WEIGHT * b, "dense": a, "keyword": b}[retrieval]
        hits.append(Hit(passage, index.articles[passage.article_id], score, a, b))
    hits.sort(key=lambda hit: (-round(hit.score, 6), hit.passage.id))
    return _cap(hits, k, per_article)


def _cap(hits: list[Hit], k: int, per_article: int | None) -> list[Hit]:
    taken: list[Hit] = []
    count: dict[str, int] = {}
    for hit in hits:
        article = hit.article.id
        if per_article is not None and count.get(article, 0) >= per_article:
            continue
        count[article] = count.get(article, 0) + 1
        taken.append(hit)
        if len(taken) == k:
            break
    return taken
