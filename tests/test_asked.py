"""What a question asks for, and whether a sentence has one."""

from __future__ import annotations

import pytest

from rag.asked import gives, kind


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("When was the bridge opened?", "date"),
        ("In which year did it open?", "date"),
        ("On what day of the week was it?", "date"),
        ("how many people died in the fire", "number"),
        ("How old is the mayor?", "number"),
        ("Where did they meet?", "name"),
        ("Which Chinese company built it?", "name"),
        ("And who took part?", "name"),
        ("Why is it closed?", "reason"),
        ("What is the new ferry called?", "name"),
        ("How does it work?", ""),
        ("Which fields does it name?", ""),
        ("Is it open?", ""),
    ],
)
def test_kinds(question: str, asked: str) -> None:
    assert kind(question) == asked


@pytest.mark.parametrize(
    ("text", "question", "found"),
    [
        ("It opened on 3 March.", "When did it open?", True),
        ("It opened last.", "When did it open?", False),
        ("Forty died.", "How many died?", True),
        ("Some died.", "How many died?", False),
        ("It was the second.", "How many were there?", False),
        ("In May they met.", "How many were there?", False),
        ("It took 20 minutes.", "How many hours did it take?", True),
        ("20 people came.", "How many hours did it take?", False),
        ("Over 500 experts came.", "How many people came?", True),
        ("He died in 1950, aged 40.", "How long did he live?", True),
        ("The mayor, Ilse Brandt, spoke.", "Who spoke for Lindau?", True),
        ("In Lindau somebody spoke.", "Who spoke for Lindau?", False),
        ("It is made in nuclear reactors.", "Where is it made?", True),
        ("It is made today.", "Where is it made?", False),
        ("It is blue.", "Why is it blue?", False),
        ("It is blue because of the sky.", "Why is it blue?", True),
        ("It is blue.", "How does it look?", True),
        ("The Chinese ferry has AI.", "What is the ferry called?", False),
        ("France and the U.S. met in Lindau.", "Who led the delegation?", False),
        ("France won in Lindau.", "Who won the cup?", True),
        ("Ilse Brandt came from France.", "Who led the delegation?", True),
    ],
)
def test_whether_a_text_has_one(text: str, question: str, found: bool) -> None:
    assert gives(text, question) is found
