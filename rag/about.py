"""Whether a sentence is about what a question asks about, beyond having words in common with it: a model takes one
person's doing for another's, and this year's figure for last year's.

Reads the sentence where it stands. Knows nothing about models or probabilities.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import takewhile

from rag.asked import asked_to_speak, gives, proper_names, years
from rag.evidence import Sentence
from rag.facts import Name
from rag.words import content_words


def lacks(question: str, sentence: Sentence) -> bool:
    """Whether a sentence lacks what is asked for: something of its kind, the words of the one whose words they should
    be, or the year."""
    return not (
        gives(sentence.text, question)
        and _is_word_of(asked_to_speak(question), sentence)
        and _is_of(question, sentence)
    )


def _is_word_of(speakers: Sequence[Name], sentence: Sentence) -> bool:
    """Whether one of them stands in the sentence or before it, from the beginning of the paragraph before its own on:
    others say other things of the same matter."""
    if not speakers:
        return True
    paragraphs = filter(str.strip, sentence.article.text[: sentence.end].split("\n"))
    near = set(content_words(" ".join([sentence.about, *deque(paragraphs, maxlen=2)])))
    return any(near & set(content_words(name.text)) for name in speakers)


def _is_of(question: str, sentence: Sentence) -> bool:
    """Whether the years that the question names are its own, those of the sentence before it, of its title, or the one
    of its publication; where that is not known, anywhere in the article."""
    asked, article = years(question), sentence.article
    if not asked:
        return True
    near = f"{article.title or ''} {sentence.before} {sentence.text}"
    if not article.published:
        return asked <= years(f"{near} {article.text}")
    relative = {article.published.year + step for words, step in _RELATIVE.items() if words in near.lower()}
    return asked <= {article.published.year} | relative | years(near)


_RELATIVE = {"last year": -1, "previous year": -1, "year earlier": -1, "next year": 1}
"""Years that are told from the day of publication."""


def named(question: str, sentence: Sentence) -> float:
    """The share (0..1) of the names in the question that a sentence is about: of which it holds a word, or its title,
    or, where it points back ("she", "this event", "the company"), the sentence before it; 1 where the question has
    none. A model takes one person's doing for another's."""
    # With a stop, "U.S" is an abbreviation again, and like "us" no word to look for.
    named_ones = [name.text for name in proper_names(question) if name.text not in _OFTEN_IN_FULL]
    names_words = [set(content_words(f"{text}.")) - _AMERICA for text in named_ones]
    sought = [words for words in names_words if words]
    before = sentence.before if sentence.points_back else ""
    about = set(content_words(f"{sentence.article.title or ''} {sentence.about} {before} {sentence.text}"))
    held = [any(_akin(word, other) for word in words for other in about) for words in sought]
    return sum(held) / len(held) if held else 1.0


_AMERICA = frozenset(["america", "american"])
"""Mostly called the U.S. in articles."""
_OFTEN_IN_FULL = frozenset(["US", "USA", "UK", "EU", "UN", "UAE"])
"""Articles have other words for them."""


def _akin(stem: str, other: str) -> bool:
    """Whether they are the same, or a country and its people, or Congress and what is congressional.

    >>> _akin("chines", "china"), _akin("european", "europ"), _akin("congress", "congression")
    (True, True, True)
    >>> _akin("bill", "billion"), _akin("brandt", "brand")
    (False, False)
    """
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(stem, other, strict=False)))
    endings = {stem[shared:], other[shared:]}
    return stem == other or (shared >= SHARED and endings <= _ENDINGS) or (shared >= LONG and "" in endings)


SHARED, LONG = 4, 6
"""Letters that both begin with."""
_ENDINGS = frozenset(["", "a", "ean", "e", "o", "y", "ey", "i", "n", "an", "ian", "es", "ish", "ia"])
"""What may follow the stem of a country and of its people."""
