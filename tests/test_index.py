"""The index stays in step with the files: nothing is embedded twice, nothing gets mixed, nothing half-done is trusted.

Real Chroma and BM25 in a temporary folder, under an embedder that can be worked out by hand.
"""

from __future__ import annotations

import errno
import json
import os
import pkgutil
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import vectors as module
from rag.errors import CorpusError, StoreError
from rag.index import Index
from rag.passages import context
from rag.search import search
from rag.types import Article, Vectors
from tests.fakes import FakeEmbedder

QUESTION = "Who cut the ribbon of the harbour bridge?"
Open = Callable[..., Index]


class Interrupted(FakeEmbedder):
    """Presses Ctrl-C in place of the embedding call numbered `at`, from 0."""

    def __init__(self, at: int, fingerprint: str = "fake-1") -> None:
        super().__init__(fingerprint=fingerprint)
        self._at = at

    def __call__(self, texts: Sequence[str]) -> Vectors:
        if len(self.calls) == self._at:
            raise KeyboardInterrupt
        return super().__call__(texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def open_index(folder: Path) -> Iterator[Open]:
    """`open_index(embedder)` opens the index as a new start of the program would; all are closed at the end."""
    opened: list[Index] = []

    def start(embed: FakeEmbedder | None = None, at: Path = folder) -> Index:
        opened.append(Index(at, embed or FakeEmbedder()))
        return opened[-1]

    yield start
    for index in opened:
        index.close()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two passages a call, so that a sync of three articles can be interrupted in the middle."""
    monkeypatch.setattr(module, "EMBED_BATCH", 2)


def embedded(embed: FakeEmbedder) -> list[str]:
    return [text for call in embed.calls for text in call]


def assert_sound(index: Index) -> None:
    """The vectors are those of the passages, made by this very embedder; nothing is missing, nothing is left over."""
    assert index.store.keys().keys() == index.passages.keys()
    stored = index.store.vectors(list(index.passages))
    check = FakeEmbedder(max_pieces=index.embed.max_pieces, dim=getattr(index.embed, "dim", 4096))
    for passage in index.passages.values():
        article = index.articles[passage.article_id]
        assert article.text[passage.start : passage.end] == passage.text
        np.testing.assert_allclose(stored[passage.id], check([context(article) + passage.text])[0], atol=1e-6)
    for passage in index.passages.values():
        assert passage.id in index.now.keyword.best(passage.text, len(index.passages))


def state(index: Index) -> tuple[dict[str, Article], list[str], list[tuple[str, float]]]:
    hits = search(index, QUESTION, 10)
    return index.articles, sorted(index.passages), [(hit.passage.id, round(hit.score, 5)) for hit in hits]


def test_a_second_sync_embeds_nothing(open_index: Open, corpus: Path) -> None:
    first = FakeEmbedder()
    report = open_index(first).sync(corpus)
    assert (report.added, report.updated, report.removed, report.unchanged) == (3, 0, 0, 0)
    assert report.embedded == report.passages == len(embedded(first))
    second = FakeEmbedder()
    index = open_index(second)
    report = index.sync(corpus)
    assert (report.added, report.updated, report.removed, report.unchanged, report.embedded) == (0, 0, 0, 3, 0)
    assert second.calls == []
    assert_sound(index)


def test_files_written_again_with_the_same_words_embed_nothing(open_index: Open, corpus: Path) -> None:
    open_index().sync(corpus)
    for file in corpus.iterdir():
        file.write_bytes(file.read_bytes())
        os.utime(file, (1, 1))
    embed = FakeEmbedder()
    assert open_index(embed).sync(corpus).unchanged == 3
    assert embed.calls == []


def test_a_changed_file_embeds_its_own_passages_only(open_index: Open, corpus: Path) -> None:
    open_index().sync(corpus)
    ferry = corpus / "ferry.txt"
    ferry.write_text(ferry.read_text(encoding="utf-8").replace("June 30", "July 31"), encoding="utf-8")
    embed = FakeEmbedder()
    index = open_index(embed)
    report = index.sync(corpus)
    assert (report.added, report.updated, report.removed, report.unchanged) == (0, 1, 0, 2)
    assert embedded(embed)
    assert all("Ferry line" in text for text in embedded(embed))
    assert_sound(index)


def test_a_removed_file_is_gone(open_index: Open, corpus: Path) -> None:
    open_index().sync(corpus)
    (corpus / "bridge.txt").unlink()
    embed = FakeEmbedder()
    index = open_index(embed)
    report = index.sync(corpus)
    assert (report.added, report.updated, report.removed, report.unchanged, report.embedded) == (0, 0, 1, 2, 0)
    assert not any("Harbour" in (hit.article.title or "") for hit in search(index, QUESTION, 10))
    assert_sound(index)


def test_a_file_in_a_linked_folder_is_noticed(open_index: Open, corpus: Path, tmp_path: Path) -> None:
    linked = tmp_path / "elsewhere"
    linked.mkdir()
    (corpus / "link").symlink_to(linked, target_is_directory=True)
    open_index().sync(corpus)
    (linked / "new.txt").write_text("A tram was built in Lindau. It is red.", encoding="utf-8")
    assert open_index().sync(corpus).added == 1


def write_lines(file: Path, *texts: str, **more: str) -> None:
    lines = [json.dumps({"id": f"n{i}", "text": text, **more}) for i, text in enumerate(texts)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_articles_of_one_file_are_counted_one_by_one(open_index: Open, tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    write_lines(news, "One cat came.", "Two cats came.", "Three cats came.", "Four cats came.")
    assert open_index().sync(news).added == 4
    write_lines(news, "One cat came.", "Two dogs came.")
    report = open_index().sync(news)
    assert (report.added, report.updated, report.removed, report.unchanged) == (0, 1, 2, 1)


def test_an_edit_under_the_same_id_and_length_is_embedded(open_index: Open, tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    write_lines(news, "The cat came home.", "A tram was built.")
    open_index().sync(news)
    write_lines(news, "The dog came home.", "A tram was built.")
    embed = FakeEmbedder()
    index = open_index(embed)
    assert index.sync(news).updated == 1
    assert embedded(embed) == ["The dog came home."]
    assert_sound(index)


def test_a_new_title_is_embedded(open_index: Open, tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    write_lines(news, "The cat came home.", title="Cats in town")
    open_index().sync(news)
    write_lines(news, "The cat came home.", title="Pets in town")
    index = open_index()
    index.sync(news)
    assert_sound(index)


@pytest.mark.parametrize("at", [0, 1])
def test_an_interrupted_build_is_finished_by_the_next_start(
    open_index: Open, corpus: Path, tmp_path: Path, small_batches: None, at: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        open_index(Interrupted(at)).sync(corpus)
    embed = FakeEmbedder()
    index = open_index(embed)
    index.sync(corpus)
    assert len(embedded(embed)) == len(index.passages) - 2 * at  # what was stored is not embedded again
    assert_sound(index)
    clean = open_index(at=tmp_path / "clean")
    clean.sync(corpus)
    assert state(index) == state(clean)


def test_what_an_interrupted_build_stored_is_not_trusted_after_an_edit(
    open_index: Open, tmp_path: Path, small_batches: None
) -> None:
    news = tmp_path / "news.jsonl"
    write_lines(news, "The cat came home.", "A tram was built.", "The ferry sank.")
    with pytest.raises(KeyboardInterrupt):
        open_index(Interrupted(at=1)).sync(news)
    write_lines(news, "The dog came home.", "A tram was built.", "The ferry sank.")
    index = open_index()
    index.sync(news)
    assert_sound(index)


def test_an_interrupted_update_is_finished_by_the_next_start(
    open_index: Open, corpus: Path, small_batches: None
) -> None:
    open_index().sync(corpus)
    for name in ("ferry.txt", "museum.txt", "bridge.txt"):
        file = corpus / name
        file.write_text(file.read_text(encoding="utf-8").replace("Lindau", "Konstanz") + "\nMore.", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        open_index(Interrupted(at=1)).sync(corpus)
    index = open_index()
    index.sync(corpus)
    assert_sound(index)


@pytest.mark.parametrize("dim", [4096, 512])
def test_another_embedder_means_a_rebuild(open_index: Open, corpus: Path, dim: int) -> None:
    open_index().sync(corpus)
    other = FakeEmbedder(fingerprint="fake-2", dim=dim)
    index = open_index(other)
    report = index.sync(corpus)
    assert report.unchanged == 3
    assert report.embedded == report.passages == len(embedded(other))
    assert_sound(index)


@pytest.mark.parametrize("dim", [4096, 512])
def test_an_interrupted_build_by_another_embedder_is_not_mixed_in(
    open_index: Open, corpus: Path, small_batches: None, dim: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        open_index(Interrupted(at=1, fingerprint="fake-0")).sync(corpus)
    other = FakeEmbedder(fingerprint="fake-2", dim=dim)
    index = open_index(other)
    assert index.sync(corpus).embedded == len(index.passages) == len(embedded(other))
    assert_sound(index)


def test_back_to_the_first_embedder_after_an_interrupted_rebuild(
    open_index: Open, corpus: Path, small_batches: None
) -> None:
    open_index(FakeEmbedder(fingerprint="a")).sync(corpus)
    with pytest.raises(KeyboardInterrupt):
        open_index(Interrupted(at=1, fingerprint="b")).sync(corpus)
    index = open_index(FakeEmbedder(fingerprint="a"))
    index.sync(corpus)
    assert_sound(index)


def test_another_way_of_cutting_embeds_only_what_has_other_words_now(
    open_index: Open, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = " ".join(f"w{i}." for i in range(60))
    (corpus / "most.json").write_text(json.dumps({"title": "Мост открыт " * 12, "text": text}), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("rag.index.CUTTING", 1)
        patch.setattr("rag.passages.OTHER_LETTER", 1)
        open_index().sync(corpus)
    embed = FakeEmbedder()
    index = open_index(embed)
    report = index.sync(corpus)
    assert (report.unchanged, report.updated) == (4, 0)
    assert {text.split()[0] for text in embedded(embed)} == {"Мост"}
    assert 0 < report.embedded < report.passages
    assert_sound(index)
    assert open_index().sync(corpus).embedded == 0


def damage(path: Path, how: str) -> None:
    if how == "gone":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_bytes(b"\x00\xff{]" * 50)


FILES = (
    "manifest.json",
    "state-*/articles.jsonl",
    "state-*/passages.json",
    "state-*/vectors.npy",
    "state-*/copies.json",
    "state-*/sketches.npy",
    "state-*/keyword/passages.json",
    "state-*/keyword/held.npy",
    "state-*/keyword/ends.npy",
    "state-*/keyword/whole",
    "state-*/keyword/data.csc.index.npy",
    "state-*/keyword/params.index.json",
)


@pytest.mark.parametrize("how", ["gone", "empty", "half", "garbage"])
def test_a_damaged_file_is_rebuilt(open_index: Open, folder: Path, corpus: Path, how: str) -> None:
    index = open_index()
    index.sync(corpus)
    expected = state(index)
    for name in FILES:
        (file,) = folder.glob(name)
        damage(file, how)
        again = open_index()
        again.sync(corpus)
        assert state(again) == expected, name
        assert_sound(again)


def test_vectors_that_are_gone_are_embedded_again(open_index: Open, corpus: Path) -> None:
    index = open_index()
    index.sync(corpus)
    index.store.remove(list(index.passages)[:1])
    again = open_index()
    again.sync(corpus)
    assert_sound(again)


def test_a_damaged_database_is_said_with_what_to_do(folder: Path) -> None:
    (folder / "chroma").mkdir(parents=True)
    (folder / "chroma" / "chroma.sqlite3").write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreError, match=r"delete that folder") as caught:
        Index(folder, FakeEmbedder())
    assert str(folder) in str(caught.value)


def test_a_folder_that_cannot_be_made_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreError, match=r"--index"):
        Index(tmp_path / "file" / "index", FakeEmbedder())


def test_a_full_disk_leaves_the_old_state_usable(
    open_index: Open, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = open_index()
    index.sync(corpus)
    articles = index.articles
    (corpus / "tram.txt").write_text("A tram was built in Lindau. It is red.", encoding="utf-8")

    def full(path: Path, text: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("rag.saved.put", full)
        with pytest.raises(StoreError, match=r"(?s)No space left.*--index"):
            index.sync(corpus)
    assert index.articles == articles
    assert [hit.article.title for hit in search(index, QUESTION, 1)] == ["Harbour bridge opens after nine years"]
    again = open_index()
    assert again.sync(corpus).added == 1
    assert_sound(again)


def test_nothing_is_written_among_the_articles(open_index: Open, corpus: Path) -> None:
    def contents() -> dict[str, tuple[bytes, int]]:
        return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in corpus.rglob("*") if p.is_file()}

    before = contents()
    index = open_index()
    index.sync(corpus)
    search(index, QUESTION, 3)
    index.sync(corpus)
    assert contents() == before


def test_an_index_among_the_articles_is_turned_down(open_index: Open, corpus: Path) -> None:
    with pytest.raises(StoreError, match=r"--index"):
        open_index(at=corpus / "index").sync(corpus)


def test_an_empty_folder_is_no_corpus(open_index: Open, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(CorpusError, match=r"empty"):
        open_index().sync(tmp_path / "none")


def test_a_folder_without_anything_readable_is_no_corpus(open_index: Open, tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "photo.txt").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(CorpusError, match=r"photo\.txt"):
        open_index().sync(tmp_path / "some")


def test_a_corpus_that_became_unreadable_leaves_the_index_as_it_was(open_index: Open, corpus: Path) -> None:
    index = open_index()
    index.sync(corpus)
    for file in corpus.iterdir():
        file.unlink()
    with pytest.raises(CorpusError):
        index.sync(corpus)
    assert_sound(open_index())


def test_the_bad_file_is_named_and_the_good_ones_are_indexed_every_time(open_index: Open, corpus: Path) -> None:
    (corpus / "photo.txt").write_bytes(bytes(range(256)) * 20)
    for _ in range(2):
        report = open_index().sync(corpus)
        assert [Path(skipped.source).name for skipped in report.skipped] == ["photo.txt"]
        assert report.passages > 0


def test_the_same_content_twice_is_one_article(open_index: Open, corpus: Path) -> None:
    (corpus / "copy.txt").write_bytes((corpus / "bridge.txt").read_bytes())
    index = open_index()
    index.sync(corpus)
    assert len(index.articles) == 3
    assert_sound(index)


def test_a_corpus_of_one_short_article(open_index: Open, tmp_path: Path) -> None:
    (tmp_path / "only.txt").write_text("The harbour bridge opened.", encoding="utf-8")
    index = open_index()
    index.sync(tmp_path / "only.txt")
    assert [hit.passage.text for hit in search(index, QUESTION, 8)] == ["The harbour bridge opened."]


def test_progress_is_told_to_the_end(open_index: Open, corpus: Path, small_batches: None) -> None:
    told: list[tuple[str, int, int]] = []
    report = open_index().sync(corpus, lambda what, done, total: told.append((what, done, total)))
    embedding = [(done, total) for what, done, total in told if what == "embedding"]
    assert [done for done, _ in embedding] == sorted({done for done, _ in embedding})
    assert embedding[-1] == (report.passages, report.passages)


@pytest.mark.real  # no model in it, but half a minute: too long for `make check`
def test_a_text_of_twenty_megabytes(open_index: Open, tmp_path: Path) -> None:
    """One word in each sentence is found nowhere else; the last one is still found, at its place."""
    sentence = (
        "Sentence {} of the long report says that the harbour of town {} was dredged in winter by barges again.\n"
    )
    size, parts = 0, []
    while size < 20_000_000:
        parts.append(sentence.format(len(parts), f"Q{len(parts)}x") + ("\n" if len(parts) % 5 == 4 else ""))
        size += len(parts[-1])
    (tmp_path / "long.txt").write_text("".join(parts), encoding="utf-8")
    index = open_index(FakeEmbedder(max_pieces=2000, dim=8))
    index.sync(tmp_path / "long.txt")
    last = f"Q{len(parts) - 1}x"
    best = search(index, f"Which harbour was {last}?", 1, retrieval="keyword")[0]
    assert last in best.passage.text
    assert best.article.text[best.passage.start : best.passage.end] == best.passage.text


# --- killed, unplugged, half-written --------------------------------------------------------------------------------


def assert_same_as_a_clean_build(index: Index, clean: Index) -> None:
    """Everything that is searched and everything that is stored, to the last bit."""
    assert list(index.articles.items()) == list(clean.articles.items())
    assert list(index.passages.items()) == list(clean.passages.items())
    assert index.now.keys == clean.now.keys
    np.testing.assert_array_equal(index.now.vectors, clean.now.vectors)
    assert index.store.keys() == clean.store.keys()
    stored, expected = index.store.vectors(index.now.ids), clean.store.vectors(clean.now.ids)
    for i in index.now.ids:
        np.testing.assert_array_equal(stored[i], expected[i])
    for question in (QUESTION, "ferry to the east bank", "Konstanz"):
        assert search(index, question, 20) == search(clean, question, 20)
    assert index.ledger == clean.ledger


PLACES = (
    "rag.store.ChromaStore.add",
    "rag.store.ChromaStore.remove",
    "rag.keyword.KeywordIndex.build",
    "rag.saved._save",
    "rag.saved.put",
    "rag.saved.shutil.rmtree",
    "pathlib.Path.unlink",
)


def stop_at(place: str, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C before or after what the name stands for."""
    real = pkgutil.resolve_name(place)

    def stop(*args: Any, **more: Any) -> None:
        if after:
            real(*args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(place, stop)


def change(corpus: Path) -> None:
    """One article goes, one comes, and one changes."""
    (corpus / "bridge.txt").unlink()
    (corpus / "tram.txt").write_text("A tram was built in Lindau by Ada Stern. It is red.", encoding="utf-8")
    ferry = corpus / "ferry.txt"
    ferry.write_text(ferry.read_text(encoding="utf-8").replace("Lindau", "Konstanz"), encoding="utf-8")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", PLACES)
def test_stopped_anywhere_the_next_sync_ends_as_a_clean_build(
    open_index: Open, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, after: bool
) -> None:
    stopped = open_index()
    stopped.sync(corpus)
    old = search(stopped, QUESTION, 20)
    change(corpus)
    with monkeypatch.context() as patch:
        stop_at(place, after, patch)
        with pytest.raises(KeyboardInterrupt):
            stopped.sync(corpus)
    clean = open_index(at=tmp_path / "clean")
    clean.sync(corpus)
    assert search(stopped, QUESTION, 20) in (old, search(clean, QUESTION, 20)), "a question saw half of it"
    stopped.close()
    index = open_index()
    index.sync(corpus)
    assert_same_as_a_clean_build(index, clean)
    index.sync(corpus)
    assert_same_as_a_clean_build(index, clean)


CHILD = """
import sys
from pathlib import Path
from rag import vectors
from rag.index import Index
from tests.fakes import FakeEmbedder

vectors.EMBED_BATCH = 1
index = Index(Path(sys.argv[1]), FakeEmbedder())
print("open", flush=True)
index.sync(sys.argv[2])
print("done", flush=True)
"""


@pytest.mark.real  # no model in it, but a minute: too long for `make check`
def test_killed_at_random_the_next_sync_ends_as_a_clean_build(
    open_index: Open, corpus: Path, folder: Path, tmp_path: Path
) -> None:
    """`kill -9`, again and again, while articles come, go and change; at least once before the sync had ended."""
    root, rng, seconds, killed = Path(__file__).parent.parent, random.Random(6), 1.0, 0
    for turn in range(12):
        for _ in range(8):
            text = " ".join(rng.choices(QUESTION.split(), k=30))
            (corpus / f"{rng.randrange(20)}.txt").write_text(f"{text}. Lindau {turn}.", encoding="utf-8")
        for file in rng.sample(sorted(corpus.iterdir()), 3):
            file.unlink()
        command = [sys.executable, "-c", CHILD, str(folder), str(corpus)]
        child = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        started = time.monotonic()
        if turn:  # the first is left alone, to know how long it takes
            time.sleep(rng.random() * seconds)
            child.kill()
        if child.stdout.readline() == "done\n":
            seconds = time.monotonic() - started
        else:
            killed += 1
        child.wait()
        child.stdout.close()
        if turn % 4 == 3:
            index, clean = open_index(), open_index(at=tmp_path / f"clean-{turn}")
            index.sync(corpus)
            clean.sync(corpus)
            assert_same_as_a_clean_build(index, clean)
            index.close()
    assert killed > 0


def test_an_emptied_corpus_is_said_and_dropped_only_when_told(open_index: Open, corpus: Path) -> None:
    index = open_index()
    index.sync(corpus)
    for file in corpus.iterdir():
        file.unlink()
    with pytest.raises(CorpusError, match=r"no files in .*3 articles from there.*--allow-empty"):
        index.sync(corpus)
    assert len(index.articles) == 3
    assert index.sync(corpus, allow_empty=True).removed == 3
    assert search(index, QUESTION, 3) == []
    assert open_index().sync(corpus).unchanged == 0
    (corpus / "tram.txt").write_text("A tram was built in Lindau. It is red.", encoding="utf-8")
    assert index.sync(corpus).added == 1


def test_a_folder_that_cannot_be_listed_for_a_while_keeps_its_articles(
    open_index: Open, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (corpus / "inner").mkdir()
    (corpus / "inner" / "tram.txt").write_text("A tram was built in Lindau. It is red.", encoding="utf-8")
    index = open_index()
    assert index.sync(corpus).added == 4
    listed = os.scandir

    def refuse(path: Any = ".") -> Any:
        if str(path).endswith("inner"):
            raise PermissionError(errno.EACCES, "Permission denied", os.fspath(path))
        return listed(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        for _ in range(2):
            report = index.sync(corpus)
            assert (report.unchanged, report.removed) == (4, 0)
            assert [(Path(left.source).name, left.reason) for left in report.skipped] == [
                ("inner", "it cannot be opened: Permission denied")
            ]
    assert index.sync(corpus).skipped == ()
    (corpus / "inner" / "tram.txt").unlink()
    (corpus / "inner").rmdir()
    (corpus / "inner").write_text("A file has the name of the folder now. It is blue.", encoding="utf-8")
    report = index.sync(corpus)
    assert (report.added, report.removed, report.skipped) == (1, 1, ())


def test_a_corpus_that_is_gone_is_said(open_index: Open, corpus: Path) -> None:
    index = open_index()
    index.sync(corpus)
    away = corpus.rename(corpus.with_name("away"))
    with pytest.raises(CorpusError, match=r"no file or folder"):
        index.sync(corpus, allow_empty=True)
    assert len(index.articles) == 3
    away.rename(corpus)
    assert index.sync(corpus).unchanged == 3
