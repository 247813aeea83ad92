"""From passages to sentences: whole, at their places, within the budget, each once, in reading order."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from rag.types import Article, Hit
from tests.fakes import FakeEmbedder
from tests.sample import BRIDGE, FERRY, evidence, hit

QUESTION = "Who cut the ribbon of the harbour bridge?"
LONG = Article("long", None, " ".join(f"Line {i} of the harbour tram was cut by the mayor." for i in range(60)))


def test_all_of_the_best_passage_in_its_order() -> None:
    found = evidence(QUESTION, [hit(BRIDGE)])
    assert [s.text for s in found] == [
        "The harbour bridge opened on Sunday.",
        "It is 412 metres long and cost 38 million euros.",
        "Mayor Ilse Brandt cut the ribbon.",
        "About 2,000 people watched.",
    ]


def test_places_count_from_the_article_not_from_the_passage() -> None:
    start = BRIDGE.text.index("Mayor")
    for sentence in evidence(QUESTION, [hit(BRIDGE, start)]):
        assert start <= sentence.start < sentence.end
        assert BRIDGE.text[sentence.start : sentence.end] == sentence.text


def test_a_sentence_in_two_passages_is_there_once() -> None:
    middle = BRIDGE.text.index("Mayor")
    found = evidence(QUESTION, [hit(BRIDGE, middle), hit(BRIDGE), hit(BRIDGE, 0, middle)])
    assert len({s.start for s in found}) == len(found) == 4


def test_the_article_of_the_best_hit_comes_first_whatever_its_name() -> None:
    question = "harbour bridge ferry stop"
    for first, second in ((BRIDGE, FERRY), (FERRY, BRIDGE)):
        found = evidence(question, [hit(first), hit(second)])
        assert found[0].article is first
        groups = [article.id for article, _ in itertools.groupby(s.article for s in found)]
        assert len(groups) == len(set(groups))  # each article in one piece


def test_a_sentence_has_its_score_under_the_title_of_its_article_and_its_own_vector() -> None:
    embed = FakeEmbedder()
    found = evidence("ferry stop", [hit(FERRY)])
    assert [[s.answers for s in found]] == embed.rank("ferry stop", [("Ferry to close", [s.text for s in found])])
    assert found[0].answers > found[1].answers > 0
    assert found[0].vector == pytest.approx(embed(["The ferry will stop on June 30."])[0])
    assert found[0].cosine == pytest.approx(2 / (2 * 7) ** 0.5)
    assert found[0].need == pytest.approx(found[0].cosine + 1)  # the score of its passage


@pytest.mark.parametrize("hits", [[hit(LONG)], [hit(BRIDGE), hit(LONG), hit(FERRY)]])
def test_those_that_answer_best_are_taken(hits: list[Hit]) -> None:
    every = evidence(QUESTION, hits)
    few = evidence(QUESTION, hits, 5)
    assert len(few) == 5 < len(every)
    assert min(s.answers for s in few) >= max(s.answers for s in every if s not in few)
    assert [s for s in every if s in few] == few


def test_nothing_found_is_no_evidence() -> None:
    assert evidence(QUESTION, []) == []


def test_a_sentence_that_points_back_carries_the_names_before_it() -> None:
    text = "Ilse Brandt met Karla Weiss. She smiled. Then she left. The ferry stopped. It was late."
    found = {s.text: s.about for s in evidence("Who left?", [hit(replace(BRIDGE, text=text))])}
    assert found["She smiled."] == found["Then she left."] == "Ilse Brandt, Karla Weiss"
    assert found["Ilse Brandt met Karla Weiss."] == found["The ferry stopped."] == ""
