"""Questions to start from: made of what the articles say, confirmed by a search, of different articles first."""

from __future__ import annotations

from rag.starters import Starter, candidates, starters
from rag.types import Article

FORUM = Article(
    "forum",
    "Talks in Lindau",
    "Experts at the Lindau Forum stressed the risks. “We must talk,” said Karla Weiss, a lawyer. Tomas Lindqvist, who "
    "directs the museum, warned of a long winter. Brandt said no. It rained.",
)
FERRY = Article("ferry", "Ferry line to close", "The ferry will stop. Its riders left.")
BARE = Article("bare", None, "Nobody speaks here.")


def questions(article: Article) -> list[str]:
    return [starter.question for starter in candidates(article)]


def test_persons_who_speak_and_the_title_give_questions() -> None:
    assert questions(FORUM) == [
        "What did Karla Weiss say?",
        "What did Tomas Lindqvist warn about?",
        "What do the articles say about “Talks in Lindau”?",
    ]
    assert questions(BARE) == questions(Article("empty", "Nothing", "")) == []


def test_a_question_comes_with_the_words_that_it_was_made_from() -> None:
    weiss, lindqvist, _ = candidates(FORUM)
    assert "Karla Weiss" in FORUM.text[weiss.start : weiss.end]
    assert "Tomas Lindqvist" in FORUM.text[lindqvist.start : lindqvist.end]


def test_only_what_is_found_is_offered_and_each_article_in_its_turn() -> None:
    assert starters([FORUM, FERRY, BARE], lambda starter: True, 2) == [
        "What did Karla Weiss say?",
        "What do the articles say about “Ferry line to close”?",
    ]

    def not_weiss(starter: Starter) -> bool:
        return "Weiss" not in starter.question

    assert starters([FORUM], not_weiss, 4) == questions(FORUM)[1:]
    assert starters([FORUM], lambda starter: False, 4) == []
    assert starters([FERRY, FERRY], lambda starter: True, 4) == questions(FERRY)  # none twice
