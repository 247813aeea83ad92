"""Reading only what changed gives what reading everything gives, whatever changed and in whichever order."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import Note, Skipped, Worker
from rag.reading import Ledger, from_json, read_changed, scan, to_json
from rag.types import Article
from rag.worker import read_file

TEXTS = ["A tram was built.", "A boat won the race.", "A bridge opened.", "\x00\x01\x02" * 50]
LINES = [
    '{"id": "x", "text": "One cat came."}\n{"id": "y", "text": "Two dogs came."}\n',
    '{"id": "x", "text": "Three birds came."}\nbroken\n{"text": "A tram was built."}\n',
    '{"id": "x", "text": "One cat came."}\n{"id": "x", "text": "Another cat came."}\n',
    '{"id": "y", "text": "Two dogs came.", "title": "Dogs"}\n',
]
FILES = st.sampled_from(["a.txt", "b.txt", "c.txt", "d.jsonl", "e.jsonl", "f.jsonl"])
STEPS = st.lists(
    st.tuples(FILES, st.integers(0, 3) | st.none(), st.booleans()),
    min_size=1,
    max_size=8,
)


@pytest.fixture(autouse=True, scope="module")
def in_this_process() -> Iterator[None]:
    """A process of its own for each of hundreds of readings would take minutes; tests/test_bad_files.py has it."""

    def read(self: Worker, file: Path) -> Iterator[Article | Skipped | Note]:
        return (item for item in read_file(file) if item is not None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Worker, "read", read)
        yield


def write(folder: Path, name: str, number: int | None, tick: int) -> None:
    """The file with the text of that number, or no file."""
    file = folder / name
    file.unlink(missing_ok=True)
    if number is not None:
        file.write_text((LINES if name.endswith("jsonl") else TEXTS)[number], encoding="utf-8")
        os.utime(file, (tick, tick))


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_after_any_changes_it_is_as_if_everything_were_read_anew(
    steps: list[tuple[str, int | None, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles: dict[str, Article] = {}
        ledger: Ledger = {}
        for tick, (file, number, look) in enumerate(steps):
            write(folder, file, number, tick)
            if not look:
                continue
            articles, ledger = read_changed(scan([folder]), ledger, articles)
            ledger = from_json(json.loads(json.dumps(to_json(ledger, folder))), folder)
            fresh, fresh_ledger = read_changed(scan([folder]), {}, {})
            assert list(articles.items()) == list(fresh.items())
            assert ledger == fresh_ledger
            same_as_file_by_file(folder, articles, ledger)


def same_as_file_by_file(folder: Path, articles: dict[str, Article], ledger: Ledger) -> None:
    """Of the same article twice the first counts; of two articles with one id the second is named."""
    first: dict[str, Article] = {}
    skipped = []
    for file in sorted(folder.iterdir()):
        for item in read_file(file):
            if isinstance(item, Skipped):
                skipped.append((item.source, item.reason))
            elif isinstance(item, Article) and first.setdefault(item.id, item).text != item.text:
                skipped.append((item.source, f"its id {item.id!r} belongs to another article already"))
    assert list(articles.values()) == list(first.values())
    assert [(s.source, s.reason) for file in ledger.values() for s in file.skipped] == skipped


def test_what_has_not_changed_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt", "d.jsonl"):
        write(tmp_path, name, 0, 1)
    articles, ledger = read_changed(scan([tmp_path]), {}, {})
    opened: list[str] = []
    monkeypatch.setattr("rag.reading.read_each", lambda file, worker: (opened.append(file.name), read_file(file))[1])
    write(tmp_path, "c.txt", 2, 1)
    again, _ = read_changed(scan([tmp_path]), ledger, articles)
    assert opened == ["c.txt"]
    assert again.items() > articles.items()
    assert all(again[i] is article for i, article in articles.items())


def test_progress_counts_the_bytes_that_are_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", 0, 1)
    articles, ledger = read_changed(scan([tmp_path]), {}, {})
    write(tmp_path, "b.txt", 1, 1)
    told: list[tuple[int, int]] = []
    read_changed(scan([tmp_path]), ledger, articles, (), lambda done, total: told.append((done, total)))
    assert told == [(len(TEXTS[1]), len(TEXTS[1]))]


def test_a_file_that_is_gone_before_it_is_read_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", 0, 1)
    stamps = scan([tmp_path])
    (tmp_path / "a.txt").unlink()
    articles, ledger = read_changed(stamps, {}, {})
    assert articles == {}
    assert [left_out.source for left_out in ledger[str(tmp_path / "a.txt")].skipped] == [str(tmp_path / "a.txt")]
