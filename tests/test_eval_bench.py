"""The benchmark's arithmetic; how fast anything is, is no test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eval.bench import intervals, picture, quality, ratios, timed
from eval.plain import Said
from eval.questions import Question
from rag.types import Answer, Claim, Event, Passed, Retrieved, Seconds, Step, Token


class Bot:
    """Answers "It is 412 metres long", or refuses what it is asked in capitals."""

    evaluated = 0

    def stream(
        self, question: str, *_: object, tell: Callable[[Step], None], passed: Callable[[Passed], None]
    ) -> Iterator[Event]:
        refusal = "The articles do not say." if question.isupper() else None
        tell("searching")
        yield Retrieved(())
        tell("reading")
        self.evaluated += 100
        if refusal is None:
            tell("writing")
            self.evaluated += 2
            yield Token("It is 412 ")
            passed(Passed((), "It is 412 "))
            yield Token("metres long.")
            passed(Passed((Claim("It is 412 metres long."),), ""))
        text = refusal or "It is 412 metres long."
        yield Answer(question, text, (), (), (), refusal, 0.5, Seconds(0.0, None, 0.0))


def test_each_moment_comes_after_the_one_before() -> None:
    bot = Bot()
    row = timed(bot, Question("q", "How long is it?"), lambda: bot.evaluated)  # type: ignore[arg-type]
    assert (row["tokens in"], row["tokens out"]) == (100, 2)
    assert sum(row[step] for step in ("searching", "reading", "writing")) <= row["whole answer"] + 0.01
    assert 0 < row["first evidence"] <= row["first token"] <= row["first sentence"] <= row["whole answer"]
    assert row["text"] == "It is 412 metres long."
    assert not row["refused"]


def test_a_refusal_is_no_answer() -> None:
    row = timed(Bot(), Question("q", "WHO?"))  # type: ignore[arg-type]
    assert row["refused"]
    assert row["text"] == ""
    assert "refusal" in row
    assert not {"whole answer", "first token", "first sentence"} & row.keys()


def test_ratios_compare_medians_and_leave_refusals_out() -> None:
    ours = [
        {"first token": s, "first sentence": s + 1, "whole answer": s + 2} if s else {"refusal": 1.0}
        for s in (2.0, 0.0, 4.0)
    ]
    theirs = [{"first token": s, "first sentence": 2 * s, "whole answer": 3 * s} for s in (6.0, 9.0, 30.0)]
    assert ratios(ours, theirs) == {"first token": 3.0, "first sentence": 4.5, "whole answer": 5.4}
    assert ratios([{"refusal": 1.0}], theirs) == {}
    after = [row | {"follow-up": place == 2} for place, row in enumerate(ours)]
    assert ratios(after, theirs)["first token of a follow-up"] == 9.0 / 4.0


def test_intervals_hold_the_ratio_and_are_the_same_each_time() -> None:
    ours, theirs = [{"first token": 1.0 + i} for i in range(9)], [{"first token": 10.0 + i} for i in range(9)]
    (low, high) = intervals(ours, theirs)["first token"]
    assert low < ratios(ours, theirs)["first token"] < high
    assert intervals(ours, theirs)["first token"] == (low, high)


def test_quality_counts_what_each_question_can_show() -> None:
    asked = [
        Question("a", "How long?", answerable=True, answers=("412",), reference=("It is 412 metres long.",)),
        Question("b", "WHO?", answerable=False),
    ]
    rows = [{"text": "It is 412 metres long.", "refused": False}, {"text": "", "refused": True}]
    assert quality(asked, rows) == {"contained": 1.0, "rouge_l": 1.0, "refused": 1.0}


@pytest.mark.parametrize(
    ("text", "declines"),
    [
        ("The context does not mention who led the delegation.", True),
        ("There is no information about it.", True),
        ("Ilse Brandt led it.", False),
        ("It was not long.", False),
    ],
)
def test_the_plain_pipeline_declines_in_words(text: str, declines: bool) -> None:
    assert Said(text, 0.1, 0.2, 0.3, 10, 5).declines is declines


def test_the_picture_is_one(tmp_path: Path) -> None:
    times = {name: {"median": 1.0, "p95": 2.0} for name in ("first evidence", "first token", "whole answer")}
    picture({"footnote": times, "plain": {"whole answer": {"median": 9.0, "p95": 10.0}}}, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")
