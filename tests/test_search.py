"""Search over the three ways to rank: one fixture runs every test over each of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from rag.index import Index
from rag.search import KEYWORD_WEIGHT, search
from rag.types import Article, Filters, Hit
from tests.conftest import ARTICLES
from tests.fakes import FakeEmbedder

LONG = " ".join(f"The tram of line {i} carries many people to the harbour in winter and in summer." for i in range(40))
Find = Callable[..., list[Hit]]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The three short articles, and one long enough for many passages."""
    folder = tmp_path_factory.mktemp("search")
    (folder / "articles").mkdir()
    for name, text in {**ARTICLES, "tram.txt": f"Trams of Lindau\n\n{LONG}\n"}.items():
        (folder / "articles" / name).write_text(text, encoding="utf-8")
    index = Index(folder / "index", FakeEmbedder())
    index.sync(folder / "articles")
    yield index
    index.close()


@pytest.fixture(params=["fused", "dense", "keyword"])
def find(request: pytest.FixtureRequest, index: Index) -> Find:
    def run(question: str, k: int = 10, **more: object) -> list[Hit]:
        return search(index, question, k, retrieval=request.param, **more)  # type: ignore[arg-type]

    return run


QUESTIONS = {
    "How long is the harbour bridge that opened to traffic?": "bridge.txt",
    "When will the ferry to the east bank stop running?": "ferry.txt",
    "Where were the forty drawings by Karla Weiss found?": "museum.txt",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_article_asked_about_comes_first(find: Find, question: str) -> None:
    assert find(question)[0].article.source.endswith(QUESTIONS[question])


@pytest.mark.parametrize("question", [*QUESTIONS, "tram", "Lindau"])
def test_best_first_each_once_and_at_its_place(find: Find, question: str) -> None:
    hits = find(question, 20)
    assert hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == len(hits)
    for hit in hits:
        assert hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert hit.passage.article_id == hit.article.id


def test_no_more_than_k(find: Find) -> None:
    assert [len(find("tram to the harbour in Lindau", k)) for k in (1, 2, 5)] == [1, 2, 5]
    assert find("tram to the harbour in Lindau", 2) == find("tram to the harbour in Lindau", 5)[:2]


def test_no_more_of_one_article_than_asked_for(find: Find) -> None:
    free = find("tram to the harbour in Lindau", 8)
    assert sum(hit.article.source.endswith("tram.txt") for hit in free) > 2
    capped = find("tram to the harbour in Lindau", 8, per_article=2)
    assert sum(hit.article.source.endswith("tram.txt") for hit in capped) == 2
    assert {hit.article.source for hit in capped} > {hit.article.source for hit in capped[:2]}


def test_the_same_question_finds_the_same_also_after_others(find: Find) -> None:
    first = find("tram to the harbour in Lindau", 8)
    find("forty drawings")
    assert find("tram to the harbour in Lindau", 8) == first


def test_fused_adds_the_share_of_the_keywords_to_the_cosine(index: Index) -> None:
    question = "How long is the harbour bridge?"
    cosines = {hit.passage.id: hit.score for hit in search(index, question, 100, retrieval="dense")}
    shares = {hit.passage.id: hit.score for hit in search(index, question, 100, retrieval="keyword")}
    for hit in search(index, question, 100):
        assert hit.dense == pytest.approx(cosines[hit.passage.id], abs=1e-5)
        assert hit.keyword == pytest.approx(shares.get(hit.passage.id, 0.0), abs=1e-9)
        assert hit.score == pytest.approx(hit.dense + KEYWORD_WEIGHT * hit.keyword)


def test_what_only_the_words_find_has_its_cosine_too(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    cosines = {hit.passage.id: hit.dense for hit in search(index, "Karla Weiss tram", 100)}
    monkeypatch.setattr("rag.search.CANDIDATES", 1)
    hits = search(index, "Karla Weiss tram", 1, retrieval="fused")
    assert hits[0].dense == pytest.approx(cosines[hits[0].passage.id], abs=1e-5)


def by_hand(article: Article, where: Filters) -> bool:
    day = article.published
    return (
        (where.articles is None or Path(article.source).name in where.articles)
        and (where.after is None or (day is not None and day >= where.after))
        and (where.before is None or (day is not None and day <= where.before))
    )


@pytest.mark.parametrize(
    "where",
    [
        Filters(),
        Filters(articles=["ferry.txt"]),
        Filters(articles=["tram.txt", "museum.txt"]),
        Filters(after=date(2024, 3, 3)),
        Filters(before=date(2024, 4, 17)),
        Filters(after=date(2024, 3, 4), before=date(2024, 4, 18)),
        Filters(articles=["ferry.txt"], before=date(2024, 4, 17)),
    ],
)
@pytest.mark.parametrize("k", [1, 3, 100])
def test_a_filter_finds_what_is_left_when_all_others_are_struck_out(find: Find, where: Filters, k: int) -> None:
    """Exactly: the filter comes before the best are taken, so that it never hides what the others pushed out."""
    for question in ("Lindau", "tram to the harbour"):
        expected = [hit for hit in find(question, 100) if by_hand(hit.article, where)][:k]
        assert find(question, k, where=where) == expected


def test_filters_reach_what_a_hundred_better_passages_hide(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.search.CANDIDATES", 1)
    assert find("tram to the harbour in Lindau", 1, where=Filters(articles=["bridge.txt"]))


def test_a_filter_that_lets_nothing_through_finds_nothing(find: Find) -> None:
    for where in (Filters(articles=[]), Filters(languages=["xx"]), Filters(publishers=["Nobody"])):
        assert find("harbour bridge", where=where) == []


@pytest.mark.slow
def test_through_a_server_the_same_is_found(index: Index, tmp_path: Path, chroma_server: str) -> None:
    news = tmp_path / "news.jsonl"
    news.write_text(
        "".join(json.dumps({"id": a.id, "title": a.title, "text": a.text}) + "\n" for a in index.articles.values()),
        encoding="utf-8",
    )
    found = []
    for url in (None, chroma_server):
        served = Index(tmp_path / f"index-{bool(url)}", FakeEmbedder(), url)
        served.sync(news)
        assert (served.folder / "chroma").exists() is (url is None)
        found.append([[(h.passage.id, round(h.score, 5)) for h in search(served, q, 8)] for q in QUESTIONS])
        served.close()
    assert found[0] == found[1]
