"""Watching: every change is taken up and told once, a trouble is told once and outlived."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.articles import Skipped
from rag.chat import Chatbot
from rag.config import Config
from rag.errors import CorpusError, FootnoteError, StoreError
from rag.index import Index, SyncReport
from rag.watch import News, Watcher
from tests.fakes import FakeEmbedder

NOTHING = SyncReport(0, 0, 0, 3, (Skipped("photo.txt", "it is no text"),))
CHANGE = SyncReport(1, 0, 0, 3)


def watched(*looks: SyncReport | Exception) -> list[News]:
    """What is told of these looks, the last of which stops the watcher."""
    told: list[News] = []
    left = list(looks)

    def sync() -> SyncReport:
        look = left.pop(0)
        if not left:
            watcher.stop()
        if isinstance(look, Exception):
            raise look
        return look

    watcher = Watcher(sync, told.append, pause=0.0)
    watcher.run()
    return told


def test_only_changes_are_told() -> None:
    assert watched(NOTHING, CHANGE, NOTHING, NOTHING, CHANGE) == [CHANGE, CHANGE]


def test_a_trouble_is_told_once_until_it_is_over() -> None:
    gone, full = CorpusError("The folder is gone."), StoreError("The disk is full.")
    told = watched(gone, CorpusError(str(gone)), gone, full, NOTHING, gone, CHANGE)
    assert told == [gone, full, gone, CHANGE]


def test_a_fault_of_ours_is_a_trouble_too_and_outlived() -> None:
    fault, change = watched(NOTHING, ZeroDivisionError("by nought"), ZeroDivisionError("by nought"), NOTHING, CHANGE)
    assert isinstance(fault, FootnoteError)
    assert isinstance(fault.__cause__, ZeroDivisionError)
    assert "ZeroDivisionError: by nought" in str(fault)
    assert change == CHANGE


def test_who_cannot_be_told_ends_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    told = threading.Semaphore(0)

    def tell(news: News) -> None:
        told.release()
        raise ZeroDivisionError

    watcher = Watcher(lambda: CHANGE, tell, pause=0.0)
    watcher.start()
    assert told.acquire(timeout=60)
    assert told.acquire(timeout=60)
    watcher.stop()
    assert "ZeroDivisionError" in caplog.text


@pytest.fixture
def bot(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chatbot]:
    monkeypatch.setattr("rag.watch.Watcher.__init__.__defaults__", (0.01,))
    index = Index(tmp_path / "index", FakeEmbedder())
    index.sync(corpus)
    with Chatbot(Config(corpus=corpus), index, None) as bot:
        yield bot


class Heard:
    """What a chatbot tells, and waiting for it."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self._came = threading.Condition()

    def __call__(self, news: News) -> None:
        with self._came:
            self.news.append(news)
            self._came.notify()

    def wait(self, until: Callable[[News], bool]) -> None:
        with self._came:
            assert self._came.wait_for(lambda: any(map(until, self.news)), 60)


def test_a_chatbot_takes_up_what_comes_goes_and_changes(bot: Chatbot, corpus: Path) -> None:
    heard = Heard()
    bot.watch(heard)
    bot.watch(heard)  # a second one would change nothing
    (corpus / "tram.txt").write_text("A tram was built in Lindau by Ada Stern.", encoding="utf-8")
    heard.wait(lambda news: isinstance(news, SyncReport) and news.added == 1)
    assert "Ada Stern" in bot.search("Who built the tram?", 1)[0].passage.text
    away = corpus.rename(corpus.with_name("away"))
    heard.wait(lambda news: isinstance(news, CorpusError))
    assert len(bot.articles) == 4
    away.rename(corpus)
    (corpus / "bridge.txt").unlink()
    heard.wait(lambda news: isinstance(news, SyncReport) and news.removed == 1)
    bot.close()
    assert not any(thread.name == "footnote-watch" for thread in threading.enumerate())


def test_a_fault_of_ours_shows_in_the_chatbot_and_watching_goes_on(
    bot: Chatbot, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard()
    with monkeypatch.context() as patch:
        patch.setattr("rag.index.scan", lambda roots: 1 / 0)
        bot.watch(heard)
        heard.wait(lambda news: isinstance(news, FootnoteError))
        assert "ZeroDivisionError" in bot.watch_trouble
    (corpus / "tram.txt").write_text("A tram was built in Lindau by Ada Stern.", encoding="utf-8")
    heard.wait(lambda news: isinstance(news, SyncReport) and news.added == 1)
    assert bot.watch_trouble == ""


def test_a_closed_chatbot_says_that_it_is_closed(bot: Chatbot) -> None:
    bot.close()
    with pytest.raises(StoreError, match="is closed"):
        bot.sync()
