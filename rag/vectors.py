"""The vectors of all passages: taken from where they are known, made where they are not, and the same in Chroma.

Knows nothing about files, articles or searching.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rag.types import Embedder, Passage, Vectors

EMBED_BATCH = 256
"""Passages embedded between two signs of progress and two writes: what an interruption can cost."""


class Store(Protocol):
    """What `rag.store.ChromaStore` does."""

    def keys(self) -> dict[str, str]: ...

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]: ...

    def add(self, passages: Sequence[Passage], vectors: Vectors, keys: Sequence[str]) -> None: ...

    def remove(self, ids: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """Vectors that stand already: row `rows[i]` of `vectors` belongs to passage `i` with the words that `keys[i]`
    says."""

    keys: Mapping[str, str]
    rows: Mapping[str, int]
    vectors: Vectors


NOTHING = Known({}, {}, np.zeros((0, 0), np.float32))


def key(text: str) -> str:
    """Says what was embedded: another text, another key. An id stays when an article with one of its own is edited."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def gather(
    passages: Sequence[Passage],
    texts: Mapping[int, str],
    keys: Sequence[str],
    known: Known,
    store: Store,
    in_step: bool,
    embed: Embedder,
    tell: Callable[[str, int, int], None],
) -> tuple[Vectors, int]:
    """The vectors of the passages, shape (len(passages), dim), and how many had to be made.

    `texts[i]` is what `passages[i]` is embedded as, and `keys[i]` the key of that; a text may be missing where `known`
    has the key. `in_step` says that the store holds exactly what `known` does; otherwise it is asked. Afterwards it
    holds exactly the passages.
    """
    stored = known.keys if in_step else store.keys()
    rows = range(len(passages))
    ours = [i for i in rows if known.keys.get(passages[i].id) == keys[i]]
    others = sorted({*rows}.difference(ours))
    kept = [i for i in others if stored.get(passages[i].id) == keys[i]]
    missing = sorted({*others}.difference(kept))
    lost = [] if in_step else [i for i in ours if stored.get(passages[i].id) != keys[i]]

    joined = _Joined(len(passages))
    if ours:
        joined.start(known.vectors, [known.rows.get(passage.id, 0) for passage in passages])
    found = store.vectors([passages[i].id for i in kept])
    for i in kept:
        joined.put([i], found[passages[i].id][np.newaxis])
    for part in _batches(lost):
        store.add([passages[i] for i in part], joined.rows[part], [keys[i] for i in part])
    for n, part in enumerate(_batches(missing)):
        tell("embedding", n * EMBED_BATCH, len(missing))
        vectors = embed([texts[i] for i in part])
        store.add([passages[i] for i in part], vectors, [keys[i] for i in part])
        joined.put(part, vectors)
    if missing:
        tell("embedding", len(missing), len(missing))
    store.remove(sorted(stored.keys() - {passage.id for passage in passages}))
    return joined.rows, len(missing)


def _batches(rows: Sequence[int]) -> list[list[int]]:
    return [list(rows[i : i + EMBED_BATCH]) for i in range(0, len(rows), EMBED_BATCH)]


class _Joined:
    """One matrix, filled row by row; its width is that of the first vectors that come."""

    def __init__(self, n: int) -> None:
        self._n = n
        self.rows: Vectors = np.zeros((n, 0), np.float32)

    def start(self, vectors: Vectors, order: Sequence[int]) -> None:
        """Row `order[i]` of `vectors` becomes row `i`: one copy, for there may be gigabytes."""
        self.rows = np.asarray(vectors)[order]

    def put(self, part: Sequence[int], vectors: Vectors) -> None:
        if not self.rows.shape[1]:
            self.rows = np.empty((self._n, vectors.shape[1]), np.float32)
        self.rows[part] = vectors
