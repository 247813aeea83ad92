"""Every format but PDF: what becomes of its text and its fields, and what is said of that which cannot be read."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from rag.documents import Document, Skipped, Unreadable, to_article
from rag.readers.formats import documents
from rag.reading import read_corpus
from rag.types import Article
from tests.files import archive, docx, epub, message, pdf, rss

TEXT = "The mayor of Lindau opened the new bridge over the harbour on Sunday. It cost the town 38 million euros."
NEXT = "Buses will use it from Monday, and the ferry between the two banks will stop running at the end of June."


def read(data: bytes, name: str) -> list[Article]:
    """The articles of a file of which everything can be read."""
    found = [item for item in documents(io.BytesIO(data), name) if item is not None]
    assert [item for item in found if isinstance(item, Skipped)] == []
    return [article for item in found if isinstance(item, Document) and (article := to_article(item))]


def reasons(data: bytes, name: str) -> dict[str, str]:
    """Source -> why it was not read."""
    try:
        found = list(documents(io.BytesIO(data), name))
    except Unreadable as error:
        return {name: str(error)}
    return {item.source: item.reason for item in found if isinstance(item, Skipped)}


# --- Word, EPUB, feeds ---------------------------------------------------------------------------------------------


def test_a_word_file_gives_paragraphs_tables_and_its_title() -> None:
    (made,) = read(
        docx(TEXT, NEXT, heading="Bridge opens", author="kpeters", table=[["Length", "412 metres"]]), "a.docx"
    )
    assert (made.title, made.author) == ("Bridge opens", None)
    assert made.text.split("\n\n")[:2] == [TEXT, NEXT]
    assert "Length | 412 metres" in made.text


def test_a_word_file_names_its_author_if_the_text_does() -> None:
    (made,) = read(docx("By Jane Doe", "March 3, 2024", TEXT, NEXT, title="template.dotx", author="Jane Doe"), "a.docx")
    assert (made.title, made.author, made.published) == (None, "Jane Doe", date(2024, 3, 3))


def test_an_epub_gives_its_chapters_in_order() -> None:
    data = epub(
        f"<h1>Bridge opens</h1><p>{TEXT}</p>",
        f"<h2>Ferry to close</h2><p>{NEXT}</p>",
        "<p> </p>",
        publisher="Lindau Press",
        creator="Jane Doe",
        language="en-GB",
        date="2024-03-03",
    )
    first, second = read(data, "week.epub")
    assert (first.source, first.title, first.text) == ("week.epub:OPS/text/c0.xhtml", "Bridge opens", TEXT)
    assert (second.title, second.text) == ("Ferry to close", NEXT)
    assert (first.publisher, first.author, first.language) == ("Lindau Press", "Jane Doe", "en")
    assert second.published == date(2024, 3, 3)


def test_a_protected_epub_is_named() -> None:
    locked = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData>'
        '<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></EncryptedData></encryption>'
    )
    data = archive({"META-INF/container.xml": "<container/>", "META-INF/encryption.xml": locked})
    assert "DRM" in reasons(data, "a.epub")["a.epub"]


def test_a_feed_gives_its_entries_with_their_fields() -> None:
    whole = f"<content:encoded><![CDATA[<p>{TEXT}</p><p>{NEXT}</p>]]></content:encoded>"
    first, second = read(
        rss(
            "<title>Bridge &amp; ferry</title><link>https://lindau.example/bridge</link>"
            f"<description>Short.</description>{whole}"
            "<pubDate>Sun, 03 Mar 2024 23:30:00 -0500</pubDate><dc:creator>Jane Doe</dc:creator>"
            "<category>Town</category>",
            f"<description>{NEXT}</description><dc:date>2024-03-05T08:00:00Z</dc:date>"
            "<category>A</category><category>B</category>",
        ),
        "feed.xml",
    )
    assert (first.source, first.title, first.text) == ("feed.xml#1", "Bridge & ferry", f"{TEXT}\n\n{NEXT}")
    assert (first.publisher, first.author, first.published) == ("Lindau Post", "Jane Doe", date(2024, 3, 3))
    assert (first.url, first.language, first.section) == ("https://lindau.example/bridge", "en", "Town")
    assert (second.title, second.published, second.section) == (None, date(2024, 3, 5), None)


def test_the_day_of_a_change_is_no_day_of_publication() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Lindau Post</title><entry><title>Bridge opens</title>'
        f"<updated>2024-03-09T10:00:00Z</updated><content>{TEXT}</content></entry></feed>"
    )
    (made,) = read(atom.encode(), "a.atom")
    assert (made.title, made.text, made.published) == ("Bridge opens", TEXT, None)


def test_xml_that_is_no_feed_and_a_feed_without_entries_are_named() -> None:
    assert "neither a feed" in reasons(b"<?xml version='1.0'?><stock><item/></stock>", "a.xml")["a.xml"]
    assert "without entries" in reasons(rss(), "b.rss")["b.rss"]


def test_a_word_file_that_would_unpack_to_gigabytes_is_refused() -> None:
    data = archive({"[Content_Types].xml": "", "word/document.xml": b" " * 5_000_000})
    assert "1/250" in reasons(data, "a.docx")["a.docx"]


# --- mail ----------------------------------------------------------------------------------------------------------


def test_a_newsletter_gives_its_text_and_who_sent_it() -> None:
    data = message(
        html=f"<html><body><table><tr><td><p>{TEXT}</p><p>{NEXT}</p></td></tr></table></body></html>",
        Subject="Bridge opens",
        From='"Lindau Post" <news@lindau.example>',
        Date="Sun, 03 Mar 2024 08:00:00 +0100",
        List_Unsubscribe="<mailto:x@lindau.example>",
    )
    (made,) = read(data, "a.eml")
    assert (made.title, made.text) == ("Bridge opens", f"{TEXT}\n\n{NEXT}")
    assert (made.publisher, made.author, made.published) == ("Lindau Post", None, date(2024, 3, 3))


def test_a_persons_message_has_an_author_and_its_attachments_are_read() -> None:
    data = message(
        TEXT,
        Subject="Bridge",
        From="Jane Doe <jane@x.example>",
        attached={"../b.txt": NEXT.encode(), "c.pdf": pdf([NEXT])},
    )
    mail, text, paper = read(data, "a.eml")
    assert (mail.author, mail.publisher, mail.text) == ("Jane Doe", None, TEXT)
    assert (text.source, text.text) == ("a.eml:b.txt", NEXT)
    assert (paper.source, paper.pages) == ("a.eml:c.pdf", (0,))


def test_a_mailbox_gives_its_messages_and_names_the_empty_one() -> None:
    start = b"From news@lindau.example Sun Mar  3 08:00:00 2024\n"
    parts = [
        message(f"{TEXT}\n\n>From here on it is quoted.", Subject="One"),
        message(" ", Subject="Two"),
        message(NEXT),
    ]
    data = b"".join(start + part + b"\n" for part in parts)
    found = [item for item in documents(io.BytesIO(data), "a.mbox") if item is not None]
    assert [item.source for item in found] == ["a.mbox#1", "a.mbox#2", "a.mbox#3"]
    assert isinstance(found[1], Skipped)
    assert isinstance(found[2], Document)
    assert found[2].text.strip() == NEXT


@pytest.mark.parametrize(
    "header", ["From: =?utf-8?q?=?= <", "From: a@[", "Subject: =?x?y?z", "Date: Mon, 99 Foo 2024 99:99", "List-Id: <"]
)
def test_a_header_that_cannot_be_parsed_costs_nothing_but_itself(header: str) -> None:
    (made,) = read(f"{header}\nContent-Language: en\n\n{TEXT}".encode(), "a.eml")
    assert (made.text, made.language) == (TEXT, "en")


def test_mail_is_known_by_its_first_lines_where_its_name_has_no_ending() -> None:
    data = message(TEXT, Subject="Bridge", Message_ID="<a@x.example>")
    for start in (b"From a@x.example Sun Mar  3 08:00:00 2024\n", b""):
        (made,) = read(start + data, "INBOX")
        assert (made.title, made.text) == ("Bridge", TEXT)
    (made,) = read(f"From: the mayor\nTo: all\n\n{TEXT}".encode(), "a.txt")
    assert made.text.endswith(TEXT)


def test_a_page_saved_as_one_file_is_a_page() -> None:
    head = "<html lang=de><head><title>Bridge opens - Lindau Post</title></head>"
    page = f"{head}<body><nav>Home</nav><h1>Bridge opens</h1><p>{TEXT}</p></body></html>"
    data = message(html=page, Subject="Bridge opens", Snapshot_Content_Location="https://lindau.example/bridge")
    (made,) = read(data, "a.mhtml")
    assert (made.title, made.text, made.language) == ("Bridge opens", TEXT, "de")
    assert (made.publisher, made.url) == ("Lindau Post", "https://lindau.example/bridge")


# --- JSON ----------------------------------------------------------------------------------------------------------


def test_json_of_many_kinds() -> None:
    wordpress = [
        {
            "title": {"rendered": "Bridge opens"},
            "content": {"rendered": f"<p>{TEXT}</p>"},
            "date": "2024-03-03T08:00:00",
        }
    ]
    newsapi = {
        "status": "ok",
        "articles": [{"source": {"id": None, "name": "Lindau Post"}, "content": TEXT, "publishedAt": "2024-03-03"}],
    }
    jsonfeed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Lindau Post",
        "items": [
            {"content_html": f"<p>{TEXT}</p>", "authors": [{"name": "Jane Doe"}, {"name": "Jo Lee"}], "language": "en"}
        ],
    }
    single = {
        "headline": "Bridge opens",
        "body": TEXT,
        "published": 1709452800,
        "crawled": "2025-01-01",
        "section": "Town",
    }
    (a,) = read(json.dumps(wordpress).encode(), "a.json")
    (b,) = read(json.dumps(newsapi).encode(), "b.json")
    (c,) = read(json.dumps(jsonfeed).encode(), "c.json")
    (d,) = read(json.dumps(single).encode(), "d.json")
    assert {made.text for made in (a, b, c, d)} == {TEXT}
    assert {made.published for made in (a, b, d)} == {date(2024, 3, 3)}
    assert (a.title, a.source) == ("Bridge opens", "a.json#1")
    assert (b.publisher, c.publisher, c.author, c.language) == ("Lindau Post", "Lindau Post", "Jane Doe, Jo Lee", "en")
    assert (d.title, d.section, d.source) == ("Bridge opens", "Town", "d.json")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_list_and_lines_are_told_apart_by_what_they_are(name: str) -> None:
    both = [{"text": TEXT}, {"text": NEXT}]
    lines = "\n".join(map(json.dumps, both))
    for data in (json.dumps(both), json.dumps(both, indent=1), lines, f"\ufeff{lines}\n", f"\n {json.dumps(both)}"):
        assert [made.text for made in read(data.encode(), name)] == [TEXT, NEXT]
    assert [made.text for made in read(lines.encode("utf-16"), name)] == [TEXT, NEXT]


def test_lines_that_are_lists_are_named_one_by_one() -> None:
    assert list(reasons(b'["a"]\n["b"]\n' + b"[" * 100_000, "a.jsonl")) == ["a.jsonl#1", "a.jsonl#2", "a.jsonl#3"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.mbox", "a.eml", "a.txt", "a.html"])
def test_an_empty_file_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    (tmp_path / "good.txt").write_text(TEXT, "utf-8")
    assert len(read_corpus(tmp_path).skipped) == 1


def test_a_json_feed_says_once_what_its_items_have_in_common() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Lindau Post", "language": "de-DE"}
    feed |= {
        "authors": [{"name": "Jane Doe"}],
        "items": [{"content_text": TEXT}, {"content_text": NEXT, "language": "fr"}],
    }
    one, two = read(json.dumps(feed).encode(), "a.json")
    assert (one.publisher, one.author, one.language, two.language) == ("Lindau Post", "Jane Doe", "de", "fr")


@pytest.mark.parametrize("data", [b"{", b"[" * 100_000, b'"text"', b"{}", b"\xff\xfe\x00"])
def test_json_that_is_no_article_is_named(data: bytes) -> None:
    assert list(reasons(data, "a.json")) == ["a.json"]


def test_a_field_without_end_is_cut_or_left_out() -> None:
    record = {"text": TEXT, "title": "word " * 1000, "publisher": "p" * 5000, "url": f"https://x.example/{'a' * 9000}"}
    (made,) = read(json.dumps([record | {"section": "s" * 1000}]).encode(), "a.json")
    assert (made.title or "").split() == ["word"] * 100
    assert (made.publisher, made.url, made.section) == (None, None, "s" * 1000)


def test_fields_that_are_not_what_they_should_be_are_left_out() -> None:
    record = {
        "text": TEXT,
        "title": 5,
        "published": "9999-12-31",
        "url": "javascript:alert(1)",
        "language": ["?"],
        "author": {},
    }
    (made,) = read(json.dumps([record]).encode(), "a.json")
    assert (made.title, made.published, made.url, made.language, made.author) == (None,) * 5


# --- archives ------------------------------------------------------------------------------------------------------


def test_an_archive_gives_the_articles_of_its_files() -> None:
    inner = archive({"deep.txt": f"Three. {TEXT}"})
    data = archive(
        {
            "b/two.html": f"<html><body><p>Two. {TEXT}</p></body></html>",
            "a.txt": f"One. {TEXT}",
            "c.zip": inner,
            "d.docx": docx(f"Four. {TEXT}"),
            ".hidden.txt": "No.",
            "__MACOSX/a.txt": "No.",
        }
    )
    assert [(made.source, made.text.split()[0]) for made in read(data, "news.zip")] == [
        ("news.zip:a.txt", "One."),
        ("news.zip:b/two.html", "Two."),
        ("news.zip:c.zip:deep.txt", "Three."),
        ("news.zip:d.docx", "Four."),
    ]


def test_names_in_an_archive_go_nowhere(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.zip").write_bytes(archive({"../../evil.txt": TEXT, "/abs/x.txt": NEXT}))
    reading = read_corpus(tmp_path / "in")
    assert [made.source.partition(":")[2] for made in reading.articles] == ["evil.txt", "abs/x.txt"]
    assert sorted(path.name for path in tmp_path.rglob("*.txt")) == []


@pytest.mark.slow
def test_bombs_are_refused_before_they_are_unpacked() -> None:
    data = archive({"bomb.txt": b"0" * 50_000_000, "good.txt": TEXT})
    assert "1/250" in reasons(data, "a.zip")["a.zip:bomb.txt"]
    deep = archive({"a.txt": TEXT})
    for _ in range(5):
        deep = archive({"a.zip": deep})
    assert "3 other archives" in next(iter(reasons(deep, "a.zip").values()))
    many = archive({f"{n}.zip": archive({f"{m}.txt": "x" for m in range(200)}) for n in range(110)})
    assert "20000 files" in " ".join(reasons(many, "a.zip").values())


def test_a_link_in_an_archive_is_no_article() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd and some words")
    assert reasons(made.getvalue(), "a.zip") == {"a.zip:link.txt": "it is a link to another file"}


def test_other_offices_files_and_broken_archives_are_named() -> None:
    sheet = archive({"[Content_Types].xml": "", "xl/workbook.xml": ""})
    odt = archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""})
    assert "spreadsheet" in reasons(sheet, "a.xlsx")["a.xlsx"]
    assert "OpenDocument" in reasons(odt, "a.odt")["a.odt"]
    assert "broken ZIP" in reasons(archive({"a.txt": TEXT})[:60], "a.zip")["a.zip"]
    assert "broken Word" in reasons(archive({"word/document.xml": "<x"}), "a.docx")["a.docx"]
    assert "broken EPUB" in reasons(archive({"META-INF/container.xml": "<x"}), "a.epub")["a.epub"]


def test_markdown_front_matter_gives_fields() -> None:
    (made,) = read(f'---\ntitle: "Bridge opens"\ndate: 2024-03-03\nauthor: Jane Doe\n---\n\n{TEXT}\n'.encode(), "a.md")
    assert (made.title, made.published, made.author, made.text) == ("Bridge opens", date(2024, 3, 3), "Jane Doe", TEXT)
