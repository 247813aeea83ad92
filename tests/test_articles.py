"""Files to articles: formats, encodings, bad input, and the promise that good files survive bad neighbours."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.config import SEEDS
from rag.decode import NotText, decode
from rag.errors import CorpusError
from rag.reading import Reading, read_corpus

TEXT = "The mayor of Lindau opened the new bridge on Sunday. It cost the town 38 million euros."
PAGE = """<!doctype html><html><head><title>Bridge opens - Lindau Post</title>
<meta property="og:site_name" content="Lindau Post">
<meta property="article:published_time" content="2024-03-03T08:00:00Z">
<style>p {color: red}</style></head>
<body><nav>Home News Sport</nav><h1>Bridge opens</h1>
<p>The mayor of <b>Lindau</b> opened the new bridge on Sunday.<br>It cost the town 38&nbsp;million euros.</p>
<script>alert("3 < 4")</script><aside>Most read</aside><footer>Contact</footer></body></html>"""


def write(folder: Path, **files: str | bytes) -> Path:
    """`write(folder, a_txt="...")` makes folder/a.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def lines(path: Path, *records: object) -> Path:
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records), "utf-8")
    return path


def texts(reading: Reading) -> list[str]:
    return [article.text for article in reading.articles]


def test_a_folder_is_walked_in_order_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, b_txt=f"Two. {TEXT}", a_md=f"One. {TEXT}", _hidden=f"No. {TEXT}")
    write(tmp_path / "deep" / "er", c_txt=f"Three. {TEXT}")
    write(tmp_path / ".git", d_txt=f"No. {TEXT}")
    reading = read_corpus(tmp_path)
    assert [article.source for article in reading.articles] == [
        str(tmp_path / name) for name in ("a.md", "b.txt", "deep/er/c.txt")
    ]
    assert reading.skipped == reading.notes == ()


def test_markdown_loses_its_marks(tmp_path: Path) -> None:
    body = f"{TEXT}\n\nThe [mayor](http://x.example/a) spoke on Sunday."
    write(tmp_path, a_md=f"# Bridge opens\n\n![The bridge](bridge.png)\n\n{body}")
    (article,) = read_corpus(tmp_path).articles
    assert (article.title, article.text) == ("Bridge opens", f"{TEXT}\n\nThe mayor spoke on Sunday.")


def test_one_file_is_a_corpus(tmp_path: Path) -> None:
    write(tmp_path, a_txt=TEXT)
    assert texts(read_corpus(tmp_path / "a.txt")) == texts(read_corpus(str(tmp_path))) == [TEXT]


def test_the_seeds_are_five_articles_and_reading_them_again_gives_the_same() -> None:
    reading = read_corpus(SEEDS)
    assert len(reading.articles) == 5
    assert reading.skipped == ()
    assert read_corpus(SEEDS) == reading


def test_links_in_a_circle_end_and_no_folder_is_read_twice(tmp_path: Path) -> None:
    write(tmp_path / "in", a_txt=TEXT)
    (tmp_path / "in" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to(tmp_path / "in", target_is_directory=True)
    assert texts(read_corpus(tmp_path)) == [TEXT]


def test_a_pipe_does_not_hang_the_reading(tmp_path: Path) -> None:
    write(tmp_path, a_txt=TEXT)
    os.mkfifo(tmp_path / "pipe.txt")
    assert texts(read_corpus(tmp_path)) == [TEXT]


def test_the_same_content_twice_is_one_article(tmp_path: Path) -> None:
    write(tmp_path, a_txt=TEXT, b_txt=TEXT.replace(" ", "  ") + "\r\n")
    assert len(read_corpus(tmp_path).articles) == 1


def test_progress_counts_bytes_to_the_end(tmp_path: Path) -> None:
    write(tmp_path, a_txt=TEXT, b_txt=f"Two. {TEXT}")
    seen: list[tuple[int, int]] = []
    read_corpus(tmp_path, lambda done, total: seen.append((done, total)))
    total = 2 * len(TEXT) + 5
    assert seen == [(len(TEXT), total), (total, total)]


# --- JSON lines ---------------------------------------------------------------------------------------------------


def test_a_line_gives_its_fields(tmp_path: Path) -> None:
    record = {
        "id": 17,
        "title": "Bridge  opens",
        "text": TEXT,
        "publisher": "Lindau Post",
        "published": "Sun, 03 Mar 2024 08:00:00 GMT",
        "url": "https://lindau.example/bridge",
    }
    (article,) = read_corpus(lines(tmp_path / "news.jsonl", record)).articles
    assert article.id == "17"
    assert article.title == "Bridge opens"
    assert article.text == TEXT
    assert article.publisher == "Lindau Post"
    assert article.published == date(2024, 3, 3)
    assert article.source == "https://lindau.example/bridge"


def test_a_line_needs_only_a_text_and_its_page_is_cleaned(tmp_path: Path) -> None:
    raw = f"Bridge opens\n\nMarch 3, 2024\n\n{TEXT}\n\n{TEXT} Yes.\n\nShare on Facebook"
    (article,) = read_corpus(lines(tmp_path / "news.jsonl", {"text": raw})).articles
    assert (article.title, article.published) == ("Bridge opens", date(2024, 3, 3))
    assert article.text == f"{TEXT}\n\n{TEXT} Yes."
    assert article.source == f"{tmp_path / 'news.jsonl'}#1"


def test_broken_lines_are_named_and_the_others_read(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "news.jsonl",
        {"text": TEXT},
        '{"text": "half',
        "",
        '["a list"]',
        {"text": None},
        {"text": " \n"},
        "[" * 100_000,
        {"text": f"Last. {TEXT}", "title": 5, "published": ["x"], "id": None},
    )
    reading = read_corpus(path)
    assert texts(reading) == [TEXT, f"Last. {TEXT}"]
    assert [item.source for item in reading.skipped] == [f"{path}#{number}" for number in (2, 4, 5, 6, 7)]


def test_an_id_given_twice_is_kept_once_and_the_other_line_is_named(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl", {"id": "x", "text": TEXT}, {"id": "x", "text": f"{TEXT} No."}, {"id": "x", "text": TEXT}
    )
    reading = read_corpus(path)
    assert texts(reading) == [TEXT]
    assert ["'x'" in item.reason for item in reading.skipped] == [True]


def test_articles_with_ids_of_their_own_stay_apart(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"id": "x", "text": TEXT}, {"id": "y", "text": TEXT})
    assert [article.id for article in read_corpus(path).articles] == ["x", "y"]


def test_half_an_emoji_does_not_stop_the_reading(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", '{"text": "It is \\ud83d good.", "title": "\\ud83d So", "publisher": "\\udc00"}')
    (article,) = read_corpus(path).articles
    assert (article.text, article.title, article.publisher) == ("It is good.", "So", None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [('"\\ud83d"', "?"), ("7", "7"), ("true", None), ('" "', None), (f'"{"x" * 2000}"', None), ("NaN", None)],
)
def test_an_id_that_no_database_takes_is_none(tmp_path: Path, given: str, kept: str | None) -> None:
    (article,) = read_corpus(lines(tmp_path / "a.jsonl", f'{{"text": "It is good.", "id": {given}}}')).articles
    assert article.id == kept or (kept is None and len(article.id) == 16)


# --- web pages and encodings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["page.html", "page.HTM", "page"])
def test_a_saved_page_gives_body_and_metadata(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(PAGE, "utf-8")
    (article,) = read_corpus(tmp_path).articles
    assert article.text == f"{TEXT[:52]}\n\n{TEXT[53:]}"
    assert (article.title, article.publisher, article.published) == ("Bridge opens", "Lindau Post", date(2024, 3, 3))


def test_schema_org_data_of_a_page_is_used(tmp_path: Path) -> None:
    linked = {"headline": "Bridge opens", "datePublished": "2024-03-03", "publisher": {"name": "Lindau Post"}}
    head = f'<html><script type="application/ld+json">{json.dumps({"@graph": [linked]})}</script>'
    write(
        tmp_path,
        a_html=f"{head}<p>{TEXT}",
        b_html='<html><script type="application/ld+json">{</script><p>It is broken.',
    )
    first, second = read_corpus(tmp_path).articles
    assert (first.title, first.publisher, first.published) == ("Bridge opens", "Lindau Post", date(2024, 3, 3))
    assert second.text == "It is broken."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_needs_no_guess(encoding: str) -> None:
    assert decode("Zürich – „Grüße“".encode(encoding)) == ("Zürich – „Grüße“", None)


def test_another_encoding_is_read_and_said(tmp_path: Path) -> None:
    text = (
        "Der Bürgermeister von Lindau hat die neue Brücke eröffnet. Sie kostete 38 Millionen Euro – viel für die Stadt."
    )
    write(tmp_path, a_txt=text.encode("cp1252"))
    reading = read_corpus(tmp_path)
    assert "Bürgermeister" in reading.articles[0].text
    assert "not UTF-8" in reading.notes[0].reason


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Käse für den Bürgermeister, größer als gedacht.", "cp1252"),
        ("Un incendie s’est déclaré peu après minuit, côté port.", "cp1252"),
        ("“We were lucky,” she said — it’s £38 million.", "cp1252"),
        ("Pożar wybuchł krótko po północy, nikt nie został ranny.", "cp1250"),
        ("Pożar wybuchł krótko po północy, nikt nie został ranny.", "iso8859_2"),
        ("Požár vypukl krátce po půlnoci, tři mola byla uzavřena.", "cp1250"),
        ("Yangın gece yarısından kısa süre sonra çıktı, üç iskele kapatıldı.", "cp1254"),
        ("Пожар начался вскоре после полуночи, сообщили спасатели.", "cp1251"),
        ("2月11日凌晨，粮食码头一条输送带起火，消防人员随即赶赴现场扑救。", "gbk"),
    ],
)
def test_an_encoding_that_nobody_names_is_told_by_the_letters(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding))[0] == text


def test_damaged_utf8_stays_utf8_and_the_damage_is_said() -> None:
    text, note = decode(("Zürich " * 300).encode() + b"\xff Ende")
    assert text.startswith("Zürich Zürich")
    assert note is not None
    assert "1 characters" in note


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=50)
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    with contextlib.suppress(NotText):
        assert isinstance(decode(data)[0], str)


# --- bad input ------------------------------------------------------------------------------------------------------


def test_bad_files_among_good_ones_are_named(tmp_path: Path) -> None:
    write(
        tmp_path,
        a_txt=TEXT,
        b_pdf=b"%PDF-1.7 \x00\x01",
        c_bin=bytes(range(256)) * 40,
        d_txt=" \n",
        e_zip=b"PK\x03\x04..",
    )
    (tmp_path / "f.txt").symlink_to(tmp_path / "nowhere")
    reading = read_corpus(tmp_path)
    assert texts(reading) == [TEXT]
    reasons = {Path(item.source).name: item.reason for item in reading.skipped}
    assert list(reasons) == ["b.pdf", "c.bin", "d.txt", "e.zip"]
    assert "broken PDF" in reasons["b.pdf"]
    assert "no text" in reasons["d.txt"]


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, a_txt=TEXT, b_txt=f"Two. {TEXT}")
    original = Path.open

    def refuse(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return original(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, whom no file refuses
    (item,) = read_corpus(tmp_path).skipped
    assert item.reason == "it cannot be opened: Permission denied"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "is empty"),
        ({"a_pdf": b"%PDF-1.7"}, "broken PDF"),
        ({"a_txt": b""}, "no text"),
        ({"a_jsonl": b"{}\n{"}, "text is needed"),
    ],
)
def test_a_corpus_without_articles_is_an_error_that_says_why(
    tmp_path: Path, files: dict[str, bytes], message: str
) -> None:
    write(tmp_path / "corpus", **files)
    with pytest.raises(CorpusError, match=message) as caught:
        read_corpus(tmp_path / "corpus")
    assert str(tmp_path / "corpus") in str(caught.value)


def test_a_path_that_names_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"cannot be opened: File name too long"):
        read_corpus(tmp_path / ("a" * 5000))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CorpusError, match=r"neither a file nor a folder"):
        read_corpus(tmp_path / "pipe")


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no file or folder"):
        read_corpus(tmp_path / "nowhere")


@pytest.mark.slow
def test_a_text_of_twenty_megabytes_is_read_whole(tmp_path: Path) -> None:
    paragraphs = [f"{i}. {' '.join([TEXT] * 12)}" for i in range(20_000_000 // (12 * len(TEXT)))]
    write(tmp_path, big_txt="\n\n".join(paragraphs))
    (article,) = read_corpus(tmp_path).articles
    assert article.text.split("\n\n") == paragraphs
