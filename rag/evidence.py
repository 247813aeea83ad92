"""From passages to the few sentences that a model should read. Knows nothing about models, prompts or answers.

The prompt is what an answer costs (100 tokens a second on two cores), so it carries sentences, not passages: all of
the best passage, for it must be understood, and of the others only what is nearest to the question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag import sentences
from rag.passages import context
from rag.types import Article, Embedder, Hit, Vectors
from rag.words import content_words

PASSAGES = 5
"""Passages whose sentences are looked at."""
BUDGET_TOKENS = 400
"""Tokens of evidence in a prompt."""
RIVAL_WITHIN = 0.12
"""A sentence of another passage is shown when its cosine, alone or under its title, is at most this far below the
best one's. More than that only distracts: with five whole passages the model judges worse than with one (AUROC 0.77 to 0.88)."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, and how near it is to the question."""

    article: Article
    start: int
    end: int
    rank: int
    """Place (from 0) of its passage among the hits."""
    passage_score: float
    cosine: float
    """Of the sentence alone with the question."""
    titled_cosine: float
    """Of the sentence under its article's title with the question."""
    overlap: float
    """Share (0..1) of the question's content words that stand in it, rare ones counting more."""
    vector: Vectors = field(compare=False, repr=False)
    """Shape (dim,): the sentence alone, as embedded."""

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


def gather(
    question: str, hits: Sequence[Hit], embed: Embedder, count_tokens: Callable[[str], int], budget: int = BUDGET_TOKENS
) -> list[Sentence]:
    """Sentences of the best hits within `budget` tokens, grouped by article, best article first, each in its order."""
    found = _measure(question, hits[:PASSAGES], embed)
    if not found:
        return []
    rivals = [s for s in found if s.rank > 0 and _rivals(s, found)]
    rivals.sort(key=lambda s: (-max(s.cosine, s.titled_cosine), s.article.id, s.start))
    taken: list[Sentence] = []
    left = budget
    for sentence in [*(s for s in found if s.rank == 0), *rivals]:
        cost = count_tokens(sentence.text)
        if taken and cost > left:
            continue
        taken.append(sentence)
        left -= cost
    first: dict[str, int] = {}
    for sentence in found:
        first.setdefault(sentence.article.id, sentence.rank)
    return sorted(taken, key=lambda s: (first[s.article.id], s.article.id, s.start))


def _rivals(sentence: Sentence, found: Sequence[Sentence]) -> bool:
    alone = max(s.cosine for s in found) - sentence.cosine
    titled = max(s.titled_cosine for s in found) - sentence.titled_cosine
    return min(alone, titled) <= RIVAL_WITHIN


def _measure(question: str, hits: Sequence[Hit], embed: Embedder) -> list[Sentence]:
    """All sentences of the hits with their scores; a sentence that two passages share counts once."""
    places: dict[tuple[str, int, int], tuple[Hit, int]] = {}
    for rank, hit in enumerate(hits):
        offset = hit.passage.start
        for start, end in sentences.split(hit.passage.text):
            places.setdefault((hit.article.id, offset + start, offset + end), (hit, rank))
    texts = [hit.article.text[start:end] for (_, start, end), (hit, _) in places.items()]
    titled = [context(hit.article) + text for text, (hit, _) in zip(texts, places.values(), strict=True)]
    vectors = embed([question, *texts, *titled])
    plain, under_title = _cosines(vectors[0], vectors[1:], len(texts))
    overlaps = _overlaps(question, titled)
    return [
        Sentence(
            hit.article,
            start,
            end,
            rank,
            hit.score,
            float(plain[i]),
            float(under_title[i]),
            overlaps[i],
            vectors[i + 1],
        )
        for i, ((_, start, end), (hit, rank)) in enumerate(places.items())
    ]


def _cosines(question: Vectors, rows: Vectors, n: int) -> tuple[Vectors, Vectors]:
    cosines = np.asarray(rows @ question, np.float32)  # (2n, dim) @ (dim,) -> (2n,)
    return cosines[:n], cosines[n:]


def _overlaps(question: str, texts: Sequence[str]) -> list[float]:
    """A word's weight falls with the share of these texts that have it, so that the topic's own words count little."""
    words = dict.fromkeys(content_words(question))
    have = [set(content_words(text)) for text in texts]
    weight = {w: math.log(1 + len(texts) / (0.5 + sum(w in h for h in have))) for w in words}
    total = sum(weight.values()) or 1.0
    return [sum(weight[w] for w in words if w in h) / total for h in have]
