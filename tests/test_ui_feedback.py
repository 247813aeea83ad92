"""What readers think of answers: kept whole, kept private, and kept apart from each other."""

from __future__ import annotations

import json
import os
import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.types import Turn
from tests import ui_fakes as fakes
from ui.feedback import LONGEST, Feedback


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def test_a_line_holds_all_that_is_needed_to_judge_again(tmp_path: Path) -> None:
    path = tmp_path / "home" / "feedback.jsonl"
    Feedback(path).keep(fakes.mayor_answer(), [Turn("Where? \ud800", "Geneva\n")], "down", "w" * (LONGEST + 1))
    (line,) = lines(path)
    assert datetime.fromisoformat(str(line.pop("time"))).tzinfo is not None
    assert line == {
        "question": fakes.MAYOR,
        "history": [{"question": "Where? \ud800", "answer": "Geneva\n"}],
        "verdict": "down",
        "word": "w" * LONGEST,
        "answer": fakes.mayor_answer().to_dict(),
    }


def test_the_file_is_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    before = os.umask(0)
    try:
        Feedback(path).keep(fakes.long_answer(), (), "up")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lines_of_many_at_once_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    files = [Feedback(path), Feedback(path)]  # two processes have two of them
    threads = [
        threading.Thread(target=files[i % 2].keep, args=(fakes.long_answer(), (), "up", str(i))) for i in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(str(line["word"])) for line in lines(path)) == list(range(20))


def test_a_line_that_was_cut_short_does_not_take_the_next_one_with_it(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"time": "2024-')
    Feedback(path).keep(fakes.long_answer(), (), "up")
    cut, whole = path.read_text().splitlines()
    assert cut == '{"time": "2024-'
    assert json.loads(whole)["verdict"] == "up"


def test_what_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "feedback.jsonl"):
        with pytest.raises(StoreError, match=r"could not be written to .*Make room"):
            Feedback(path).keep(fakes.long_answer(), (), "up")
