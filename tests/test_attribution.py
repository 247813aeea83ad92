"""What a source only passes on is told as somebody's word, and everything else as it stands."""

from __future__ import annotations

import pytest

from rag.attribution import attributed

CLOSED = "The harbour bridge will be closed for nine weeks."
OPEN = "the harbour bridge will be closed for nine weeks"


@pytest.mark.parametrize(
    ("source", "who"),
    [
        (f"According to the Lindau Post, {OPEN}.", "the Lindau Post"),
        ("The harbour bridge will be closed for nine weeks, according to the Lindau Post.", "the Lindau Post"),
        (f"Two engineers and the mayor said that {OPEN}.", "two engineers and the mayor"),
        (f"Jo Weiss, the chief engineer, said on Monday that {OPEN}.", "Jo Weiss"),
        (f"Police believe {OPEN}.", "police"),
        ("“The harbour bridge will be closed for nine weeks,” said Jo Weiss, the chief engineer.", "Jo Weiss"),
        ("The harbour bridge will be closed for nine weeks, Jo Weiss, the chief engineer, said.", "Jo Weiss"),
        ("The harbour bridge will be closed for nine weeks, city officials said on Monday.", "city officials"),
    ],
)
def test_whose_word_it_is_comes_back(source: str, who: str) -> None:
    article = f"When two engineers came, the police closed it. {source}"
    assert attributed(CLOSED, source, article) == f"{CLOSED[:-1]}, according to {who}."


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        (CLOSED, CLOSED),
        (CLOSED, f"{CLOSED[:-1]}, and Jo Weiss said that she was glad."),
        (f"Jo Weiss said that {OPEN}.", f"According to Jo Weiss, {OPEN}."),
        ("Jo Weiss wants to close the bridge.", "Jo Weiss said she wants to close the bridge."),
        ("Weiss wants to close the bridge.", "The chief engineer Jo Weiss said she wants to close the bridge."),
        ("Jo Weiss is the chief engineer.", f"Jo Weiss, the chief engineer, said that {OPEN}."),
        ("", f"Jo Weiss said that {OPEN}."),
    ],
)
def test_what_needs_no_attribution_stays(statement: str, source: str) -> None:
    assert attributed(statement, source) == statement


@pytest.mark.parametrize(
    "source",
    [
        "“The harbour bridge will be closed for nine weeks,” he said.",
        f"She said {OPEN}.",
        f"The engineer who was asked said {OPEN}.",
        f"Neither Brandt nor Weiss said {OPEN}.",
        f"In a statement the ministry said {OPEN}.",
        f"On Monday Weiss said {OPEN}.",
        f"Speaking in Geneva Weiss said {OPEN}.",
    ],
)
def test_a_speaker_without_a_plain_name_is_left_to_the_source(source: str) -> None:
    assert attributed(CLOSED, source) is None
