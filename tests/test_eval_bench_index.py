"""The benchmark of the index: its articles are always the same, and it runs to its end. Its figures are no test."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest

from eval.bench_index import PASSAGES_AN_ARTICLE, STEPS, articles, main, write_corpus
from rag.reading import read_corpus


def test_the_same_articles_every_time_and_some_printed_twice() -> None:
    first, again = list(articles(1000)), list(articles(1000))
    assert first == again
    assert len(first) == 1000 // PASSAGES_AN_ARTICLE
    assert 0 < len(first) - len({article["text"] for article in first}) < 0.2 * len(first)


def test_they_can_be_read_and_filtered(tmp_path: Path) -> None:
    write_corpus(tmp_path, 50)
    found = read_corpus(tmp_path).articles
    assert len(found) == 10
    assert all(article.publisher and article.published and article.title for article in islice(found, 10))


@pytest.mark.real
def test_it_runs_from_end_to_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.bench_index.SIZES", (50,))
    assert main(["--sizes", "50", "--folder", str(tmp_path / "bench"), "--out", str(tmp_path / "out.json")]) == 0
    assert "sync, nothing changed" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["50"].keys() == set(STEPS)
    assert list((tmp_path / "bench").iterdir()) == []
