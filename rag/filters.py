"""Which articles pass a filter, two filters as one, and filters out of JSON. Knows nothing about vectors or pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from itertools import compress
from typing import Any

import numpy as np

from rag.errors import UsageError
from rag.given import shown
from rag.ranking import Rows
from rag.types import Article, Filters

NO_DAY = 0
"""Where an article has no date: the day before the first that a calendar has."""
_PLACE = re.compile(r"(?:#\d+|:(?!//).*)$", re.DOTALL)
SHOWN = 8
"""Names that an error offers in place of an unknown one, at most."""


def passing(articles: Iterable[Article], where: Filters) -> list[bool]:
    """For each article whether the filters let it through.

    >>> bridge = Article("a", None, "It is long.", "Lindau Post", date(2024, 3, 3), "news/bridge.txt", language="en")
    >>> passing([bridge], Filters(publishers=["lindau post"], before=date(2024, 3, 3), articles=["bridge.txt"]))
    [True]
    >>> passing([bridge], Filters(after=date(2024, 3, 4)))
    [False]
    """
    return list(map(bool, Columns(articles).passing(where)))


def through(articles: Collection[Article], where: Filters | None) -> tuple[Article, ...]:
    """Those of the articles that pass; without filters, all."""
    return tuple(articles if where is None else compress(articles, passing(articles, where)))


def within(where: Filters | None, limits: Filters | None, articles: Collection[Article]) -> Filters | None:
    """Filters that let through what both let through: what a question asks of the articles that a chatbot was started
    for. None where neither says anything. `articles` tell which of them a name means.

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
        articles=_common(where.articles, limits.articles, lambda names: _ids(articles, names)),
        publishers=_common(where.publishers, limits.publishers, folded),
        after=after,
        before=before,
        languages=_common(where.languages, limits.languages, folded),
    )


def folded(names: Iterable[str]) -> frozenset[str]:
    """Publishers and languages as they are compared.

    >>> folded(["CGTN", "cgtn"])
    frozenset({'cgtn'})
    """
    return frozenset(name.casefold() for name in names)


class Columns:
    """What filters look at, of many articles, as columns of numbers: a filter is then a few comparisons of columns."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._articles = tuple(articles)
        self._days = np.array([a.published.toordinal() if a.published else NO_DAY for a in self._articles], np.int32)
        self._publishers = _Texts(a.publisher for a in self._articles)
        self._languages = _Texts(a.language for a in self._articles)
        names = [[hash(name) for name in _names(a)] for a in self._articles]
        self._names = np.array(names, np.int64).reshape(-1, 5)

    def passing(self, where: Filters) -> Rows:
        """For each article whether the filters let it through."""
        rows: Rows = np.ones(len(self._articles), np.bool_)
        if where.after is not None or where.before is not None:
            first, last = where.after or date.min, where.before or date.max
            rows &= (self._days >= first.toordinal()) & (self._days <= last.toordinal())
        if where.publishers is not None:
            rows &= self._publishers.among(where.publishers)
        if where.languages is not None:
            rows &= self._languages.among(where.languages)
        if where.articles is not None:
            rows &= self._named(where.articles)
        return rows

    def _named(self, names: frozenset[str]) -> Rows:
        """Those that go by one of the names: found by hash, of which two names may have the same, then looked at."""
        found = np.asarray(np.isin(self._names, [hash(name) for name in names]).any(1))
        for row in np.flatnonzero(found):
            found[row] = not names.isdisjoint(_names(self._articles[row]))
        return found


class _Texts:
    """A column of texts, case aside, by numbers for them; no text, and an empty one, has no number that is asked."""

    def __init__(self, texts: Iterable[str | None]) -> None:
        self._numbers: dict[str, int] = {"": 0}
        folded = ((text or "").casefold() for text in texts)
        self._column = np.array([self._numbers.setdefault(text, len(self._numbers)) for text in folded], np.int32)

    def among(self, texts: Iterable[str]) -> Rows:
        numbers = (self._numbers.get(text.casefold(), 0) for text in texts)
        return np.isin(self._column, [number for number in numbers if number])


def known(where: Filters | None, articles: Iterable[Article]) -> None:
    """Make sure that each name of the filters is one that the articles have: a typing error is no refusal.

    Raises:
        UsageError: a name that no article has, with those that there are; or what is given are no filters.
    """
    if where is None:
        return
    if not isinstance(where, Filters):
        raise UsageError(f"`where` is {shown(where)}, and not Filters, such as Filters(publishers=['CGTN']).")
    articles = tuple(articles)
    _check("article", where.articles or (), articles, _names, str)
    _check("publisher", where.publishers or (), articles, lambda article: (article.publisher or "",), str.casefold)
    _check("language", where.languages or (), articles, lambda article: (article.language or "",), str.casefold)


def parse(fields: Mapping[str, Any]) -> Filters:
    """Filters out of JSON. Raises ValueError in words that fit behind "line 7: ".

    >>> parse({"publishers": ["CGTN"], "after": "2024-11-01"}) == Filters(publishers=["CGTN"], after=date(2024, 11, 1))
    True
    """
    unknown = fields.keys() - {"articles", "publishers", "after", "before", "languages"}
    if unknown:
        raise ValueError(f"there is no filter {', '.join(sorted(unknown))}")
    try:
        return Filters(
            articles=_set(fields, "articles"),
            publishers=_set(fields, "publishers"),
            after=_date(fields, "after"),
            before=_date(fields, "before"),
            languages=_set(fields, "languages"),
        )
    except UsageError as error:
        raise ValueError(str(error)) from error


def _names(article: Article) -> tuple[str, ...]:
    """What an article goes by: its id, its source, and the file name or last part of the address; and the file alone,
    where the source says a place in it ("news/feed.xml#3", "news.zip:a/b.html")."""
    source = article.source
    file = _PLACE.sub("", source)
    return article.id, source, file, file.rpartition("/")[2] or file, source.rpartition("/")[2] or source


def _common(
    one: frozenset[str] | None, other: frozenset[str] | None, alike: Callable[[Iterable[str]], frozenset[str]]
) -> frozenset[str] | None:
    """What both name, once `alike` has put it in the same words; None leaves it to the other."""
    if one is None or other is None:
        return other if one is None else one
    return alike(one) & alike(other)


def _ids(articles: Collection[Article], names: Iterable[str]) -> frozenset[str]:
    """Ids of the articles that go by one of the names."""
    return frozenset(article.id for article in through(articles, Filters(articles=frozenset(names))))


def _check(
    what: str,
    asked: Iterable[str],
    articles: Iterable[Article],
    names: Callable[[Article], tuple[str, ...]],
    fold: Callable[[str], str],
) -> None:
    """Goes through the articles only until all that was asked for has been met."""
    unmet = {fold(name): name for name in asked}
    for article in articles if unmet else ():
        for name in names(article):
            if name:
                unmet.pop(fold(name), None)
        if not unmet:
            return
    if unmet:
        some = sorted({names(article)[-1] for article in articles} - {""})
        more = f" and {len(some) - SHOWN} more" if len(some) > SHOWN else ""
        have = f"They have {', '.join(some[:SHOWN])}{more}." if some else f"No article has a {what}."
        raise UsageError(f"No article has the {what} {min(unmet.values())!r}. {have}")


def _set(fields: Mapping[str, Any], name: str) -> frozenset[str] | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"the filter `{name}` is not a list of texts")
    return frozenset(value)


def _date(fields: Mapping[str, Any], name: str) -> date | None:
    value = fields.get(name)
    try:
        return None if value is None else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"the filter `{name}` is {value!r}, not a date such as 2024-11-04") from None
