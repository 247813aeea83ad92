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
    texts: Sequence[str],
    keys: Sequence[str],
    known: Known,
    store: Store,
    in_step: bool,
    embed: Embedder,
    tell: Callable[[str, int, int], None],
) -> tuple[Vectors, int]:
    """The vectors of the passages, shape (len(passages), dim), and how many had to be made.

    `texts[i]` is what `passages[i]` is embedded as, and `keys[i]` the key of that. `in_step` says that the store holds
    exactly what `known` does; otherwise it is asked. Afterwards it holds exactly the passages.
    """
    stored = known.keys if in_step else store.keys()
    rows = range(len(passages))
    ours = [i for i in rows if known.keys.get(passages[i].id) == keys[i]]
    kept = [i for i in rows if known.keys.get(passages[i].id) != keys[i] == stored.get(passages[i].id)]
    missing = sorted({*rows}.difference(ours, kept))
    lost = [i for i in ours if stored.get(passages[i].id) != keys[i]]

    parts = [(ours, known.vectors[[known.rows[passages[i].id] for i in ours]] if ours else NOTHING.vectors)]
    found = store.vectors([passages[i].id for i in kept])
    parts += [([i], found[passages[i].id][np.newaxis]) for i in kept]
    for part in _batches(lost):
        vectors = known.vectors[[known.rows[passages[i].id] for i in part]]
        store.add([passages[i] for i in part], vectors, [keys[i] for i in part])
    for n, part in enumerate(_batches(missing)):
        tell("embedding", n * EMBED_BATCH, len(missing))
        vectors = embed([texts[i] for i in part])
        store.add([passages[i] for i in part], vectors, [keys[i] for i in part])
        parts.append((part, vectors))
    if missing:
        tell("embedding", len(missing), len(missing))
    store.remove(sorted(stored.keys() - {passage.id for passage in passages}))
    return _joined(parts, len(passages)), len(missing)


def _batches(rows: Sequence[int]) -> list[list[int]]:
    return [list(rows[i : i + EMBED_BATCH]) for i in range(0, len(rows), EMBED_BATCH)]


def _joined(parts: Sequence[tuple[Sequence[int], Vectors]], n: int) -> Vectors:
    """One matrix of `n` rows; each part gives some of them."""
    width = max((vectors.shape[1] for _, vectors in parts), default=0)
    joined = np.empty((n, width), np.float32)
    for rows, vectors in parts:
        if len(rows):
            joined[rows] = vectors
    return joined
