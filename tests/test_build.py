"""The wiring: where things are kept, what is loaded when, and that everything opened is closed when a part fails.

The embedding model is replaced by a fake; tests/test_real.py loads the real parts.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import rag
from rag import build
from rag.config import SEEDS, Config
from rag.errors import CorpusError, ModelNotFound, QuestionError, StoreError, UsageError
from rag.index import Index, SyncReport
from rag.types import Filters
from tests.fakes import FakeEmbedder

QUESTION = "How long is the harbour bridge in Lindau, and what did it cost?"


@pytest.fixture(autouse=True)
def embedders(monkeypatch: pytest.MonkeyPatch) -> list[FakeEmbedder]:
    """Every embedder that is made, in order: all are fakes."""
    made: list[FakeEmbedder] = []

    def make(config: Config, progress: object) -> FakeEmbedder:
        made.append(FakeEmbedder())
        return made[-1]

    monkeypatch.setattr(build, "_embedder", make)
    build._kept.cache_clear()
    return made


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders of the indexes that were closed."""
    folders: list[Path] = []
    close = Index.close

    def watched(self: Index) -> None:
        folders.append(self.folder)
        close(self)

    monkeypatch.setattr(Index, "close", watched)
    return folders


@pytest.fixture
def config(corpus: Path, tmp_path: Path) -> Config:
    return Config(corpus=corpus, index=tmp_path / "index", model="none")


def test_load_builds_the_index_and_answers(config: Config, embedders: list[FakeEmbedder]) -> None:
    with build.load(config) as bot:
        assert len(bot.articles) == 3
        assert bot.search(QUESTION)[0].article.source.endswith("bridge.txt")
        assert bot.ask(QUESTION).question == QUESTION
    with build.load(config) as bot:
        assert len(bot.articles) == 3
    assert embedders[1].calls == []


def test_what_could_not_be_read_is_known_at_every_load(config: Config, corpus: Path) -> None:
    (corpus / "photo.txt").write_bytes(bytes(range(256)))
    for _ in range(2):
        with build.load(config) as bot:
            assert [Path(left_out.source).name for left_out in bot.skipped] == ["photo.txt"]


def test_sync_says_what_changed(config: Config, corpus: Path, closed: list[Path]) -> None:
    assert build.sync(config).added == 3
    (corpus / "ferry.txt").unlink()
    report = build.sync(config)
    assert (report.added, report.removed, report.unchanged) == (0, 1, 2)
    assert len(closed) == 2


def test_ask_refuses_what_is_no_question_before_it_loads_anything() -> None:
    with pytest.raises(QuestionError, match="not None"):
        rag.ask(None, config=Config(corpus="no/such/folder"))  # type: ignore[arg-type]


def test_ask_keeps_the_chatbot_for_the_next_question(config: Config, embedders: list[FakeEmbedder]) -> None:
    first = rag.ask(QUESTION, config=config)
    again = rag.ask(QUESTION, config=config)
    assert len(embedders) == 1
    assert (first.text, first.citations) == (again.text, again.citations)
    build._kept(config).close()
    build._kept.cache_clear()


def test_the_first_questions_of_several_threads_load_one_chatbot(config: Config, embedders: list[FakeEmbedder]) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda question: rag.ask(question, config=config), [QUESTION] * 4))
    assert len(embedders) == 1
    assert len({answer.text for answer in answers}) == 1
    build._kept(config).close()
    build._kept.cache_clear()


def test_several_threads_load_the_same_index_each_for_itself(config: Config, embedders: list[FakeEmbedder]) -> None:
    def found(_: int) -> int:
        with build.load(config) as bot:
            return len(bot.articles)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(found, range(8))) == [3] * 8
    assert len(embedders) == 8


def test_a_corpus_that_is_not_there_is_said_before_anything_is_made(
    tmp_path: Path, home: Path, embedders: list[FakeEmbedder]
) -> None:
    with pytest.raises(CorpusError, match=r"nowhere"):
        build.load(Config(corpus=tmp_path / "nowhere", model="none"))
    assert embedders == []
    assert list(home.iterdir()) == []


def test_the_index_is_closed_when_the_corpus_cannot_be_read(tmp_path: Path, closed: list[Path]) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError):
        build.load(Config(corpus=tmp_path / "empty", index=tmp_path / "index", model="none"))
    assert closed == [tmp_path / "index"]


def test_the_index_is_closed_when_the_model_cannot_be_loaded(
    config: Config, closed: list[Path], tmp_path: Path
) -> None:
    missing = Config(corpus=config.corpus, index=config.index, model=str(tmp_path / "missing.gguf"))
    with pytest.raises(ModelNotFound, match=r"missing\.gguf"):
        build.load(missing)
    assert closed == [tmp_path / "index"]


def test_an_index_that_cannot_be_written_is_said_with_what_to_do(config: Config, corpus: Path) -> None:
    with pytest.raises(StoreError, match=r"--index"):
        build.load(Config(corpus=corpus, index=corpus / "bridge.txt" / "index", model="none"))


@pytest.mark.parametrize("name", ["", " "])
def test_an_index_without_a_name_is_a_usage_error(config: Config, name: str) -> None:
    with pytest.raises(UsageError, match=r"--index"):
        build.load(replace(config, index=name))


@pytest.mark.parametrize("inside", ["index", ".index", ".cache/index", "."])
def test_no_index_is_made_among_the_articles(config: Config, corpus: Path, inside: str) -> None:
    before = sorted(corpus.rglob("*"))
    with pytest.raises(StoreError, match=r"lies among the articles"):
        build.load(replace(config, index=corpus / inside))
    assert sorted(corpus.rglob("*")) == before


def test_a_hidden_home_may_stand_among_the_articles(corpus: Path) -> None:
    with build.load(Config(corpus=corpus, home=corpus / ".footnote", model="none")) as bot:
        assert len(bot.articles) == 3


def test_every_corpus_has_an_index_of_its_own_outside_of_it(home: Path, tmp_path: Path) -> None:
    corpora = [SEEDS, tmp_path / "news", tmp_path / "other" / "news", tmp_path / "news.jsonl"]
    folders = [build.index_folder(Config(corpus=corpus)) for corpus in corpora]
    assert len(set(folders)) == len(corpora)
    for corpus, folder in zip(corpora, folders, strict=True):
        assert folder.is_relative_to(home)
        assert not folder.is_relative_to(corpus)
        assert not folder.exists()


def test_the_same_corpus_by_another_path_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "link").symlink_to("news", target_is_directory=True)
    paths = [tmp_path / "news", "news", "./news/", "news/../news", "link"]
    assert len({build.index_folder(Config(corpus=path)) for path in paths}) == 1


def test_a_named_index_and_home_are_used(tmp_path: Path) -> None:
    assert build.index_folder(Config(index=tmp_path / "mine")) == tmp_path / "mine"
    assert build.index_folder(Config(home=tmp_path / "home")).is_relative_to(tmp_path / "home")


def test_nothing_is_written_into_the_corpus(config: Config, corpus: Path) -> None:
    before = {file: file.read_bytes() for file in corpus.rglob("*")}
    build.sync(config)
    assert {file: file.read_bytes() for file in corpus.rglob("*")} == before


def test_progress_is_told(config: Config) -> None:
    told: list[tuple[str, int, int]] = []
    build.load(config, lambda *step: told.append(step)).close()
    assert {"reading", "embedding"} <= {what for what, _, _ in told}
    assert all(0 <= done <= total for _, done, total in told)


def test_another_model_serves_the_same_articles_and_letting_go_of_one_leaves_the_other(
    config: Config, closed: list[Path]
) -> None:
    with build.load(config) as bot:
        other = build.with_model(bot, "none")
        assert other.articles == bot.articles
        bot.release()
        assert closed == []
        assert other.ask(QUESTION).hits
        with pytest.raises(ModelNotFound):
            build.with_model(bot, "no-such-model")
        assert closed == []


def test_a_watched_sync_tells_every_change_until_it_is_stopped(
    config: Config, corpus: Path, monkeypatch: pytest.MonkeyPatch, closed: list[Path]
) -> None:
    monkeypatch.setattr("rag.watch.Watcher.__init__.__defaults__", (0.01,))
    told: list[object] = []

    def tell(news: object) -> None:
        told.append(news)
        if len(told) == 1:
            (corpus / "tram.txt").write_text("A tram was built in Lindau.", encoding="utf-8")
        else:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.sync(replace(config, watch=True), tell=tell)
    assert [report.added for report in told if isinstance(report, SyncReport)] == [3, 1]
    assert closed == [config.index]


def test_a_watched_chatbot_follows_the_folder_and_an_unwatched_one_does_not(
    config: Config, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.watch.Watcher.__init__.__defaults__", (0.01,))
    with build.load(replace(config, watch=True)) as bot, build.load(config) as other:
        (corpus / "ferry.txt").unlink()
        for _ in range(1000):
            if len(bot.articles) == 2:
                break
            time.sleep(0.02)
        assert (len(bot.articles), len(other.articles)) == (2, 3)


def test_an_emptied_folder_is_dropped_only_when_told(config: Config, corpus: Path) -> None:
    build.sync(config)
    for file in corpus.iterdir():
        file.unlink()
    with pytest.raises(CorpusError, match=r"--allow-empty"):
        build.sync(config)
    assert build.sync(config, allow_empty=True).removed == 3


def test_a_filter_that_no_article_has_is_said_at_the_start(config: Config, closed: list[Path]) -> None:
    build.load(replace(config, where=Filters(articles=frozenset(["ferry.txt"])))).close()
    with pytest.raises(UsageError, match=r"tram\.txt"):
        build.load(replace(config, where=Filters(articles=frozenset(["tram.txt"]))))
    assert len(closed) == 2
