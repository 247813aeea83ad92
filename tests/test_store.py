"""The vector store: what goes in comes out, embedded or behind a server, and what goes wrong is said in plain words."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ServerError, StoreError
from rag.index import Index
from rag.search import search
from rag.store import ANSWER_SECONDS, CONNECT_SECONDS, ChromaStore, _sessions
from rag.types import Passage, Vectors
from tests.chroma import run_server
from tests.fakes import FakeEmbedder

TEXTS = {"p1": "cats eat fish", "p2": "dogs eat meat", "p3": "trams carry people"}
PASSAGES = [Passage(i, "a", 0, len(text), text) for i, text in TEXTS.items()]
Connect = Callable[..., ChromaStore]


def embed(*texts: str) -> Vectors:
    return FakeEmbedder()(texts)


def fill(store: ChromaStore) -> ChromaStore:
    store.add(PASSAGES, embed(*TEXTS.values()), list(TEXTS.values()))
    return store


@pytest.fixture(params=["embedded", pytest.param("server", marks=pytest.mark.slow)])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connect]:
    """`connect()` opens the same collection anew; on a server, one collection for each test."""
    url = request.getfixturevalue("chroma_server") if request.param == "server" else None
    opened: list[ChromaStore] = []

    def start(made_with: str = "") -> ChromaStore:
        opened.append(ChromaStore(tmp_path / "chroma", url, f"test-{zlib.crc32(bytes(tmp_path))}", made_with))
        return opened[-1]

    yield start
    for store in opened:
        store.close()


def test_vectors_come_back_as_they_were(connect: Connect) -> None:
    found = fill(connect()).vectors(["p3", "p1"])
    assert found.keys() == {"p1", "p3"}
    np.testing.assert_allclose(found["p3"], embed(TEXTS["p3"])[0], atol=1e-7)
    assert connect().vectors([]) == {}


def test_a_closed_store_says_that_it_is_closed(connect: Connect) -> None:
    store, other = fill(connect()), connect()
    store.close()
    for use in (store.count, store.keys, lambda: store.vectors(["p1"]), lambda: store.remove(["p1"])):
        with pytest.raises(StoreError, match="is closed") as error:
            use()
        assert "delete" not in str(error.value)
    assert other.count() == 3


def test_what_was_stored_is_there_after_a_restart(connect: Connect) -> None:
    fill(connect()).close()
    store = connect()
    assert store.count() == 3
    assert store.keys() == TEXTS
    np.testing.assert_allclose(store.vectors(["p1"])["p1"], embed(TEXTS["p1"])[0], atol=1e-7)


def test_adding_again_replaces(connect: Connect) -> None:
    store = fill(connect())
    store.add([Passage("p1", "a", 0, 4, "rain")], embed("rain"), ["rain"])
    assert store.keys() == {**TEXTS, "p1": "rain"}
    np.testing.assert_allclose(store.vectors(["p1"])["p1"], embed("rain")[0], atol=1e-7)


def test_removed_passages_are_gone(connect: Connect) -> None:
    store = fill(connect())
    store.remove(["p1", "p3"])
    store.remove([])
    assert store.keys().keys() == {"p2"}
    assert store.vectors(list(TEXTS)).keys() == {"p2"}


def test_another_stamp_empties_it_and_takes_vectors_of_another_length(connect: Connect) -> None:
    fill(connect("one")).close()
    assert connect("one").count() == 3
    store = connect("two")
    assert store.count() == 0
    store.add(PASSAGES[:1], FakeEmbedder(dim=7)(["cats"]), ["cats"])
    assert connect("two").count() == 1
    assert connect("one").count() == 0


def test_many_passages_are_written_in_parts(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.store.WRITE_BATCH", 2)
    store = fill(connect())
    assert store.keys() == TEXTS
    store.remove(list(TEXTS))
    assert store.count() == 0


def test_a_server_that_is_away_is_said_in_plain_words(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound but not listening: nobody answers there, and nobody else can take it
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServerError, match=r"Chroma server at http://127.0.0.1:\d+"):
            ChromaStore(tmp_path / "chroma", url)
    assert not (tmp_path / "chroma").exists()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that lets everybody in and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_server_that_says_nothing_is_not_waited_for(
    tmp_path: Path, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.CONNECT_SECONDS", 0.1)
    with pytest.raises(ServerError, match=rf"Chroma server at {silent}.*timed out.*--chroma-url"):
        ChromaStore(tmp_path, silent)


@pytest.mark.slow
def test_each_connection_to_a_server_has_its_timeouts(tmp_path: Path, chroma_server: str) -> None:
    store = ChromaStore(tmp_path, chroma_server)
    for session in _sessions(store._client):
        assert (session.timeout.connect, session.timeout.read) == (CONNECT_SECONDS, ANSWER_SECONDS)
    store.close()


def test_a_server_that_goes_away_is_said_and_what_it_missed_is_made_up_for(corpus: Path, tmp_path: Path) -> None:
    """Questions are answered meanwhile, for they are not put to the server."""
    with run_server(tmp_path / "server") as url:
        index = Index(tmp_path / "index", FakeEmbedder(), url)
        index.sync(corpus)
    found = search(index, "harbour bridge", 5)
    for file in corpus.iterdir():
        file.write_text(file.read_text(encoding="utf-8").replace("Lindau", "Konstanz"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ServerError, match=rf"Chroma server at {url}.*run the same again"):
            index.sync(corpus)
        assert search(index, "harbour bridge", 5) == found
    with pytest.raises(ServerError, match=r"Chroma server"):
        Index(tmp_path / "index", FakeEmbedder(), url)
    with run_server(tmp_path / "server", int(url.rpartition(":")[2])):
        assert index.sync(corpus).updated == 2
        assert index.store.keys() == dict(zip(index.now.ids, index.now.keys, strict=True))
    index.close()


@pytest.mark.slow
def test_two_processes_on_one_server_see_each_others_work(corpus: Path, tmp_path: Path, chroma_server: str) -> None:
    """One folder and one collection: what one has embedded the other takes up at its next look, and embeds nothing.
    Another folder has a collection of its own."""
    first, second = (Index(tmp_path / "index", FakeEmbedder(), chroma_server) for _ in range(2))
    other = Index(tmp_path / "other", FakeEmbedder(), chroma_server)
    assert first.sync(corpus).embedded > 0
    assert second.sync(corpus).embedded == 0
    assert search(second, "harbour bridge", 5) == search(first, "harbour bridge", 5)
    assert other.store.count() == 0
    for index in (first, second, other):
        index.close()


@pytest.mark.parametrize("url", ["localhost:8000", "", "http://"])
def test_what_is_no_address_is_said_with_an_example(tmp_path: Path, url: str) -> None:
    with pytest.raises(ServerError, match=r"http://host:port"):
        ChromaStore(tmp_path / "chroma", url)


def test_what_is_no_database_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreError, match=r"delete that folder"):
        ChromaStore(tmp_path)


def test_vectors_of_another_length_are_never_mixed_in(connect: Connect) -> None:
    with pytest.raises((StoreError, ServerError)):
        fill(connect()).add(PASSAGES[:1], FakeEmbedder(dim=7)(["cats"]), ["cats"])
