"""Search: vectors and keywords fused into one list. Knows nothing about language models or answers."""

from __future__ import annotations

from dataclasses import replace

from rag.copies import repeats
from rag.errors import StoreError
from rag.index import Index
from rag.ranking import Rows
from rag.snapshot import Snapshot
from rag.types import Article, Filters, Hit, Vectors

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
    where: Filters | None = None,
) -> list[Hit]:
    """The `k` best passages of the articles that `where` lets through, best first, at most `per_article` of one.

    Raises StoreError: the vectors are of another embedder, which a library from elsewhere may hide.

    `score` is cosine + KEYWORD_WEIGHT * BM25 share ("fused"), or one of the two alone ("dense", "keyword").
    """
    now = index.now  # one state from here to the end, whatever a sync does meanwhile
    among = now.among(where)
    if among is not None and not among.any():
        return []
    vector = index.embed([question])
    if now.passages and now.vectors.shape[1] != vector.shape[1]:
        raise StoreError(
            f"The vectors in {index.folder} are not those of this embedder: they have {now.vectors.shape[1]} numbers "
            f"and not {vector.shape[1]}. Delete that folder and it is built again; an imported library, import again."
        )
    n = max(CANDIDATES, k)
    there = len(now.passages) if among is None else int(among.sum())
    taken: list[Hit] = []
    for candidates in (n, 4 * n, 16 * n):  # more, where copies or many passages of one article took the places
        taken = _cap(_ranked(now, question, vector, candidates, retrieval, among), k, per_article, now)
        if len(taken) >= k or candidates >= there:
            break
    return [replace(hit, copies=tuple(now.printed_by(hit.article))) for hit in taken]


def _ranked(now: Snapshot, question: str, vector: Vectors, n: int, retrieval: str, among: Rows | None) -> list[Hit]:
    """The best `n` by vectors and the best `n` by words, together, best first."""
    dense = now.nearest(vector, n, among) if retrieval != "keyword" else {}
    keyword = now.keyword.best(question, n, among) if retrieval != "dense" else {}
    if retrieval == "fused":
        dense |= now.cosines(vector, [i for i in keyword if i not in dense])
    hits = []
    for i in dense.keys() | keyword.keys():
        passage = now.passages[i]
        a, b = dense.get(i, 0.0), keyword.get(i, 0.0)
        score = {"fused": a + KEYWORD_WEIGHT * b, "dense": a, "keyword": b}[retrieval]
        hits.append(Hit(passage, now.articles[passage.article_id], score, a, b))
    return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.passage.id))


def _cap(hits: list[Hit], k: int, per_article: int | None, now: Snapshot) -> list[Hit]:
    """The first `k`, without what a copy of a story says again."""
    taken: list[Hit] = []
    count: dict[str, int] = {}
    stories: dict[str, dict[str, Article]] = {}
    for hit in hits:
        article = hit.article
        told = stories.setdefault(now.copies.story(article.id), {})
        if per_article is not None and count.get(article.id, 0) >= per_article:
            continue
        if any(repeats(hit.passage.text, other) for i, other in told.items() if i != article.id):
            continue
        count[article.id] = count.get(article.id, 0) + 1
        told[article.id] = article
        taken.append(hit)
        if len(taken) >= k:
            break
    return taken
