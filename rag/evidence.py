"""From passages to the sentences that may answer. Knows nothing about models, prompts or answers.

A model is asked of a few sentences at a time (100 tokens a second on two cores), so these are the ones that are nearest
to the question by themselves, by their words and by their passage.
"""

from __future__ import annotations

import math
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
from rag.words import content_words

Embed = Callable[[Sequence[str]], Vectors]
"""Texts to unit rows."""
MOST_SENTENCES = 24
"""Sentences that are looked at, at most. A gold sentence is among them for 98 of 100 shipped questions and of those of
eval/news, and for 88 of 100 of eval/unseen."""
MAX_NAMES = 3
"""Names of the sentence before that are carried over to one that points back."""
OVERLAP_WEIGHT = 0.3
"""Weight of the share of the question's words beside the cosines of the sentence and of its passage."""

GAP_CHARS = 3
"""White space between neighbouring sentences has at most so many characters."""

_PRONOUN = re.compile(r"\b(he|she|him|his|her|hers|they|their|them|it|its)\b", re.IGNORECASE)
_BACK = sorted(PRONOUNS - {"who", "which"} | {"that", "those"}) + [f"the {noun}" for noun in sorted(STANDINS)]
_POINTS_BACK = re.compile(rf"\b({'|'.join(_BACK)})\b", re.IGNORECASE)


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
    about: str = ""
    """Names of the sentence before that "he", "she" or "it" may stand for; "" where nothing points back."""
    before: str = field(default="", compare=False, repr=False)
    """The sentence before it in its passage."""
    copies: tuple[Article, ...] = field(default=(), compare=False, repr=False)
    """The other articles that print the same story."""

    @property
    def need(self) -> float:
        """How much an answer may need it."""
        return max(self.cosine, self.titled_cosine) + OVERLAP_WEIGHT * self.overlap + self.passage_score

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def points_back(self) -> bool:
        """Whether something in it stands for what the sentence before it names: "she", "this event", "the company"."""
        return bool(_POINTS_BACK.search(self.text))

    def follows(self, other: Sentence) -> bool:
        """Whether it stands right after the other one."""
        return self.article.id == other.article.id and 0 <= self.start - other.end <= GAP_CHARS


def gather(question: str, hits: Sequence[Hit], embed: Embed, most: int = MOST_SENTENCES) -> list[Sentence]:
    """The sentences of the hits that an answer needs most, grouped by article: the best first, each in its order."""
    found = _measure(question, hits, embed)
    taken = sorted(found, key=lambda s: (-s.need, s.article.id, s.start))[:most]
    first: dict[str, int] = {}
    for sentence in found:
        first.setdefault(sentence.article.id, sentence.rank)
    return sorted(taken, key=lambda s: (first[s.article.id], s.article.id, s.start))


def _measure(question: str, hits: Sequence[Hit], embed: Embed) -> list[Sentence]:
    """All sentences of the hits with their scores; one that two passages, or two copies, share counts once."""
    vector = embed([question])[0]
    found: dict[tuple[str, int, int], Sentence] = {}
    titled: list[str] = []
    printed: dict[str, Article] = {}  # article -> the first of the hits' articles that prints its story
    for rank, hit in enumerate(hits):
        first = printed.setdefault(hit.article.id, hit.article)
        for copy in hit.copies:
            printed.setdefault(copy.id, first)
        spans, about = _sentences(hit)
        alone = [hit.passage.text[start:end] for start, end in spans]
        under_title = [
            context(hit.article) + (f"{names}: " if names else "") + text
            for text, names in zip(alone, about, strict=True)
        ]
        rows = embed([*alone, *under_title])  # passage by passage: a list that comes again need not be embedded again
        cosines = np.asarray(rows @ vector, np.float32)  # (2n, dim) @ (dim,) -> (2n,)
        for i, (start, end) in enumerate(spans):
            start, end = hit.passage.start + start, hit.passage.start + end
            place = (hit.article.id, start, end)
            if place in found or (first.id != hit.article.id and holds(first, alone[i])):
                continue
            plain, title = float(cosines[i]), float(cosines[len(spans) + i])
            found[place] = Sentence(
                hit.article,
                start,
                end,
                rank,
                hit.score,
                plain,
                title,
                0.0,
                rows[i],
                about[i],
                alone[i - 1] if i else "",
                hit.copies,
            )
            titled.append(under_title[i])
    overlaps = _overlaps(question, titled)
    return [replace(sentence, overlap=o) for sentence, o in zip(found.values(), overlaps, strict=True)]


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


def _overlaps(question: str, texts: Sequence[str]) -> list[float]:
    """A word's weight falls with the share of these texts that have it, so that the topic's own words count little."""
    words = dict.fromkeys(content_words(question))
    have = [set(content_words(text)) for text in texts]
    weight = {w: math.log(1 + len(texts) / (0.5 + sum(w in h for h in have))) for w in words}
    total = sum(weight.values()) or 1.0
    return [sum(weight[w] for w in words if w in h) / total for h in have]
