"""What a user adds to a library and takes out of it: taken in one step, said where it cannot be, never lost.

Real files and a real index, under an embedder that can be worked out by hand.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from rag.chat import Chatbot
from rag.config import Config
from rag.errors import CorpusError, StoreError
from rag.index import Index, SyncReport
from rag.own import NAME_BYTES
from rag.search import search
from rag.types import Vectors
from tests.fakes import FakeEmbedder

TRAM = "Tram line opens\n\nA tram was built in Lindau by Ada Stern. It is red and carries 300 people.\n"
BOAT = "Boat race\n\nA boat won the race on the lake near Bregenz. Its captain is Otto Kern.\n"


@pytest.fixture
def bot(corpus: Path, tmp_path: Path) -> Iterator[Chatbot]:
    with opened(corpus, tmp_path / "index") as bot:
        yield bot


def opened(corpus: Path, folder: Path) -> Chatbot:
    index = Index(folder, FakeEmbedder())
    index.sync(corpus)
    return Chatbot(Config(corpus=corpus), index, None)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def file(folder: Path, name: str, text: str = TRAM) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def counts(report: SyncReport) -> tuple[int, int, int]:
    return report.added, report.updated, report.removed


def reasons(report: SyncReport) -> dict[str, str]:
    return {left_out.source: left_out.reason for left_out in report.skipped}


def titles(bot: Chatbot) -> set[str]:
    return {article.title or "" for article in bot.articles}


def id_of(bot: Chatbot, title: str) -> str:
    return next(article.id for article in bot.articles if article.title == title)


def test_progress_names_each_file_before_it_is_read(bot: Chatbot, elsewhere: Path) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(what: str, done: int, total: int) -> None:
        told.append((what, done, total))

    bot.add([file(elsewhere, "tram.txt"), file(elsewhere, "boat.txt", BOAT)], tell)
    assert told[:2] == [("reading tram.txt", 0, 2), ("reading boat.txt", 1, 2)]
    told.clear()
    bot.add([file(elsewhere, "again.txt")], tell)
    assert told[0] == ("reading again.txt", 0, 0)  # how much there is of it, nobody knows
    told.clear()
    bot.add_text("A kite rose over Lindau.", progress=tell)
    assert told[0] == ("reading the text", 0, 0)


def test_an_added_file_is_found_and_stays_after_a_restart(
    bot: Chatbot, corpus: Path, elsewhere: Path, tmp_path: Path
) -> None:
    tram = file(elsewhere, "tram.txt")
    report = bot.add([tram])
    assert counts(report) == (1, 0, 0)
    assert report.skipped == ()
    assert bot.search("Who built the tram?", 1)[0].article.title == "Tram line opens"
    assert bot.added == {id_of(bot, "Tram line opens")}
    tram.unlink()  # the library has a copy of its own
    assert counts(bot.sync()) == (0, 0, 0)
    with opened(corpus, tmp_path / "index") as again:
        assert titles(again) == titles(bot)
    assert len(list(corpus.iterdir())) == 3, "nothing is written among the user's articles"


def test_a_removed_file_is_deleted_and_one_of_the_corpus_is_hidden(
    bot: Chatbot, corpus: Path, elsewhere: Path, tmp_path: Path
) -> None:
    bot.add([file(elsewhere, "tram.txt")])
    bridge = id_of(bot, "Harbour bridge opens after nine years")
    report = bot.remove([id_of(bot, "Tram line opens"), bridge, "nobody"])
    assert counts(report) == (0, 0, 2)
    assert reasons(report) == {"nobody": "there is no such article"}
    assert bot.added == frozenset()
    assert list((tmp_path / "index" / "added").iterdir()) == []
    assert (corpus / "bridge.txt").exists()
    with opened(corpus, tmp_path / "index") as again:
        assert len(again.articles) == 2, "hidden stays hidden"
        assert not any("bridge.txt" in hit.article.source for hit in again.search("harbour bridge"))


def test_what_was_hidden_comes_back_when_it_is_added(bot: Chatbot, elsewhere: Path, corpus: Path) -> None:
    before = bot.articles
    bot.remove([article.id for article in before])
    assert bot.articles == ()
    assert bot.ask("How long is the harbour bridge?").refused
    bridge = file(elsewhere, "again.txt", (corpus / "bridge.txt").read_text(encoding="utf-8"))
    assert counts(bot.add([bridge])) == (1, 0, 0)
    assert [a.title for a in bot.articles] == ["Harbour bridge opens after nine years"]


def test_one_article_of_a_file_of_many_is_hidden_and_all_of_them_deleted(
    bot: Chatbot, elsewhere: Path, tmp_path: Path
) -> None:
    lines = '{"id": "n1", "text": "One cat came."}\n{"id": "n2", "text": "Two dogs came."}\nbroken\n'
    report = bot.add([file(elsewhere, "pets.jsonl", lines)])
    assert report.added == 2
    assert list(reasons(report)) == [f"{elsewhere / 'pets.jsonl'}#3"]
    added = tmp_path / "index" / "added" / "pets.jsonl"
    assert bot.remove(["n1"]).removed == 1
    assert added.exists()
    assert {"n1", "n2"} & {a.id for a in bot.articles} == {"n2"}
    assert bot.remove(["n2"]).removed == 1
    assert bot.sync().removed == 0
    assert {"n1", "n2"} & {a.id for a in bot.articles} == set()


def test_two_files_of_one_name_stand_side_by_side(bot: Chatbot, elsewhere: Path) -> None:
    (elsewhere / "other").mkdir()
    paths = [file(elsewhere, "news.txt", TRAM), file(elsewhere / "other", "news.txt", BOAT)]
    assert bot.add(paths).added == 2
    assert {"Tram line opens", "Boat race"} <= titles(bot)


def test_what_is_there_already_is_said_and_not_kept_twice(bot: Chatbot, corpus: Path, elsewhere: Path) -> None:
    tram = file(elsewhere, "tram.txt")
    copy = file(elsewhere, "copy.txt", (corpus / "ferry.txt").read_text(encoding="utf-8"))
    bot.add([tram, tram])
    report = bot.add([tram, copy, corpus / "bridge.txt"])
    assert counts(report) == (0, 0, 0)
    assert set(reasons(report).values()) == {"the library holds it already"}
    assert len(report.skipped) == 3
    assert len(bot.added) == 1


NAMES = ["a\nb.txt", ".hidden.txt", "..", "ж" * 120 + ".txt", "x" * 250, "…/..".replace("/", "∕"), "- -.txt", "a.b.c"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_an_outlandish_name_does_no_harm(bot: Chatbot, elsewhere: Path, tmp_path: Path, name: str) -> None:
    if name == "..":
        name = "..txt"
    assert bot.add([file(elsewhere, name)]).added == 1
    (kept,) = (tmp_path / "index" / "added").iterdir()
    assert not kept.name.startswith(".")
    assert kept.name.isprintable()
    assert len(kept.name.encode()) <= NAME_BYTES + 11


def test_what_cannot_be_taken_is_said_and_the_rest_is_taken(
    bot: Chatbot, elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, huge, pipe = elsewhere / "photo.txt", elsewhere / "huge.txt", elsewhere / "pipe"
    photo.write_bytes(bytes(range(256)) * 20)
    file(elsewhere, "empty.txt", "")
    file(elsewhere, "huge.txt", BOAT * 20)
    os.mkfifo(pipe)
    monkeypatch.setattr("rag.own.MAX_BYTES", 1000)
    good = file(elsewhere, "tram.txt")
    report = bot.add([elsewhere / "none.txt", photo, elsewhere / "empty.txt", huge, pipe, good])
    assert report.added == 1
    said = {Path(source).name: reason for source, reason in reasons(report).items()}
    assert said.keys() == {"none.txt", "photo.txt", "empty.txt", "huge.txt", "pipe"}
    assert "no such file" in said["none.txt"]
    assert "the most" in said["huge.txt"]
    assert "neither a file nor a folder" in said["pipe"]
    assert [p.name for p in (tmp_path / "index" / "added").iterdir()] == ["tram.txt"]


def test_a_file_that_may_not_be_read_is_said(bot: Chatbot, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tram, really = file(elsewhere, "tram.txt"), os.open

    def refuse(path: object, *more: object) -> int:
        if path == tram:  # the tests may run as one who can read everything
            raise PermissionError(13, "Permission denied", path)
        return really(path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("rag.own.os.open", refuse)
    assert reasons(bot.add([tram])) == {str(tram): "it cannot be opened: Permission denied"}


def test_a_pasted_text_becomes_an_article(bot: Chatbot) -> None:
    text = "A tram was built in Lindau by Ada Stern.\n\nIt is red — and it carries 300 people."
    assert counts(bot.add_text(text, "Tram", "Lindau Post", date(2024, 5, 1))) == (1, 0, 0)
    hit = bot.search("Who built the tram?", 1)[0]
    found = hit.article
    assert (found.title, found.publisher, found.published) == ("Tram", "Lindau Post", date(2024, 5, 1))
    assert "300 people" in found.text
    assert found.id in bot.added
    assert reasons(bot.add_text(text, "Tram", "Lindau Post", date(2024, 5, 1))) == {
        "the text": "the library holds it already"
    }
    assert counts(bot.remove([found.id])) == (0, 0, 1)


@pytest.mark.parametrize("text", ["", " \n", "…", "\x00\ud800"])
def test_a_text_without_words_is_said(bot: Chatbot, text: str, tmp_path: Path) -> None:
    report = bot.add_text(text)
    assert counts(report) == (0, 0, 0)
    assert list(reasons(report)) == ["the text"]
    assert list((tmp_path / "index" / "added").iterdir()) == []


def test_a_followed_folder_is_read_each_time_and_can_be_forgotten(
    bot: Chatbot, elsewhere: Path, corpus: Path, tmp_path: Path
) -> None:
    file(elsewhere, "tram.txt")
    (elsewhere / "photo.txt").write_bytes(bytes(range(256)) * 20)
    report = bot.add([elsewhere])
    assert counts(report) == (1, 0, 0)
    assert list(reasons(report)) == [str(elsewhere / "photo.txt")]
    assert bot.folders == (elsewhere.resolve(),)
    file(elsewhere, "boat.txt", BOAT)
    assert counts(bot.sync()) == (1, 0, 0)
    with opened(corpus, tmp_path / "index") as again:
        assert {"Tram line opens", "Boat race"} <= titles(again)
        assert again.remove([id_of(again, "Boat race")]).removed == 1
    assert (elsewhere / "boat.txt").exists()
    assert counts(bot.sync())[1:] == (0, 0)
    assert counts(bot.forget(elsewhere)) == (0, 0, 1)
    assert (bot.folders, len(bot.articles)) == ((), 3)
    assert list(reasons(bot.forget(elsewhere))) == [str(elsewhere)]


def test_a_folder_that_cannot_be_followed_is_said(bot: Chatbot, corpus: Path, elsewhere: Path, tmp_path: Path) -> None:
    (corpus / "inner").mkdir()
    (elsewhere / "inner").mkdir()
    file(elsewhere, "tram.txt")
    bot.add([elsewhere])
    said = reasons(bot.add([corpus, corpus / "inner", elsewhere, elsewhere / "inner", tmp_path]))
    assert len(said) == 5
    assert "the library itself" in said[str(tmp_path)]
    assert bot.folders == (elsewhere.resolve(),)


def test_a_followed_folder_that_is_gone_keeps_its_articles(bot: Chatbot, elsewhere: Path) -> None:
    file(elsewhere, "tram.txt")
    bot.add([elsewhere])
    elsewhere.rename(elsewhere.with_name("unplugged"))
    assert counts(bot.sync()) == (0, 0, 0)
    assert "Tram line opens" in titles(bot)
    elsewhere.mkdir()  # as a mount point is, without its disk
    assert counts(bot.sync()) == (0, 0, 0)
    assert counts(bot.add_text("A boat won the race.")) == (1, 0, 0)
    assert "Tram line opens" in titles(bot)
    elsewhere.rmdir()
    elsewhere.with_name("unplugged").rename(elsewhere)
    assert counts(bot.sync()) == (0, 0, 0)
    (elsewhere / "tram.txt").rename(elsewhere / "tram2.txt")
    assert counts(bot.sync())[2] == 0


def test_an_empty_corpus_does_not_wipe_what_was_added_nor_itself(bot: Chatbot, corpus: Path, elsewhere: Path) -> None:
    bot.add([file(elsewhere, "tram.txt")])
    corpus.rename(corpus.with_name("unplugged"))
    corpus.mkdir()
    with pytest.raises(CorpusError, match=r"holds 3 articles from there.*--allow-empty"):
        bot.sync()
    with pytest.raises(CorpusError):
        bot.remove([id_of(bot, "Tram line opens")])
    assert len(bot.articles) == 4


def test_a_damaged_list_is_said_and_nothing_comes_back_by_itself(bot: Chatbot, tmp_path: Path) -> None:
    bot.remove([bot.articles[0].id])
    (tmp_path / "index" / "hidden.json").write_text('["half', encoding="utf-8")
    with pytest.raises(StoreError, match=r"hidden\.json"):
        bot.sync()
    assert len(bot.articles) == 2


class Waiting(FakeEmbedder):
    """Stands still in the middle of a sync, until told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.syncing = 0

    def __call__(self, texts: Sequence[str]) -> Vectors:
        if threading.get_ident() == self.syncing:
            self.reached.set()
            assert self.go_on.wait(60)
        return super().__call__(texts)


def test_a_question_asked_meanwhile_sees_the_old_state_or_the_new(
    corpus: Path, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.vectors.EMBED_BATCH", 1)
    embed = Waiting()
    index = Index(tmp_path / "index", embed)
    index.sync(corpus)
    with Chatbot(Config(corpus=corpus), index, None) as bot:
        before = [(hit.passage, hit.article) for hit in search(index, "Lindau tram", 100)]
        paths = [file(elsewhere, "tram.txt"), file(elsewhere, "ferry.txt", BOAT)]

        def run() -> None:
            embed.syncing = threading.get_ident()
            bot.add(paths)

        thread = threading.Thread(target=run)
        thread.start()
        assert embed.reached.wait(60)
        assert [(hit.passage, hit.article) for hit in search(index, "Lindau tram", 100)] == before
        assert bot.search("Lindau tram", 1)[0].article.title != "Tram line opens"
        embed.go_on.set()
        thread.join(60)
        assert bot.search("Lindau tram", 1)[0].article.title == "Tram line opens"
        assert len(bot.articles) == 5
