"""A refusal names what was looked for and what is mentioned nowhere, and offers the nearest in the articles' words."""

from __future__ import annotations

import pytest

from rag import cite, decide, refuse
from tests.sample import BRIDGE, FERRY, evidence, hit

HITS = [hit(BRIDGE), hit(FERRY)]


def test_the_question_and_the_missing_words_are_named() -> None:
    text = refuse.reason("Who designed the harbour bridge?", HITS, near=True)
    assert "Who designed the harbour bridge?" in text
    assert "“designed”" in text
    assert "“harbour”" not in text


def test_other_forms_of_a_word_count_as_mentioned() -> None:
    assert refuse.unmentioned("Which employee moves, and which bridges open?", HITS) == []
    assert refuse.unmentioned("What does the Lindau zoo charge?", HITS) == ["Lindau"]


def test_a_word_of_a_title_counts_as_mentioned() -> None:
    assert "close" in FERRY.title and "close" not in FERRY.text  # type: ignore[operator]  # noqa: PT018
    assert refuse.unmentioned("When does it close?", HITS) == []


def test_what_tells_to_answer_is_not_looked_for() -> None:
    assert refuse.unmentioned("Describe the bridge.", HITS) == []


def test_no_word_missing_is_said_without_a_list() -> None:
    text = refuse.reason("Which mayor will stop the bridge?", HITS, near=True)
    assert text.count("“") == 1


def test_only_what_is_near_touches_on_the_subject() -> None:
    question = "Which mayor will stop the bridge?"
    assert "touch on the subject" in refuse.reason(question, HITS, near=True)
    assert "touch on the subject" not in refuse.reason(question, HITS, near=False)


def test_whom_the_articles_mention_they_touch_on() -> None:
    assert "touch on the subject" in refuse.reason("At which school was Mayor Ilse Brandt?", HITS, near=False)


def test_who_only_names_a_matter_is_told_to_ask_about_it() -> None:
    assert "ask something about it" in refuse.reason("harbour bridge", HITS, near=True)
    assert "ask something about it" not in refuse.reason("harbour bridge", HITS, near=False)


@pytest.mark.parametrize("question", ["מי תכנן את הגשר?", "من صمم الجسر؟", "zebra " * 50, "a", "5"])
def test_any_question_can_be_refused_in_words(question: str) -> None:
    assert refuse.reason(question, HITS, near=True).startswith("The articles do not say")
    assert refuse.reason(question, [], near=False)
    assert len(refuse.unmentioned(question, HITS)) <= 4


def test_the_nearest_are_quoted_and_few() -> None:
    question = "Who cut the ribbon of the harbour bridge?"
    found = evidence(question, HITS)
    near = refuse.nearest(found, decide.relevance(decide.sentence_features(question, found)))
    assert 0 < len(near) <= refuse.NEAREST
    claims, citations = cite.number(near)
    for citation in citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
    assert any("cut the ribbon" in claim.text for claim in claims)


def test_what_is_far_away_is_not_offered() -> None:
    found = evidence("Zebras graze quietly", HITS)
    assert refuse.nearest(found, [0.9] * len(found)) == []
