"""Whose articles there are and in which languages: what a reader may choose from, named and counted.

Pure functions over records. Knows nothing about HTML, nor about what is chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from rag.types import Article

Kind = Literal["publishers", "languages"]
"""As the fields of `Filters` are called."""
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Offer:
    """`key` is what filters compare, `name` what readers are shown, `count` the number of articles."""

    key: str
    name: str
    count: int


def offers(kind: Kind, articles: Iterable[Article]) -> list[Offer]:
    """In the order of their names. What is written in several ways is one, named as most of its articles write it.

    >>> offers("publishers", [Article(i, None, "", name) for i, name in enumerate(["CGTN", "cgtn", "CGTN", None])])
    [Offer(key='cgtn', name='CGTN', count=3)]
    """
    written: dict[str, Counter[str]] = {}
    for article in articles:
        if value := article.publisher if kind == "publishers" else article.language:
            written.setdefault(value.casefold(), Counter())[value] += 1
    name = str if kind == "publishers" else language
    found = [Offer(key, name(ways.most_common(1)[0][0]), ways.total()) for key, ways in written.items()]
    return sorted(found, key=lambda offer: (offer.name.casefold(), offer.key))


def names(kind: Kind, keys: Iterable[str], articles: Iterable[Article]) -> list[str]:
    """What readers call the chosen ones, in order; those that no article has, as they were given."""
    known = {offer.key: offer.name for offer in offers(kind, articles)}
    return sorted((known.get(key.casefold(), key) for key in keys), key=str.casefold)


@cache
def language(code: str) -> str:
    """The English name of a language; the code itself where it is none that is known.

    >>> language("de"), language("zz")
    ('German', 'zz')
    """
    from babel import Locale  # late: its tables are only for those who read several languages

    return str(Locale("en").languages.get(code, code))
