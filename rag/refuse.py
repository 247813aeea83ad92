"""The words of a refusal: what was looked for, what no article found mentions, and the nearest that they do hold.

Knows nothing about how the decision was taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.asked import IMPERATIVE, is_command, is_question, proper_names
from rag.cite import Statement, quoted
from rag.evidence import Sentence
from rag.facts import names
from rag.types import Hit
from rag.words import content_words

LONG_WORD = 7
"""Letters from which a word is worth naming as missing: shorter ones are mostly "keep", "big" and their like."""
NEAREST = 2
"""Nearest sentences offered, at most."""
NEAR_FROM = 7.0
"""Score (`Sentence.answers`) from which a sentence is near enough to be offered: of questions that the articles answer,
the best has 13 in the mean, and of those on other things 3 to 7."""

TOUCHED = "They touch on the subject, but this is not in them."
UNASKED = "They touch on the subject: ask something about it, such as who, when or why."
NOTHING_TO_SEARCH = "There are no articles to look in: the filters, if there are any, leave none."


def reason(question: str, hits: Sequence[Hit], near: bool) -> str:
    """`near`: whether they hold anything near the question; whom they mention is near enough.

    >>> reason("Who won the 2026 cup?", [], near=False)
    'The articles do not say: “Who won the 2026 cup?” None of the nearest mentions “2026”.'
    """
    text = f"The articles do not say: “{' '.join(question.split())}”"
    if is_command(question):
        return f"{text} That is an instruction, not a question to them."
    missing = unmentioned(question, hits)
    if not missing:
        touched = TOUCHED if is_question(question) else UNASKED
        return f"{text} {touched if near or names(question) else 'Nothing in them is near it.'}"
    return f"{text} None of the nearest mentions {' or '.join(f'“{word}”' for word in missing)}."


def unmentioned(question: str, hits: Sequence[Hit]) -> list[str]:
    """What the question names and no article found holds in any form, not even within a longer word ("Congress" in
    "congressional"): names and numbers, or else its longest word."""
    texts = [f"{hit.article.title or ''}\n{hit.article.text}" for hit in {h.article.id: h for h in hits}.values()]
    there = {word for text in texts for word in content_words(text)}
    letters = "\n".join(texts).casefold()

    def absent(text: str) -> bool:
        stems = content_words(text)
        return bool(stems) and not set(stems) & there and text.casefold() not in letters

    named = [name.text for name in proper_names(question)] + re.findall(r"\d[\d.,]*\d|\d", question)
    missing = [text for text in dict.fromkeys(named) if absent(text)]
    words = [word for word in re.findall(r"[^\W\d_]+", question) if not IMPERATIVE.fullmatch(word)]
    long_words = [word for word in words if len(word) >= LONG_WORD and absent(word)]
    return missing[:2] or sorted(dict.fromkeys(long_words), key=len, reverse=True)[:1]


def nearest(evidence: Sequence[Sentence], relevance: Sequence[float]) -> list[Statement]:
    """What the articles do hold nearest to the question, in their own words."""
    order = sorted(range(len(evidence)), key=lambda i: -relevance[i])[:NEAREST]
    near = [evidence[i] for i in sorted(order) if evidence[i].answers >= NEAR_FROM]
    return [quoted(sentence) for sentence in near]
