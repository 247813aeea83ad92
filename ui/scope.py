"""What is asked where a chat was started for some articles only: of those, what a reader or a program chooses.

Pure functions over filters. Knows nothing about pages, nor about how articles are searched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import compress

from rag.filters import passing
from rag.types import Article, Filters


def within(where: Filters | None, limits: Filters | None, articles: Collection[Article]) -> Filters | None:
    """What passes both; None where neither says anything.

    >>> within(Filters(publishers=["Lindau Post"]), Filters(languages=["en"]), [Article("a", None, "", "Lindau Post")])
    Filters(articles=None, publishers=frozenset({'Lindau Post'}), after=None, before=None, languages=frozenset({'en'}))
    """
    if where is None or limits is None:
        return where or limits
    after = max(filter(None, (where.after, limits.after)), default=None)
    before = min(filter(None, (where.before, limits.before)), default=None)
    if after and before and after > before:
        return Filters(articles=frozenset())
    return Filters(
        articles=common(where.articles, limits.articles, lambda names: ids(articles, names)),
        publishers=common(where.publishers, limits.publishers, folded),
        after=after,
        before=before,
        languages=common(where.languages, limits.languages, folded),
    )


def asked(articles: Collection[Article], limits: Filters | None) -> tuple[Article, ...]:
    """Those of the articles that can be asked at all."""
    return tuple(articles if limits is None else compress(articles, passing(articles, limits)))


def common(
    one: frozenset[str] | None, other: frozenset[str] | None, alike: Callable[[Iterable[str]], frozenset[str]]
) -> frozenset[str] | None:
    """What both name, once `alike` has put it in the same words; None leaves it to the other."""
    if one is None or other is None:
        return other if one is None else one
    return alike(one) & alike(other)


def folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def ids(articles: Collection[Article], names: Iterable[str]) -> frozenset[str]:
    """Ids of the articles that go by one of the names."""
    return frozenset(article.id for article in asked(articles, Filters(articles=frozenset(names))))
