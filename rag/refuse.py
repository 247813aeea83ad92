"""The words of a refusal: what was looked for, what no article mentions, and the nearest things that they do hold.

Knows nothing about how the decision was taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.cite import Statement, quoted
from rag.evidence import Sentence
from rag.types import Hit
from rag.words import content_words

NEAREST = 2
"""Nearest sentences offered, at most."""
NEAR_FROM = 0.35
"""Cosine with the question from which a sentence is near enough to be offered."""


def reason(question: str, hits: Sequence[Hit]) -> str:
    """
    >>> reason("Who won the cup?", [])
    'The articles do not say: “Who won the cup?” None of them mentions “won” or “cup”.'
    """
    text = f"The articles do not say: “{' '.join(question.split())}”"
    missing = unmentioned(question, hits)
    if not missing:
        return text + " They touch on the subject, but this is not in them."
    words = [f"“{word}”" for word in missing]
    listed = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
    return f"{text} None of them mentions {listed}."


def unmentioned(question: str, hits: Sequence[Hit]) -> list[str]:
    """Words of the question, as written, that stand in no passage found, in any form; at most four."""
    there = {word for hit in hits for word in content_words(f"{hit.article.title or ''}\n{hit.article.text}")}
    missing = []
    for word in re.findall(r"[^\W_][\w.'’-]*[^\W_]|[^\W_]", question):
        stems = content_words(word)
        if stems and not set(stems) & there:
            missing.append(word)
    return list(dict.fromkeys(missing))[:4]


def nearest(evidence: Sequence[Sentence], relevance: Sequence[float]) -> list[Statement]:
    """What the articles do hold nearest to the question, in their own words."""
    order = sorted(range(len(evidence)), key=lambda i: -relevance[i])[:NEAREST]
    near = [evidence[i] for i in sorted(order) if evidence[i].titled_cosine >= NEAR_FROM]
    return [quoted(sentence) for sentence in near]
