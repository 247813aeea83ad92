"""Filters: what they let through, that a typing error is said, and that JSON gives the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.filters import known, parse, passing, through, within
from rag.types import Article, Filters

BRIDGE = Article("b1", "Bridge", "It is long.", "Lindau Post", date(2024, 3, 3), "news/bridge.txt", language="en")
FERRY = Article("f1", "Ferry", "It stops.", "Seeline", date(2024, 4, 18), "https://a.example/ferry", language="de")
MUSEUM = Article("m1", "Museum", "It opens.")
ALL = (BRIDGE, FERRY, MUSEUM)


def letters(**fields: object) -> str:
    """The first letters of the articles that pass."""
    where = Filters(**fields)  # type: ignore[arg-type]
    return "".join(a.id[0] for a, passes in zip(ALL, passing(ALL, where), strict=True) if passes)


def test_no_filter_lets_all_through_and_an_empty_set_none() -> None:
    assert letters() == "bfm"
    for name in ("articles", "publishers", "languages"):
        assert letters(**{name: []}) == ""


@pytest.mark.parametrize("name", ["b1", "news/bridge.txt", "bridge.txt"])
def test_an_article_goes_by_id_source_or_file_name(name: str) -> None:
    assert letters(articles=[name]) == letters(articles=name) == "b"


def test_a_file_of_several_articles_stands_for_all_of_them() -> None:
    sources = ["in/feed.xml#1", "in/feed.xml#2", "in/feed.xml", "in/news.zip:a/b.html", "https://x.example/a#2"]
    made = [Article(str(n), None, "It is long.", source=source) for n, source in enumerate(sources)]

    def let_through(name: str) -> list[int]:
        return [n for n, passes in enumerate(passing(made, Filters(articles=[name]))) if passes]

    assert let_through("feed.xml") == let_through("in/feed.xml") == [0, 1, 2]
    assert let_through("feed.xml#2") == [1]
    assert let_through("news.zip") == let_through("b.html") == let_through("in/news.zip") == [3]
    assert let_through("https") == []
    assert let_through("https://x.example/a") == [4]


def test_publishers_and_languages_are_compared_without_case() -> None:
    assert letters(publishers=["LINDAU post", "Other"]) == "b"
    assert letters(languages=["DE", "en"]) == "bf"
    assert letters(publishers=[""]) == letters(languages=[""]) == ""


def test_both_days_count_and_what_has_no_date_is_on_none() -> None:
    assert letters(after=date(2024, 3, 3), before=date(2024, 3, 3)) == "b"
    assert letters(after=date(2024, 3, 4)) == "f"
    assert letters(before=date(9999, 12, 31)) == "bf"
    assert letters(after=date.min) == "bf"


def test_filters_narrow_together() -> None:
    assert letters(publishers=["Lindau Post"], languages=["de"]) == ""


def slow_passes(article: Article, where: Filters) -> bool:
    """The same field by field, as the README says it."""
    publisher, language, day = article.publisher or "", article.language or "", article.published
    names = {article.id, article.source, article.source.rpartition("/")[2]} - {""}
    return (
        (where.articles is None or bool(names & where.articles))
        and (
            where.publishers is None or (bool(publisher) and publisher.lower() in {p.lower() for p in where.publishers})
        )
        and (where.languages is None or language in where.languages - {""})
        and (where.after is None or (day is not None and day >= where.after))
        and (where.before is None or (day is not None and day <= where.before))
    )


NAMES = st.sampled_from(["a", "b", "news/a", "other/a", "b/", "x"])
OUTLETS = st.sampled_from(["CGTN", "cgtn", "Post", ""])
DAYS = st.none() | st.sampled_from([date.min, date(2024, 1, 1), date(2024, 1, 2), date.max])
ARTICLES = st.builds(
    Article, NAMES, st.none(), st.just(""), st.none() | OUTLETS, DAYS, NAMES, language=st.sampled_from(["en", "", None])
)
FILTERS = st.builds(
    lambda articles, outlets, days, languages: Filters(articles, outlets, *days, languages),
    st.none() | st.frozensets(NAMES),
    st.none() | st.frozensets(OUTLETS),
    st.tuples(DAYS, DAYS).filter(lambda days: None in days or days[0] <= days[1]),
    st.none() | st.frozensets(st.sampled_from(["en", "de", ""])),
)


@settings(deadline=None)
@given(articles=st.lists(ARTICLES), where=FILTERS)
def test_columns_let_through_what_looking_at_each_article_does(articles: list[Article], where: Filters) -> None:
    assert passing(articles, where) == [slow_passes(article, where) for article in articles]


def test_two_filters_together_say_what_both_say() -> None:
    post, spring = Filters(publishers=["LINDAU POST"]), Filters(after=date(2024, 3, 1), before=date(2024, 4, 30))
    assert within(None, None, ALL) is None
    assert within(None, post, ALL) == within(post, None, ALL) == post
    assert within(Filters(after=date(2024, 4, 1)), spring, ALL) == Filters(after=date(2024, 4, 1), before=spring.before)
    assert within(Filters(articles=["b1", "m1"]), Filters(articles=["bridge.txt"]), ALL) == Filters(articles=["b1"])
    for one, other in (
        (Filters(publishers=["Seeline"]), post),
        (Filters(before=date(2024, 2, 29)), spring),
        (Filters(articles=["f1"]), Filters(articles=["bridge.txt"])),
    ):
        assert through(ALL, within(one, other, ALL)) == ()


@settings(deadline=None)
@given(articles=st.lists(ARTICLES), one=st.none() | FILTERS, other=st.none() | FILTERS)
def test_what_passes_two_filters_together_passes_each(
    articles: list[Article], one: Filters | None, other: Filters | None
) -> None:
    articles = [replace(article, id=f"id-{number}") for number, article in enumerate(articles)]  # no one's file name
    alone = [through(articles, where) for where in (one, other)]
    assert through(articles, within(one, other, articles)) == tuple(a for a in alone[0] if a in alone[1])


def test_days_the_wrong_way_round_are_an_error() -> None:
    with pytest.raises(UsageError, match=r"2024-03-04.*2024-03-03"):
        Filters(after=date(2024, 3, 4), before=date(2024, 3, 3))


def test_a_typing_error_is_said_with_what_there_is() -> None:
    known(None, ALL)
    known(Filters(articles=["bridge.txt", "f1"], publishers=["SEELINE"], languages=["EN"]), ALL)
    with pytest.raises(UsageError, match=r"publisher 'CGTM'.*Lindau Post, Seeline"):
        known(Filters(publishers=["CGTM"]), ALL)
    with pytest.raises(UsageError, match=r"article 'tram\.txt'.*bridge\.txt"):
        known(Filters(articles=["tram.txt"]), ALL)
    with pytest.raises(UsageError, match=r"No article has a language"):
        known(Filters(languages=["fr"]), (MUSEUM,))


def test_out_of_json_they_are_the_same() -> None:
    fields = {"articles": ["b1"], "publishers": ["A"], "after": "2024-01-01", "before": None, "languages": ["en"]}
    assert parse(fields) == Filters(["b1"], ["A"], date(2024, 1, 1), None, ["en"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [{"publisher": ["A"]}, {"publishers": "A"}, {"publishers": [1]}, {"after": "yesterday"}, {"before": 2024},
     {"after": "2024-02-01", "before": "2024-01-01"}],
)  # fmt: skip
def test_what_is_no_filter_is_said(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"filter|No day"):
        parse(fields)
