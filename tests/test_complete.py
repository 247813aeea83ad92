"""A question for a date or a number gets one where the source has it; other questions keep the shorter sentence."""

from __future__ import annotations

from dataclasses import replace

from rag.cite import Statement
from rag.complete import completed
from tests.sample import FERRY, evidence, hit

SOURCE = next(s for s in evidence("When does the ferry stop running?", [hit(FERRY)]) if "June 30" in s.text)
SHORT = Statement("The ferry between Lindau and the east bank will stop running.", (SOURCE,), 0.9)


def test_a_lost_date_comes_back_in_the_words_of_the_source() -> None:
    (statement,) = completed("When does the ferry stop running?", [SHORT])
    assert "June 30" in statement.text
    assert statement.sources == (SOURCE,)


def test_a_question_for_something_else_keeps_the_draft() -> None:
    assert completed("What will happen to the ferry?", [SHORT]) == [SHORT]


def test_what_only_says_the_question_again_is_no_answer() -> None:
    question = "Which ferry between Lindau and the east bank will stop running?"
    assert "June 30" in completed(question, [SHORT])[0].text
    told = "The ferry between Lindau and the east bank is going to stop running."
    assert "June 30" in completed("And then?", [SHORT], told)[0].text


def test_what_still_has_its_date_stays() -> None:
    dated = Statement("The ferry stops on June 30.", (SOURCE,), 0.9)
    assert completed("When does the ferry stop running?", [dated]) == [dated]


def test_a_lost_reason_comes_back() -> None:
    why = "Why does the ferry stop running?"
    late = evidence(why, [hit(replace(FERRY, text="The ferry will stop, as it has lost its riders to the bridge."))])
    (statement,) = completed(why, [Statement("The ferry will stop.", (late[0],), 0.9)])
    assert "riders" in statement.text


def test_a_name_that_the_question_gives_is_no_name_lost() -> None:
    who = "Who will run the Lindau ferry?"
    assert completed(who, [SHORT]) == [SHORT]


def test_what_somebody_said_is_not_said_in_the_articles_own_voice() -> None:
    what = "What is needed?"
    spoken = evidence(what, [hit(replace(FERRY, text="“A bridge is not only possible but needed.”"))])[0]
    bare = Statement("A bridge is not only possible but needed.", (spoken,), 0.9)
    assert completed(what, [bare])[0].text.startswith("“")
    told = Statement("The mayor said a bridge is needed.", (spoken,), 0.9)
    assert completed(what, [told]) == [told]
