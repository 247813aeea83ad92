"""Files that are broken, hostile or gone: named with the reason, and the others are read all the same."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import worker
from rag.articles import list_files
from rag.documents import Document, Unreadable, to_article
from rag.parcel import check_article
from rag.readers.formats import documents
from rag.reading import read_corpus, scan
from rag.types import Article
from tests.files import archive, docx, epub, message, pdf, rss
from tests.texts import texts

TEXT = "The mayor of Lindau opened the new bridge over the harbour on Sunday. It cost the town 38 million euros."
PAGE = (
    '<html lang="en"><head><title>Bridge opens</title><meta property="article:published_time" content="2024-03-03">'
    '<script type="application/ld+json">{"headline": "Bridge opens", "author": [{"name": "Jo Lee"}]}</script></head>'
    f'<body><nav class="menu">Home</nav><h1>Bridge opens</h1><p>{TEXT}</p><div class="share">Share</div></body></html>'
)
BOX = b"From a@x.example Sun Mar  3 08:00:00 2024\n" + message(TEXT, Subject="One") + b"\n"

SAMPLES = {
    "a.txt": TEXT.encode(),
    "a.md": f"---\ntitle: Bridge\n---\n# Bridge\n\n[{TEXT}](a.html)".encode(),
    "a.html": PAGE.encode(),
    "a.pdf": pdf([TEXT], ["Two."], Title="Bridge"),
    "a.docx": docx(TEXT, heading="Bridge"),
    "a.epub": epub(f"<h1>Bridge</h1><p>{TEXT}</p>", date="2024-03-03"),
    "a.rss": rss(f"<title>Bridge</title><description>{TEXT}</description>"),
    "a.eml": message(TEXT, html=PAGE, Subject="Bridge", attached={"b.pdf": pdf([TEXT])}),
    "a.mbox": BOX + BOX,
    "a.json": json.dumps({"articles": [{"text": TEXT, "date": "2024-03-03"}]}).encode(),
    "a.jsonl": json.dumps({"text": PAGE}).encode() + b"\n{}\n",
    "a.zip": archive({"a.txt": TEXT, "b.html": PAGE, "c.zip": archive({"d.txt": TEXT})}),
}


def read(data: bytes, name: str) -> list[Article]:
    """The articles of whatever is in `data`; anything raised but `Unreadable` fails the test."""
    found: list[Article] = []
    with contextlib.suppress(Unreadable):
        for item in documents(io.BytesIO(data), name):
            article = to_article(item) if isinstance(item, Document) else None
            found += [article] if article else []
    return found


def names(folder: Path) -> list[str]:
    return [Path(made.source).name for made in read_corpus(folder).articles]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_read(name: str) -> None:
    assert read(SAMPLES[name], name)


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_damaged_file_raises_nothing_of_its_own(name: str, data: st.DataObject) -> None:
    whole = SAMPLES[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(whole)))
        cut = data.draw(st.integers(0, 200))
        whole = whole[:start] + data.draw(st.binary(max_size=30)) + whole[start + cut :]
    for made in read(whole, name):
        assert any(map(str.isalnum, made.text))
        check_article(made)
        assert list(made.pages) == sorted(made.pages)


@pytest.mark.parametrize("name", SAMPLES)
@given(
    head=st.sampled_from([b"", b"<html>", b"%PDF-1.7\n", b"PK\x03\x04", b"{", b"<rss>", b"\xff\xfe"]), tail=st.binary()
)
@settings(deadline=None, max_examples=15)
def test_any_bytes_under_any_name_raise_nothing_of_their_own(name: str, head: bytes, tail: bytes) -> None:
    read(head + tail, name)


@given(texts, texts, texts)
@settings(deadline=None, max_examples=40)
def test_any_text_in_any_field_raises_nothing(title: str, text: str, other: str) -> None:
    record = {
        "title": title,
        "text": text,
        "author": [other, {"name": title}],
        "published": other,
        "url": title,
        "id": other,
    }
    for data in (
        json.dumps(record),
        f"<html><title>{title}</title><body class='{other}'><p>{text}<h1>{title}</h1>{other}",
    ):
        for made in read(data.encode("utf-8", "replace"), "a.json" if data.startswith("{") else "a.html"):
            for value in (made.title, made.author, made.publisher, made.section):
                assert value is None or value == " ".join(value.split()) != ""
            check_article(made)


# --- the process that reads ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_reader_that_never_ends_or_crashes_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is told by its environment how to misbehave: nothing that is shipped hangs on purpose."""
    program = (
        "import os, signal, sys, rag.worker as w\n"
        "read = w.read_file\n"
        "def bad(file):\n"
        "    if file.name == 'hang.pdf': signal.alarm(1); signal.pause()\n"
        "    if file.name == 'crash.pdf': os.kill(os.getpid(), signal.SIGSEGV)\n"
        "    if file.name == 'full.pdf': bytearray(w.MEMORY_BYTES)\n"
        "    yield from read(file)\n"
        "w.read_file = bad\n"
        "w.main()\n"
    )
    start = worker.subprocess.Popen

    def run(command: list[str], **options: object) -> object:
        return start([command[0], "-P", "-c", program], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(worker.subprocess, "Popen", run)
    for name in ("a.pdf", "crash.pdf", "full.pdf", "hang.pdf", "z.pdf"):
        (tmp_path / name).write_bytes(pdf([f"{name}. {TEXT}"]))
    reading = read_corpus(tmp_path)
    assert [Path(made.source).name for made in reading.articles] == ["a.pdf", "z.pdf"]
    reasons = {Path(item.source).name: item.reason for item in reading.skipped}
    assert "broke down" in reasons["crash.pdf"]
    assert "did not come to an end" in reasons["hang.pdf"]
    assert "full.pdf" in reasons


@pytest.mark.slow
def test_the_process_ends_with_its_reader_and_a_reading_that_is_given_up_leaves_no_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(json.dumps({"text": f"{n}. {TEXT}"}) for n in range(50)), "utf-8")
    with worker.Worker() as one:
        first = one.read(file)
        next(first)
        first.close()
        assert len(list(one.read(file))) == 50
        process = one._process
        assert process is not None
    assert process.poll() is not None


# --- the file system -------------------------------------------------------------------------------------------------


def test_names_with_line_ends_and_broken_characters(tmp_path: Path) -> None:
    (tmp_path / "two\nlines.html").write_text(PAGE, "utf-8")
    (tmp_path / os.fsdecode(b"latin-\xfc.pdf")).write_bytes(pdf([TEXT]))
    assert sorted(names(tmp_path)) == sorted(["two\nlines.html", os.fsdecode(b"latin-\xfc.pdf")])


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\uffff", "&#1;", "&#x0B", "&#65535;", "&#xFFFE"])
def test_a_control_character_costs_nothing_but_itself(sign: str) -> None:
    page = f"<html><p>{TEXT}{sign} Yes.<aside>No.{sign}</aside>{sign} Then</p>{sign} it closed.</html>"
    text = to_article(Document(page, "a.html", "html")).text
    assert text.split() == f"{TEXT} Yes. Then it closed.".split()


def test_the_files_that_a_browser_saves_beside_a_page_are_no_articles(tmp_path: Path) -> None:
    (tmp_path / "Bridge.html").write_text(PAGE, "utf-8")
    for folder in ("Bridge_files", "more_files"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "frame.html").write_text(f"<html><p>{TEXT} Yes.</p></html>", "utf-8")
    assert [str(file.relative_to(tmp_path)) for file in list_files(tmp_path)] == [
        "Bridge.html",
        "more_files/frame.html",
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.zip"])
def test_a_file_that_vanishes_is_named(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in (name, "z.txt"):
        (tmp_path / file).write_bytes(SAMPLES.get(file, f"{TEXT} Yes.".encode()))
    stamps = scan([tmp_path])
    (tmp_path / name).unlink()
    monkeypatch.setattr("rag.reading.scan", lambda roots: stamps)
    found = read_corpus(tmp_path)
    assert len(found.articles) == 1
    assert [(item.source, "cannot be opened" in item.reason) for item in found.skipped] == [
        (str(tmp_path / name), True)
    ]


def test_a_file_that_grows_while_it_is_read_comes_to_an_end(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"text": TEXT}) + "\n", "utf-8")
    found = []
    for item in worker.read_file(file):
        found.append(item)
        with file.open("a", encoding="utf-8") as more:
            more.write(json.dumps({"text": f"{len(found)}. {TEXT}"}) + "\n")
        assert len(found) < 9, "it reads what it makes itself"
    assert len(found) == 1


def test_a_folder_that_cannot_be_listed_and_a_file_out_of_reach_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    for file in ("a.txt", "closed/b.txt", "out.txt"):
        (tmp_path / file).write_text(f"{file}. {TEXT}", "utf-8")
    refuse(monkeypatch, tmp_path / "closed", tmp_path / "out.txt")
    found = read_corpus(tmp_path)
    assert [Path(made.source).name for made in found.articles] == ["a.txt"]
    assert {Path(item.source).name: item.reason for item in found.skipped} == dict.fromkeys(
        ("closed", "out.txt"), "it cannot be opened: Permission denied"
    )


def refuse(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Nobody may list these folders or look at these files: whoever runs the tests may be allowed everything."""

    def guarded(name: str, module: Any) -> None:
        real = getattr(module, name)

        def call(path: Any, *args: Any, **kwargs: Any) -> Any:
            if not isinstance(path, int) and Path(path) in paths:
                raise PermissionError(errno.EACCES, "Permission denied", os.fspath(path))
            return real(path, *args, **kwargs)

        monkeypatch.setattr(module, name, call)

    for name in ("scandir", "stat"):
        guarded(name, os)
    guarded("open", io)


def test_a_large_text_is_read_by_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.articles.PLAIN_BYTES", 100)
    monkeypatch.setattr("rag.articles.read_file", None)
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert names(tmp_path) == ["a.txt"]


def test_a_file_of_every_format_is_seen_to_come(tmp_path: Path) -> None:
    for name, data in SAMPLES.items():
        (tmp_path / name).write_bytes(data)
    assert scan([tmp_path]).keys() == {str(tmp_path / name) for name in SAMPLES}


# --- pages and encodings ---------------------------------------------------------------------------------------------


def test_a_page_nested_a_hundred_thousand_deep_is_read() -> None:
    for tag in ("div", "span", "b"):
        (made,) = read(f"<html><body>{f'<{tag}>' * 100_000}<p>{TEXT}</p>".encode(), "a.html")
        assert made.text == TEXT


@pytest.mark.parametrize("open_tag", ["<!--", "<script>", "<style>", "<![CDATA[", "</p", "<a href='"])
def test_what_is_never_closed_takes_no_time(open_tag: str) -> None:
    assert read(f"<html><body><p>{TEXT}</p>{open_tag * 20_000}".encode(), "a.html")[0].text.startswith(TEXT[:50])


def test_scripts_and_embedded_pictures_do_not_count_for_the_size_of_a_page() -> None:
    script = f"<script>var x = '{'a' * 6_000_000}'</script><img src='data:image/png;base64,{'A' * 6_000_000}'>"
    (made,) = read(PAGE.replace("<h1>", f"{script}<h1>").encode(), "a.html")
    assert (made.title, made.text, made.author) == ("Bridge opens", TEXT, "Jo Lee")


def test_a_page_too_large_for_a_tree_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.saved_page.MAX_TREE", 10_000)
    monkeypatch.setattr("rag.saved_page._body", None)
    paragraphs = [f"{n}. {TEXT}" for n in range(200)]
    head = PAGE.partition("<body>")[0]
    (made,) = read(f"{head}<body>{''.join(f'<p>{p}</p>' for p in paragraphs)}".encode(), "a.html")
    assert made.text.split("\n\n") == paragraphs
    assert (made.title, made.published, made.author) == ("Bridge opens", date(2024, 3, 3), "Jo Lee")


def test_a_page_of_too_many_elements_keeps_what_it_says_about_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.saved_page.MAX_ELEMENTS", 5)
    monkeypatch.setattr("rag.saved_page._body", None)
    (made,) = read(PAGE.encode(), "a.html")
    assert (made.title, made.text, made.author) == ("Bridge opens", TEXT, "Jo Lee")


GERMAN = "Der Bürgermeister von Lindau hat die neue Brücke eröffnet. Größe: 412 Meter, Kosten: 38 Millionen €."


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("utf-8", "cp1252", GERMAN),
        ("iso-8859-1", "utf-8", GERMAN),
        ("iso-8859-1", "cp1252", GERMAN),
        ("windows-1251", "cp1251", "Мэр Линдау открыл новый мост в воскресенье."),
        ("shift_jis", "shift_jis", "市長は日曜日に新しい橋を開通させた。"),
        ("iso-2022-jp", "iso2022_jp", "市長は日曜日に新しい橋を開通させた。"),
        ("gb2312", "gbk", "市长星期日为新桥剪彩。"),
        ("no-such-charset", "utf-8", GERMAN),
        ("unicode_escape", "utf-8", GERMAN),
    ],
)
def test_the_charset_of_a_page_is_believed_where_it_fits(declared: str, encoding: str, text: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body><p>{text}</p></body></html>'
    assert read(page.encode(encoding), "a.html")[0].text == text


def test_utf8_that_was_cut_is_utf8_whatever_the_page_names() -> None:
    page = f'<html><head><meta charset="iso-8859-1"></head><body><p>{GERMAN}</p><p>Schluß'
    assert GERMAN in read(page.encode()[:-1], "a.html")[0].text


@pytest.mark.parametrize("start", ["[](", "![](", "[", "![", "[a]("])
def test_broken_links_take_no_time(start: str) -> None:
    (made,) = read(f"{start * 300_000}\n\n{TEXT}".encode(), "a.md")
    assert made.text.endswith(TEXT)


def test_dates_that_cannot_be_are_none() -> None:
    page = PAGE.replace("2024-03-03", "9999-12-31")
    mail = message(TEXT, Subject="x", Date="Fri, 31 Dec 9999 23:59:59 +0000")
    feed = rss(f"<description>{TEXT}</description><pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate>")
    stamp = json.dumps({"text": TEXT, "published": 253402300799}).encode()
    for data, name in ((page.encode(), "a.html"), (mail, "a.eml"), (feed, "a.rss"), (stamp, "a.json")):
        assert [made.published for made in read(data, name)] == [None]
    assert read(PAGE.encode(), "a.html")[0].published == date(2024, 3, 3)
