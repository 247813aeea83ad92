"""A sentence is about whom, whose words and what year a question asks for, or it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rag import about
from rag.evidence import Sentence
from tests.sample import BRIDGE, evidence, hit

FOUND = evidence("Who cut the ribbon of the harbour bridge?", [hit(BRIDGE)])


def test_whom_a_question_names_and_whom_a_sentence_is_about() -> None:
    ribbon = next(s for s in FOUND if "ribbon" in s.text)
    shares = {
        "What did Mayor Ilse Brandt cut?": 1.0,
        "What did Karl Lund cut with Ilse Brandt?": 0.5,
        "What did Karl Lund cut?": 0.0,
        "What was cut?": 1.0,
    }
    assert {question: about.named(question, ribbon) for question in shares} == shares
    assert about.named("What did Karl Lund cut?", replace(ribbon, about="Karl Lund")) == 1.0
    assert about.named("What did Karl Lund cut?", replace(ribbon, article=replace(BRIDGE, title="Karl Lund"))) == 1.0
    assert about.named("What did Brandt's deputy cut?", ribbon) == 1.0  # one word of a name is enough
    for asked in ("Name what she cut.", "What did the U.S. cut?", "What did the American mayor cut?"):
        assert about.named(asked, ribbon) == 1.0  # nobody whom it could lack
    abroad = replace(ribbon, article=replace(BRIDGE, title="A bridge in Kestria"))
    assert about.named("Who cut the ribbon of the Kestrian bridge?", abroad) == 1.0


def test_what_one_person_said_is_no_word_of_another() -> None:
    text = 'Jo Weiss, the builder, opened it.\n\n"It is late," she said. "Nobody is to blame."\n\nIt cost too much.'
    first, late, blame, cost = evidence("What did Jo Weiss say?", [hit(replace(BRIDGE, text=text))])
    of_weiss, of_lund = "What did Jo Weiss say about the cost?", "What did Karl Lund say about the cost?"
    assert [about.lacks(of_weiss, s) for s in (first, late, blame, cost)] == [False, False, False, True]
    assert all(about.lacks(of_lund, s) for s in (first, late, blame, cost))
    assert not about.lacks("What did the builder say about the cost?", cost)  # nobody is named


def test_another_year_is_not_the_one_that_is_asked_for() -> None:
    cut = next(s for s in FOUND if "ribbon" in s.text)
    asked = "Who cut the ribbon in 2019?"

    def told(published: date | None, title: str = "", text: str = "") -> Sentence:
        return replace(cut, article=replace(BRIDGE, published=published, title=title, text=BRIDGE.text + text))

    assert about.lacks(asked, told(date(2024, 3, 4)))
    assert about.lacks(asked, told(date(2024, 3, 4), text=" It was begun in 2019."))  # said of something else
    assert not about.lacks(asked, told(date(2019, 3, 4)))
    assert not about.lacks(asked, told(date(2024, 3, 4), title="The bridge of 2019"))
    assert not about.lacks(asked, replace(told(date(2024, 3, 4)), before="In 2019, it opened."))
    assert not about.lacks(asked, replace(told(date(2020, 3, 4)), before="Last year it opened."))
    assert about.lacks(asked, replace(told(date(2024, 3, 4)), before="Last year it opened."))
    assert about.lacks(asked, told(None))
    assert not about.lacks(asked, told(None, text=" It was begun in 2019."))  # nobody knows when the rest was
    assert not about.lacks("Who cut the ribbon?", told(None))
