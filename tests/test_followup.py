"""A follow-up is searched for with what it leans on; a question that stands alone stays as it is."""

from __future__ import annotations

import pytest

from rag.followup import standalone
from rag.types import Turn

FIRST = Turn("Where did the harbour bridge in Lindau open?", "In Lindau, said Ilse Brandt [1].")


@pytest.mark.parametrize(
    "question", ["And who cut the ribbon?", "How long is it?", "When?", "What about them?", "Why did she say that?"]
)
def test_what_leans_takes_the_turn_before(question: str) -> None:
    query = standalone(question, [FIRST])
    assert query.startswith(question)
    assert "harbour bridge" in query


@pytest.mark.parametrize(
    "question", ["Who founded the Brookings Institution in Washington?", "What did Seeline Ltd pay?"]
)
def test_what_stands_alone_stays(question: str) -> None:
    assert standalone(question, [FIRST]) == question


def test_without_history_nothing_is_added() -> None:
    assert standalone("And who took part?", []) == "And who took part?"


def test_names_of_the_answer_are_added_and_its_markers_are_not() -> None:
    query = standalone("What did she say?", [FIRST])
    assert "Ilse Brandt" in query
    assert "[1]" not in query


def test_only_the_last_topic_counts() -> None:
    assert "museum" not in standalone("How long is it?", [Turn("Who runs the museum in Bregenz?", "She does."), FIRST])


def test_a_chain_of_follow_ups_reaches_back_to_what_was_named() -> None:
    assert "harbour bridge" in standalone("And when?", [FIRST, Turn("Who cut it?", "The mayor did.")])


def test_an_empty_history_turn_is_harmless() -> None:
    assert standalone("And who?", [Turn("", "")]).strip() == "And who?"
