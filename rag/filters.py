"""Which articles pass a filter, and filters out of JSON. Knows nothing about vectors, questions or pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from rag.errors import UsageError
from rag.types import Article, Filters

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
    publishers, languages = _folded(where.publishers), _folded(where.languages)
    first, last = where.after or date.min, where.before or date.max
    any_day = where.after is None and where.before is None

    def passes(article: Article) -> bool:
        return (
            (any_day or (article.published is not None and first <= article.published <= last))
            and (publishers is None or (article.publisher or "").casefold() in publishers)
            and (languages is None or (article.language or "").casefold() in languages)
            and (where.articles is None or not where.articles.isdisjoint(_names(article)))
        )

    return [passes(article) for article in articles]


def known(where: Filters | None, articles: Iterable[Article]) -> None:
    """Make sure that each name of the filters is one that the articles have: a typing error is no refusal.

    Raises:
        UsageError: a name that no article has, with those that there are.
    """
    if where is None or where.articles is where.publishers is where.languages is None:
        return
    articles = tuple(articles)
    names = {name for article in articles for name in _names(article)}
    _check("article", where.articles, names, [_names(article)[2] for article in articles])
    publishers = {a.publisher for a in articles if a.publisher}
    _check("publisher", where.publishers, {name.casefold() for name in publishers}, publishers, str.casefold)
    languages = {a.language for a in articles if a.language}
    _check("language", where.languages, {name.casefold() for name in languages}, languages, str.casefold)


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


def _names(article: Article) -> tuple[str, str, str]:
    """What an article goes by: its id, its source, and the file name or last part of the address."""
    return article.id, article.source, article.source.rpartition("/")[2] or article.source


def _folded(names: frozenset[str] | None) -> set[str] | None:
    return None if names is None else {name.casefold() for name in names if name}


def _check(
    what: str, names: Iterable[str] | None, there: set[str], offered: Iterable[str], fold: Callable[[str], str] = str
) -> None:
    for name in names or ():
        if fold(name) not in there:
            some = sorted(set(offered))
            more = f" and {len(some) - SHOWN} more" if len(some) > SHOWN else ""
            have = f"They have {', '.join(some[:SHOWN])}{more}." if some else f"No article has a {what}."
            raise UsageError(f"No article has the {what} {name!r}. {have}")


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
