"""PDFs: text joined across lines and pages, page numbers that are right, and a reason for each that cannot be read."""

from __future__ import annotations

import contextlib
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.documents import Document, Unreadable, to_article
from rag.index import Index
from rag.pages import starts_in
from rag.readers import pdf as reader
from rag.reading import read_corpus
from rag.types import Article, Citation
from tests.fakes import FakeEmbedder
from tests.files import pdf

FIRST = [
    "Lindau Post 1",
    "Bridge opens after nine years",
    "March 3, 2024",
    "The mayor of Lindau opened the new bridge over the harbour on Sunday, nine",
    "years after the first plans. It is 412 metres long, and it cost the town 38 mil-",
    "lion euros, which is more than was planned in the beginning.",
    "Buses will use it from Monday, and the ferry between the two banks will",
]
SECOND = [
    "Lindau Post 2",
    "stop running at the end of June. Eleven people work on the ferry, and they are",
    "to move to other lines of the same company.",
    "A long-term study of the traffic will begin in the autumn, and a second long-",
    "term study will follow it. The town has said that both will be published.",
]
THIRD = ["Lindau Post 3", "Nobody was hurt."]


def article(data: bytes) -> Article:
    (document,) = (found for found in reader.read(io.BytesIO(data), "a.pdf") if found is not None)
    assert isinstance(document, Document)
    made = to_article(document)
    assert made is not None
    return made


def page_of(made: Article, words: str) -> int | None:
    return made.page(made.text.index(words))


def test_lines_are_joined_across_pages_and_heads_left_out() -> None:
    made = article(pdf(FIRST, SECOND, THIRD, Title="Bridge opens after nine years"))
    assert made.title == "Bridge opens after nine years"
    assert made.published == date(2024, 3, 3)
    assert "cost the town 38 million euros" in made.text
    assert "the ferry between the two banks will stop running at the end of June." in made.text
    assert "second long-term study" in made.text
    assert "Lindau Post" not in made.text


def test_a_quote_is_cited_with_its_page() -> None:
    made = article(pdf(FIRST, [], SECOND, THIRD))
    assert [page_of(made, words) for words in ("The mayor", "the two banks", "running", "A long-term", "Nobody")] == [
        *(1, 1, 3, 3, 4)
    ]
    start = made.text.index("Nobody was hurt.")
    citation = Citation(1, made, start, start + 16, "Nobody was hurt.", 1.0)
    assert citation.to_dict()["page"] == 4


def test_the_index_keeps_the_pages(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.pdf").write_bytes(pdf(FIRST, SECOND, THIRD))
    index = Index(tmp_path / "index", embedder)
    index.sync(tmp_path / "articles")
    index.close()
    again = Index(tmp_path / "index", embedder)
    assert again.articles == index.articles
    assert [page_of(made, "Nobody") for made in again.articles.values()] == [3]
    again.close()


def test_what_the_file_says_of_itself_counts_if_the_page_shows_it() -> None:
    stated = {"Title": "Microsoft Word - bridge_v3_final.docx", "Author": "kpeters"}
    made = article(pdf(FIRST, language="de-DE", CreationDate="D:20240601120000", **stated))
    assert (made.title, made.author, made.language) == ("Bridge opens after nine years", None, "de")
    assert made.published == date(2024, 3, 3)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf(FIRST, password="secret"), "encrypted"),  # noqa: S106
        (pdf([]), "without text"),
        (pdf(FIRST)[:300], "broken PDF"),
        (b"%PDF-1.7\n%%EOF", "broken PDF"),
    ],
    ids=["encrypted", "no text", "truncated", "empty"],
)
def test_what_cannot_be_read_is_named_with_the_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    (tmp_path / "b.pdf").write_bytes(pdf(FIRST))
    reading = read_corpus(tmp_path)
    assert len(reading.articles) == 1
    (skipped,) = reading.skipped
    assert skipped.source == str(tmp_path / "a.pdf")
    assert reason in skipped.reason


def test_an_empty_password_opens_it() -> None:
    assert "The mayor of Lindau" in article(pdf(FIRST, password="")).text


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_damaged_pdf_is_read_or_refused(data: st.DataObject) -> None:
    whole = pdf(FIRST, SECOND)
    start = data.draw(st.integers(0, len(whole)))
    damage = data.draw(st.binary(max_size=40))
    with contextlib.suppress(Unreadable):
        list(reader.read(io.BytesIO(whole[:start] + damage + whole[start + len(damage) :]), "a.pdf"))


words = st.lists(st.sampled_from(["the", "bridge", "opened", "on", "Sunday.", "Buses", "412"]), max_size=12)


@given(st.lists(words, min_size=1, max_size=5), st.sets(st.integers(0, 59)))
@settings(deadline=None)
def test_pages_begin_in_order_and_where_their_first_kept_word_stands(pages: list[list[str]], dropped: set[int]) -> None:
    # Every word unlike every other, so that there is but one place where it can stand.
    raw, starts, kept, expected, number = "", [], "", [], 0
    for page in pages:
        starts.append(len(raw))
        expected.append(-1)
        for word in page:
            number += 1
            raw += f"{number}{word} "
            if number not in dropped:
                expected[-1] = len(kept) if expected[-1] < 0 else expected[-1]
                kept += f"{number}{word} "
    found = starts_in(kept.strip(), raw, starts)
    assert list(found) == sorted(found)
    assert all(got == want for got, want in list(zip(found, expected, strict=True))[1:] if want >= 0)
