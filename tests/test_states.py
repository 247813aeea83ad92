"""Laws of the kept states: they come back as they went in or not at all, and within their room."""

from __future__ import annotations

import os
from pathlib import Path

from rag.states import States


def test_a_state_survives_the_object_that_kept_it(tmp_path: Path) -> None:
    States(tmp_path / "s").keep("k", b"abc")
    assert States(tmp_path / "s").get("k") == b"abc"


def test_a_damaged_state_counts_as_none(tmp_path: Path) -> None:
    states = States(tmp_path / "s")
    states.keep("k", b"abc" * 100)
    (file,) = (tmp_path / "s").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert states.get("k") is None
    states.keep("k", b"new")
    assert states.get("k") == b"new"


def test_the_one_used_longest_ago_goes_first(tmp_path: Path) -> None:
    states = States(tmp_path / "s", limit_bytes=400)
    for when, key in enumerate(("first", "second")):
        states.keep(key, key.encode() * 20)
        for file in (tmp_path / "s").iterdir():
            if file.stat().st_mtime > 10**6:
                os.utime(file, (when, when))
    assert states.get("first") is not None  # used just now: younger than the second
    states.keep("third", b"3" * 100)
    assert [key for key in ("first", "second", "third") if states.get(key) is None] == ["second"]
    assert sum(file.stat().st_size for file in (tmp_path / "s").iterdir()) <= 400


def test_what_is_larger_than_the_room_is_not_kept(tmp_path: Path) -> None:
    states = States(tmp_path / "s", limit_bytes=100)
    states.keep("k", b"x" * 100)
    assert states.get("k") is None
    assert not (tmp_path / "s").exists()


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    states = States(tmp_path / "file" / "states")
    states.keep("k", b"abc")
    assert states.get("k") is None
