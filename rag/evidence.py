"""From passages to the sentences that may answer. Knows nothing about models, prompts or answers.

A model is asked of a few sentences at a time (100 tokens a second on two cores), so these are the ones that answer best
by what a far smaller one makes of them, each read in its passage (`rag.rerank`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rag import sentences
from rag.copies import holds
from rag.facts import names
from rag.lexicon import PRONOUNS, STANDINS
from rag.passages import context
from rag.types import Article, Hit, Vectors

Embed = Callable[[Sequence[str]], Vectors]
"""Texts to unit rows."""
Rank = Callable[[str, Sequence[tuple[str, Sequence[str]]]], list[list[float]]]
"""A question and passages, each a heading and its sentences, to the score of each sentence: see `Embedder.rank`."""
MOST_SENTENCES = 24
"""Sentences that are looked at, at most. A gold sentence is among them for all shipped questions and those of
eval/news, and for 97 of 100 of eval/unseen."""
MAX_NAMES = 3
"""Names of the sentence before that are carried over to one that points back."""

GAP_CHARS = 3
"""White space between neighbouring sentences has at most so many characters."""

_NO_VECTOR = np.zeros(0, np.float32)

_PRONOUN = re.compile(r"\b(he|she|him|his|her|hers|they|their|them|it|its)\b", re.IGNORECASE)
_BACK = sorted(PRONOUNS - {"who", "which"} | {"that", "those"}) + [f"the {noun}" for noun in sorted(STANDINS)]
_POINTS_BACK = re.compile(rf"\b({'|'.join(_BACK)})\b", re.IGNORECASE)
_DEFINITE = re.compile(r"[\"“'‘]?(The|This|These|Those|Both) ")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, and how well it answers the question."""

    article: Article
    start: int
    end: int
    rank: int
    """Place (from 0) of its passage among the hits."""
    passage_score: float
    answers: float
    """How well it answers, read in its passage: higher is better, and comparable for one question only."""
    cosine: float
    """Of the sentence alone with the question."""
    vector: Vectors = field(compare=False, repr=False)
    """Shape (dim,): the sentence alone, as embedded."""
    about: str = ""
    """Names of the sentence before that "he", "she" or "it" may stand for; "" where nothing points back."""
    before: str = field(default="", compare=False, repr=False)
    """The sentence before it in its passage."""
    copies: tuple[Article, ...] = field(default=(), compare=False, repr=False)
    """The other articles that print the same story."""

    @property
    def need(self) -> float:
        """How near the question's subject is to it and to its passage."""
        return self.cosine + self.passage_score

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def points_back(self) -> bool:
        """Whether something in it stands for what the sentence before it names: "she", "this event", "the company"."""
        return bool(_POINTS_BACK.search(self.text))

    @property
    def leans(self) -> bool:
        """Whether it points back, or opens with what the sentence before it may have named: "The core is …"."""
        return self.points_back or bool(_DEFINITE.match(self.text))

    def follows(self, other: Sentence) -> bool:
        """Whether it stands right after the other one."""
        return self.article.id == other.article.id and 0 <= self.start - other.end <= GAP_CHARS


def gather(question: str, hits: Sequence[Hit], embed: Embed, rank: Rank, most: int = MOST_SENTENCES) -> list[Sentence]:
    """The sentences of the hits that answer best, grouped by article: the best first, each in its order."""
    found = _measured(question, hits, rank)
    taken = sorted(found, key=lambda s: (-s.answers, s.article.id, s.start))[:most]
    first: dict[str, int] = {}
    for sentence in found:
        first.setdefault(sentence.article.id, sentence.rank)
    taken.sort(key=lambda s: (first[s.article.id], s.article.id, s.start))
    asked, vectors = embed([question])[0], embed([sentence.text for sentence in taken])
    return [replace(s, vector=vector, cosine=float(vector @ asked)) for s, vector in zip(taken, vectors, strict=True)]


def _measured(question: str, hits: Sequence[Hit], rank: Rank) -> list[Sentence]:
    """All sentences of the hits with their scores; one that two passages, or two copies, share counts once."""
    found: dict[tuple[str, int, int], Sentence] = {}
    printed: dict[str, Article] = {}  # article -> the first of the hits' articles that prints its story
    parts = [_sentences(hit) for hit in hits]
    texts = [[hit.passage.text[start:end] for start, end in spans] for hit, (spans, _) in zip(hits, parts, strict=True)]
    scores = rank(question, [(context(hit.article), alone) for hit, alone in zip(hits, texts, strict=True)])
    for number, (hit, (spans, about), alone) in enumerate(zip(hits, parts, texts, strict=True)):
        first = printed.setdefault(hit.article.id, hit.article)
        for copy in hit.copies:
            printed.setdefault(copy.id, first)
        for i, (start, end) in enumerate(spans):
            start, end = hit.passage.start + start, hit.passage.start + end
            place = (hit.article.id, start, end)
            if place in found or (first.id != hit.article.id and holds(first, alone[i])):
                continue
            found[place] = Sentence(
                hit.article,
                start,
                end,
                number,
                hit.score,
                scores[number][i],
                0.0,
                _NO_VECTOR,
                about[i],
                alone[i - 1] if i else "",
                hit.copies,
            )
    return list(found.values())


def _sentences(hit: Hit) -> tuple[list[tuple[int, int]], list[str]]:
    """The spans of a passage's sentences in it, and for each the names that it points back to."""
    spans, about, names_before = [], [], ""
    for start, end in sentences.split(hit.passage.text):
        text = hit.passage.text[start:end]
        spans.append((start, end))
        about.append(names_before if _PRONOUN.search(text) else "")
        names_before = _named(text) or names_before
    return spans, about


def _named(text: str) -> str:
    """The first names of a sentence, at most MAX_NAMES."""
    found = dict.fromkeys(name.text for name in names(text) if not name.text.isupper())
    return ", ".join(list(found)[:MAX_NAMES])
