"""The labelled pages, and how well they are read."""

from __future__ import annotations

import io

import pytest

from eval import extraction
from eval.labelled import FIELDS, Page, pages

PAGES = pages()


def test_the_pages_are_many_varied_and_labelled() -> None:
    assert len(PAGES) >= 45
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert sum(page.held for page in PAGES) * 3 >= len(PAGES) - 4
    assert len({page.fields["language"] for page in PAGES if "language" in page.fields}) >= 12
    for page in PAGES:
        assert set(page.fields) <= set(FIELDS)
        assert page.scores(page.body) == (1.0, 1.0)
        assert page.scores("")[1] == 0


def test_footnote_reads_them_better_than_trafilatura_alone_and_states_nothing_wrong() -> None:
    out = io.StringIO()
    read = {name: [reader(page) for page in PAGES] for name, reader in extraction.READERS.items()}
    ours, theirs = (extraction.measure(PAGES, read[name]) for name in ("footnote", "trafilatura"))
    assert ours["body precision"] > max(0.95, theirs["body precision"])
    assert ours["body recall"] > 0.98
    assert all(ours[f"{name} right"] >= 0.93 for name in FIELDS)
    assert all(ours[f"{name} wrong"] <= 0.05 for name in FIELDS)
    extraction.show(PAGES, read, out)
    assert "held out" in out.getvalue()


@pytest.mark.parametrize(
    ("got", "want", "same"), [("2024-01-18", "2024-01-18", True), (None, None, True), (None, "x", False)]
)
def test_a_field_agrees(got: str | None, want: str | None, same: bool) -> None:
    assert extraction.agree("published", got, want) is same


def test_scores_count_junk_and_loss() -> None:
    page = Page("p", "", {"title": "Bridge opens"}, "one two three four", "either", held=False)
    assert page.scores("Bridge opens one two either junk") == (pytest.approx(5 / 6), 0.5)
