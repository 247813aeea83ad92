"""Feedback as questions: labels only where somebody gave them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.feedback import convert, main
from eval.questions import Evidence, read
from rag.types import Filters, Turn
from tests import ui_fakes as fakes
from ui.feedback import Feedback


@pytest.fixture
def feedback(tmp_path: Path) -> Feedback:
    return Feedback(tmp_path / "feedback.jsonl")


def records(feedback: Feedback) -> list[dict[str, Any]]:
    return [json.loads(line) for line in feedback.path.read_text(encoding="utf-8").splitlines()]


def test_a_thumb_up_gives_the_citations_as_evidence(feedback: Feedback, tmp_path: Path) -> None:
    feedback.keep(fakes.mayor_answer(), [Turn("Which bridge?", "The one in Lindau.")], "up")
    out = tmp_path / "questions.jsonl"
    assert main([str(feedback.path), str(out)]) == 0
    (question,) = read(out)
    assert question.question == fakes.MAYOR
    assert question.history == (Turn("Which bridge?", "The one in Lindau."),)
    assert question.answerable is True
    assert question.evidence == tuple(Evidence(c.article.id, c.quote) for c in fakes.mayor_answer().citations)


def test_a_thumb_down_gives_a_note_and_no_label(feedback: Feedback) -> None:
    feedback.keep(fakes.long_answer(), (), "down", "Wrong year.")
    feedback.keep(fakes.mayor_answer(), (), "down")
    first, second = convert(records(feedback))
    assert set(first) == {"id", "question", "history", "note"}
    assert (first["note"], second["note"]) == ("thumb down: Wrong year.", "thumb down")


def test_a_refusal_that_is_right_is_a_question_without_an_answer(feedback: Feedback) -> None:
    feedback.keep(fakes.refused(fakes.TOLL, "Nothing.", ()), (), "up", "Indeed.")
    (line,) = convert(records(feedback))
    assert line["answerable"] is False
    assert "evidence" not in line
    assert line["note"] == "thumb up: Indeed."


def test_the_last_word_about_a_question_counts_and_its_id_stays(feedback: Feedback) -> None:
    feedback.keep(fakes.long_answer(), (), "up")
    feedback.keep(fakes.mayor_answer(), (), "up")
    before = convert(records(feedback))
    feedback.keep(fakes.long_answer(), (), "down", "On second thoughts, no.")
    feedback.keep(fakes.long_answer(), [Turn("Another", "history")], "up")
    after = convert(records(feedback))
    assert [line["id"] for line in after[:2]] == [line["id"] for line in before]
    assert "answerable" not in after[0]
    assert len({line["id"] for line in after}) == len(after) == 3


def test_which_articles_were_asked_is_part_of_the_question(feedback: Feedback, tmp_path: Path) -> None:
    where = Filters(articles=["ferry", "b"], publishers=["CGTN"], after=date(2024, 4, 1), languages=["en"])
    feedback.keep(fakes.long_answer(), (), "up")
    before = convert(records(feedback))
    feedback.keep(fakes.refused(fakes.LONG, "Nothing.", ()), (), "up", where=where)
    out = tmp_path / "questions.jsonl"
    assert main([str(feedback.path), str(out)]) == 0
    everything, some = read(out)
    assert (everything.where, everything.answerable, everything.id) == (None, True, before[0]["id"])
    assert (some.where, some.answerable) == (where, False)


BAD_FILTERS = '{"question": "?", "history": [], "verdict": "up", "word": "", "filters": {"colour": ["red"]}}'


@pytest.mark.parametrize(
    "bad", [BAD_FILTERS, "{", "[]", "{}", '{"question": "?", "history": [], "verdict": "sideways"}']
)
def test_a_bad_line_is_named(feedback: Feedback, capsys: pytest.CaptureFixture[str], bad: str) -> None:
    feedback.keep(fakes.long_answer(), (), "up")
    with feedback.path.open("a") as file:
        file.write(bad + "\n")
    out = feedback.path.with_name("out.jsonl")
    assert main([str(feedback.path), str(out)]) == 2
    assert "line 2: not a line of feedback" in capsys.readouterr().err
    assert not out.exists()


def test_a_file_that_cannot_be_read_or_written_is_named(
    feedback: Feedback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(feedback.path), str(tmp_path / "out.jsonl")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    feedback.keep(fakes.long_answer(), (), "up")
    assert main([str(feedback.path), str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err
