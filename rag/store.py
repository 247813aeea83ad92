"""Passage vectors in Chroma, embedded in this process or behind HTTP. The only module that imports chromadb, lazily.

Knows nothing about how texts become vectors, or about search, which compares every vector in memory. A store holds one
collection: passage ids, unit vectors, passage texts, where each passage stands (article, start, end), and a key of what
was embedded. The collection is stamped with what made its vectors, so that those of two embedders never stand side by
side, whatever happens.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from rag.errors import ServerError, StoreError
from rag.types import Passage, Vectors

COLLECTION = "footnote-passages"
WRITE_BATCH = 1000
"""Records in one write; Chroma refuses more than about 5,000."""
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 120.0
"""How long a server may take to be reached, and to answer. Chroma's own client waits for ever."""
SPACE = {"hnsw": {"space": "cosine", "ef_construction": 40, "max_neighbors": 8, "num_threads": 1}}
"""A graph is built whether it is asked or not; a thin one takes a quarter of the time of Chroma's own."""

_OPENING = threading.Lock()
"""Held while a client is made or closed: Chroma shares what is behind those of one folder, and does not lock it."""


class ChromaStore:
    """One collection in a folder, or on a Chroma server when `url` is given; emptied if `made_with` is not its stamp.

    Raises:
        StoreError: the folder cannot be written or holds something that Chroma cannot read.
        ServerError: the server is away.
    """

    def __init__(self, folder: Path, url: str | None = None, name: str = COLLECTION, made_with: str = "") -> None:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        self._where = url or str(folder)
        self._closed = False
        with _OPENING, self._translated():
            if url is None:
                folder.mkdir(parents=True, exist_ok=True)
                self._client: Any = chromadb.PersistentClient(path=str(folder), settings=settings)
            else:
                self._client = _connected(url, settings)
            self._collection: Any = self._open(name, made_with)

    def _open(self, name: str, made_with: str) -> Any:
        stamp = {"made_with": made_with}
        collection = self._client.get_or_create_collection(
            name, embedding_function=None, configuration=SPACE, metadata=stamp
        )
        if collection.metadata == stamp:
            return collection
        self._client.delete_collection(name)
        return self._client.create_collection(name, embedding_function=None, configuration=SPACE, metadata=stamp)

    def count(self) -> int:
        with self._translated():
            return int(self._collection.count())

    def keys(self) -> dict[str, str]:
        """The key that each passage was added with, by passage id."""
        with self._translated():
            found = self._collection.get(include=["metadatas"])
        return {i: str(about["key"]) for i, about in zip(found["ids"], found["metadatas"], strict=True)}

    def add(self, passages: Sequence[Passage], vectors: Vectors, keys: Sequence[str]) -> None:
        """Insert or replace; `vectors` has shape (len(passages), dim), and `keys[i]` says what became `vectors[i]`."""
        rows = list(zip(passages, keys, strict=True))
        with self._translated():
            for i in range(0, len(rows), WRITE_BATCH):
                part = rows[i : i + WRITE_BATCH]
                self._collection.upsert(
                    ids=[p.id for p, _ in part],
                    embeddings=vectors[i : i + WRITE_BATCH],
                    documents=[p.text for p, _ in part],
                    metadatas=[
                        {"article": p.article_id, "start": p.start, "end": p.end, "key": key} for p, key in part
                    ],
                )

    def remove(self, ids: Sequence[str]) -> None:
        with self._translated():
            for i in range(0, len(ids), WRITE_BATCH):
                self._collection.delete(ids=list(ids[i : i + WRITE_BATCH]))

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors, each of shape (dim,), by passage id."""
        if not ids:
            return {}
        with self._translated():
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        return {i: np.asarray(v, np.float32) for i, v in zip(found["ids"], found["embeddings"], strict=True)}

    def close(self) -> None:
        self._closed = True
        with _OPENING, contextlib.suppress(Exception):  # after the server went away it is nobody's problem
            self._client.close()
            for session in _sessions(self._client):
                session.close()  # Chroma leaves its connections to a server open

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Chroma raises its own, SQLite's, httpx's and Rust's errors: one place turns all of them into ours."""
        if self._closed:
            raise StoreError(f"The index in {self._where} is closed. Load it again to go on with it.")
        try:
            yield
        except (ServerError, StoreError):
            raise
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # its Rust part panics with a BaseException
            text = (str(error) or type(error).__name__).rstrip(".")
            if self._where.startswith("http"):
                raise ServerError(
                    f"The Chroma server at {self._where} does not answer as it should: {text}. Is it running, and is "
                    "this its address (--chroma-url)? What was embedded is kept; run the same again when it is back."
                ) from error
            raise StoreError(
                f"The index in {self._where} cannot be used: {text}. If the disk is full or read-only, name another "
                "folder with --index; if the index is damaged, delete that folder and it is built again."
            ) from error


def _connected(url: str, settings: Any) -> Any:
    """A client of the server. Asked for a sign of life first, since the client itself asks on being made, without end.

    Raises ServerError for what is no address, and httpx's errors.
    """
    import chromadb
    import httpx

    parts = urlsplit(url)
    if not parts.hostname:
        raise ServerError(f"{url!r} is not the address of a Chroma server; write it as http://host:port.")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 8000)
    timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
    alive = httpx.URL(scheme=parts.scheme, host=parts.hostname, port=port, path="/api/v2/heartbeat")
    httpx.get(alive, timeout=httpx.Timeout(CONNECT_SECONDS)).raise_for_status()
    client = chromadb.HttpClient(host=parts.hostname, port=port, ssl=secure, settings=settings)
    for session in _sessions(client):
        session.timeout = timeout
    return client


def _sessions(client: Any) -> list[Any]:
    """The connections of a client to a server; an embedded one has none, and raises AttributeError."""
    return [part._server._session for part in (client, client._admin_client)]
