"""Which sentences the model is asked about: those that come first, and the others only where it is not sure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag import decide, judging
from tests.fakes import FakeGenerator
from tests.sample import BRIDGE, evidence, hit

QUESTION = "Who cut the ribbon of the harbour bridge?"
LINES = [f"Mayor {name} cut a ribbon of the harbour bridge in Lindau on day {n}." for n, name in enumerate(
    ("Anna", "Bert", "Carl", "Dora", "Emil", "Frida", "Gustav", "Hanna"), start=1)]  # fmt: skip
FOUND = evidence(QUESTION, [hit(replace(BRIDGE, text=" ".join(LINES)))])


@pytest.mark.parametrize(
    ("logit", "threshold", "asked"),
    [
        (decide.SURE_FROM, 0.5, 1),
        (decide.SURE_FROM + 3, 0.5, 1),
        (decide.SURE_FROM + 3, 0.999, decide.ASKED_FIRST),  # an answer is not that probable
        (decide.SURE_FROM - 0.1, 0.5, decide.ASKED),
        (-5.0, 0.5, decide.ASKED_FIRST),  # hopeless
    ],
)
def test_the_others_are_asked_about_only_where_the_first_leave_a_doubt(
    logit: float, threshold: float, asked: int
) -> None:
    model = FakeGenerator(logit=logit)
    judged = judging.judged(model, QUESTION, FOUND, (), None, threshold)
    assert len(judged.logits) == len(model.calls) == asked
    assert set(judged.logits) == set(decide.worth_asking(QUESTION, FOUND)[:asked])


@pytest.mark.parametrize(("logit", "asked"), [(3.0, 2), (decide.SURE_FROM - 0.1, 0)])
def test_once_the_answer_is_written_the_model_is_asked_about_the_others_that_come_first(
    logit: float, asked: int
) -> None:
    model = FakeGenerator(logit=logit)
    judged = judging.judged(model, QUESTION, FOUND, (), None, 0.5)
    before = len(model.calls)
    whole = judging.completed(model, QUESTION, FOUND, (), None, judged)
    assert len(model.calls) - before == asked
    assert {*decide.worth_asking(QUESTION, FOUND)[: decide.ASKED_FIRST]} <= whole.logits.keys()
    assert whole.logits.items() >= judged.logits.items()


def test_a_yes_to_a_sentence_that_lacks_what_is_asked_for_is_not_sure() -> None:
    model = FakeGenerator(logit=decide.SURE_FROM + decide.LACKING - 0.1)
    question = "Why did the mayor cut the ribbon of the harbour bridge?"
    assert len(judging.judged(model, question, FOUND, (), None, 0.5).logits) == decide.ASKED


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Which mayors did Anna and Lindau welcome?", 1),  # one sentence has both
        ("Which ribbons did Anna and Bert cut in Lindau?", decide.ASKED),
        ("Who cut the ribbon of the bridge, and when?", decide.ASKED),
        ("Who cut a ribbon in Lindau in May and in June?", decide.ASKED),
    ],
)
def test_what_asks_for_several_things_is_not_settled_by_one_sentence(question: str, asked: int) -> None:
    found = evidence(question, [hit(replace(BRIDGE, text=" ".join(LINES)))])
    assert len(judging.judged(FakeGenerator(logit=5.0), question, found, (), None, 0.5).logits) == asked


def test_one_sentence_without_a_number_is_not_enough_for_how_many_whatever_stands_beside_it() -> None:
    question, lines = (
        "How many people came to the harbour bridge?",
        ["Many people came to the harbour bridge.", LINES[0]],
    )
    found = evidence(question, [hit(replace(BRIDGE, text=" ".join(lines)))])
    assert found[decide.worth_asking(question, found)[0]].text == lines[0]
    assert len(judging.judged(FakeGenerator(logit=6.0), question, found, (), None, 0.5).logits) == 2


def test_without_evidence_nothing_is_asked() -> None:
    assert judging.judged(FakeGenerator(), QUESTION, [], (), None, 0.5).logits == {}


def test_from_one_sentence_the_answer_goes_on_where_it_was_judged() -> None:
    model = FakeGenerator(logit=4.0)
    judging.judged(model, QUESTION, FOUND, (), None, 0.5)
    messages, after = judging.writing(model, QUESTION, FOUND[:1], (), None)
    assert after in [list(call.messages) for call in model.calls]
    assert messages[: len(after)] == after
    assert FOUND[0].text in after[-1]["content"]


def test_from_several_sentences_the_answer_is_written_from_a_passage() -> None:
    messages, after = judging.writing(FakeGenerator(), QUESTION, FOUND[:2], (), None)
    assert after is None
    assert all(s.text in messages[-3]["content"] for s in FOUND[:2])
