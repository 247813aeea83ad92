"""Questions to start from, out of the articles themselves: who speaks in them, and what their titles say.

Templates over names and verbs of speech, in English; no model writes them. Each comes with the words that it was made
from, so that whoever can search may see whether a search leads back there. Knows nothing about search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from rag.facts import names
from rag.sentences import split
from rag.types import Article

LEAD = 25
"""Sentences of an article, from its beginning, that are looked through."""
EACH = 3
"""Questions tried for one article, at most."""
TRIED = 24
"""Questions tried altogether, at most: each costs a search."""
LONGEST_TITLE = 90
"""Characters; a longer title makes no question that anybody reads."""

_VERBS = {
    "warned": "warn about",
    "announced": "announce",
    "promised": "promise",
    "stressed": "stress",
    "emphasized": "emphasize",
    "urged": "urge",
    "said": "say",
    "noted": "note",
    "argued": "argue",
}
_VERB = "|".join(_VERBS)
_AFTER = re.compile(rf"(?:,[^.;“”\"]{{2,120}},)?\s+(?:has\s+|had\s+|also\s+)?(?P<verb>{_VERB})\b")
_BEFORE = re.compile(rf"[,”\"]\s+(?P<verb>{_VERB})\s+$")
_OPENS = re.compile(r"(?:^|[,:;”\"]\s+)$")
_PERSON = re.compile(r"(?:[A-Z][\w’'-]+ )(?:[A-Z][\w.’'-]* ?){1,3}")


@dataclass(frozen=True, slots=True)
class Starter:
    """A question, and where in `article` the words stand that it was made from."""

    question: str
    article: Article
    start: int
    end: int


def starters(articles: Iterable[Article], found: Callable[[Starter], bool], count: int) -> list[str]:
    """Up to `count` questions that `found` confirms; of different articles as far as possible."""
    tried = _in_turn([islice(candidates(article), EACH) for article in articles])
    questions: list[str] = []
    for starter in islice(tried, TRIED):
        if len(questions) == count:
            break
        if starter.question not in questions and found(starter):
            questions.append(starter.question)
    return questions


def candidates(article: Article) -> Iterator[Starter]:
    """
    >>> text = "Prices rose. Mayor Ilse Brandt, in office since 2019, warned of more. It rained."
    >>> [starter.question for starter in candidates(Article("a", "Prices", text))]
    ['What did Mayor Ilse Brandt warn about?', 'What do the articles say about “Prices”?']
    """
    spans = split(article.text)[:LEAD]
    asked = set()
    for start, end in spans:
        for person, verb in _speakers(article.text[start:end]):
            question = f"What did {person} {_VERBS[verb]}?"
            if question not in asked:
                asked.add(question)
                yield Starter(question, article, start, end)
    title = " ".join((article.title or "").split())
    if spans and title and len(title) <= LONGEST_TITLE and not set('“”"') & set(title):
        yield Starter(f"What do the articles say about “{title}”?", article, *spans[0])


def _speakers(sentence: str) -> Iterator[tuple[str, str]]:
    """Persons with two names or more, and the verb with which the sentence lets them speak."""
    for name in names(sentence):
        before = sentence[: name.start]
        spoke = (_OPENS.search(before) and _AFTER.match(sentence, name.end)) or _BEFORE.search(before)
        if spoke and _PERSON.fullmatch(name.text):
            yield name.text, spoke["verb"]


def _in_turn(lists: Iterable[Iterator[Starter]]) -> Iterator[Starter]:
    """The first of each, then the second of each …"""
    return (item for row in zip_longest(*lists) for item in row if item is not None)
