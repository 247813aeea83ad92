"""BM25 over passages with bm25s, kept in a folder. The only module that imports it, and lazily.

Knows nothing about vectors. Scores are divided by the best that any passage could reach for the question, so that they
lie in 0..1 and say how much of the question's rare words a passage holds, whatever the question's length. The words of
each passage are kept beside the engine: a changed article costs the stemming of its own words, not of all. Its share in
every other passage's score (how rare a word is, how long a passage is on average) is reckoned anew, by numpy at once.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import StoreError
from rag.ranking import Rows, best_rows
from rag.words import content_words

Ints = npt.NDArray[np.int32]
K1, B = 1.5, 0.75
"""How soon a word that comes again stops to count, and how much a long passage has to hold more of it: the values that
bm25s and most others take."""
EMPTY = "-"
"""Stands for a passage without words: bm25s cannot hold an empty document."""


class KeywordIndex:
    """BM25 (Lucene's variant, k1 = 1.5, b = 0.75) over stems of content words.

    >>> index = KeywordIndex.build(["p"], ["Altman in Beijing"])
    >>> index.best("Who was in Beijing?", 5).keys()
    dict_keys(['p'])
    """

    def __init__(self, engine: Any, ids: Sequence[str], held: Ints, ends: npt.NDArray[np.int64]) -> None:
        """`held[ends[i]:ends[i + 1]]`: the words of passage `ids[i]`, by the engine's numbers for them. No passages, no
        engine."""
        self._engine = engine
        self.ids = list(ids)
        self._held = held
        self._ends = ends

    @property
    def _words(self) -> dict[str, int]:
        return self._engine.vocab_dict if self._engine is not None else {}

    @classmethod
    def build(
        cls,
        ids: Sequence[str],
        texts: Sequence[str] | Mapping[int, str],
        before: KeywordIndex | None = None,
        same: Sequence[int] | None = None,
    ) -> KeywordIndex:
        """`texts[i]` is what passage `ids[i]` is found by: its title and its text. `same[i]` is the row of the same
        text in `before`, or -1: only of those is the text looked at, word by word."""
        if not ids:
            return NOTHING
        before = before or NOTHING
        words = dict(before._words)
        rows = [-1] * len(ids) if same is None else same
        parts = [_numbers(texts[i], words) if row < 0 else before._of(row) for i, row in enumerate(rows)]
        held, words = _numbered_anew(np.concatenate(parts), list(words))
        ends = np.cumsum([0, *map(len, parts)])
        return cls(_engine(held, ends, words), ids, held, ends)

    def _of(self, row: int) -> Ints:
        return self._held[self._ends[row] : self._ends[row + 1]]

    def best(self, question: str, n: int, among: Rows | None = None) -> dict[str, float]:
        """Score in 0..1 of the best `n` passages that share a word with the question, by passage id, best first."""
        asked = dict.fromkeys(content_words(question))
        known = [self._words[word] for word in asked if word in self._words]
        if not known:
            return {}
        scores = self._engine.get_scores_from_ids(np.array(known, np.int32))
        ceiling = sum(self._idf(word) for word in asked)
        order = best_rows(scores, n, among)
        return {self.ids[i]: min(1.0, float(scores[i]) / ceiling) for i in order if scores[i] > 0}

    def _idf(self, word: str) -> float:
        """A word that no passage holds counts as the rarest possible."""
        column, pointers = self._words.get(word), self._engine.scores["indptr"]
        df = 0 if column is None else int(pointers[column + 1] - pointers[column])
        return math.log(1 + (len(self.ids) - df + 0.5) / (df + 0.5))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._engine is not None:
            self._engine.save(str(folder), show_progress=False)
        np.save(folder / "held.npy", self._held)
        np.save(folder / "ends.npy", self._ends)
        (folder / "passages.json").write_text(json.dumps(self.ids), encoding="utf-8")
        (folder / "whole").write_text(_digest(folder), encoding="ascii")

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        """Raises StoreError: files that are missing, damaged, or do not belong together."""
        try:
            if (folder / "whole").read_text(encoding="ascii") != _digest(folder):
                raise ValueError("its files are not those that were written together")
            ids = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
            if not ids:
                return NOTHING
            import bm25s

            engine = bm25s.BM25.load(str(folder))
            # Read by a sync only. As plain arrays: to slice what is mapped 100,000 times takes a second.
            held, ends = np.asarray(np.load(folder / "held.npy", mmap_mode="r")), np.load(folder / "ends.npy")
            if not _fits(engine.scores, len(ids), len(engine.vocab_dict)) or not _held_fit(
                held, ends, len(ids), len(engine.vocab_dict)
            ):
                raise ValueError("its files do not belong together")
            return cls(engine, ids, held, ends)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
            raise StoreError(
                f"The keyword index in {folder} cannot be read: {error}. Delete it to build it again."
            ) from error


def _numbers(text: str, words: dict[str, int]) -> Ints:
    """The words of a text by their numbers; new words are added to `words`."""
    return np.array([words.setdefault(word, len(words)) for word in content_words(text) or [EMPTY]], np.int32)


def _numbered_anew(held: Ints, words: Sequence[str]) -> tuple[Ints, dict[str, int]]:
    """Words numbered as they come first, and those that no passage holds any more left out: as in a first build.

    >>> _numbered_anew(np.array([2, 0, 2], np.int32), ["bridge", "ferry", "tram"])
    (array([0, 1, 0], dtype=int32), {'tram': 0, 'bridge': 1})
    """
    first = np.full(len(words), len(held))
    first[held[::-1]] = np.arange(len(held))[::-1]  # where a word comes again, the last that is written counts
    order = np.argsort(first)[: np.count_nonzero(first < len(held))]
    number = np.zeros(len(words), np.int32)
    number[order] = np.arange(len(order))
    return number[held], {words[old]: new for new, old in enumerate(order.tolist())}


def _engine(held: Ints, ends: npt.NDArray[np.int64], words: dict[str, int]) -> Any:
    """The engine with its matrix of scores, as its own `index` would make it passage by passage."""
    import bm25s

    engine = bm25s.BM25(method="lucene", k1=K1, b=B)
    engine.vocab_dict, engine.nonoccurrence_array = words, None
    lengths, n = np.diff(ends), len(ends) - 1
    bits = n.bit_length()
    pairs = np.sort((held.astype(np.int64) << bits) | np.repeat(np.arange(n), lengths))  # (word, passage) as one number
    places = np.flatnonzero(np.diff(pairs, prepend=-1))
    times = np.diff(places, append=len(pairs))
    word, row = pairs[places] >> bits, pairs[places] & ((1 << bits) - 1)
    df = np.bincount(word, minlength=len(words))
    idf = np.log(1 + (n - df + 0.5) / (df + 0.5))
    scores = idf[word] * times / (times + (K1 * (1 - B + B * lengths / lengths.mean()))[row])
    engine.scores = {
        "data": scores.astype(np.float32),
        "indices": row.astype(np.int32),
        "indptr": np.cumsum([0, *df]),
        "num_docs": n,
    }
    return engine


def _fits(scores: Any, passages: int, words: int) -> bool:
    """Whether the engine's matrix is one of so many passages and words: a library may come from somebody else."""
    data, rows, pointers = scores["data"], scores["indices"], scores["indptr"]
    whole = len(pointers) > words and pointers[0] == 0 and pointers[-1] == len(data) == len(rows)
    ordered = bool((np.diff(pointers) >= 0).all())
    inside = not len(rows) or (int(rows.min()) >= 0 and int(rows.max()) < passages)
    return bool(whole and ordered and inside and scores["num_docs"] == passages)


def _held_fit(held: Ints, ends: npt.NDArray[np.int64], passages: int, words: int) -> bool:
    """The same of the words of the passages."""
    whole = len(ends) == passages + 1 and ends[0] == 0 and ends[-1] == len(held)
    return bool(whole and (np.diff(ends) >= 0).all() and held.min(initial=0) >= 0 and held.max(initial=0) < words)


def _digest(folder: Path) -> str:
    """Over the bytes of every other file of the folder, in the order of their names."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if file.name != "whole":
            digest.update(f"{file.name} {file.stat().st_size} ".encode())
            with file.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()


NOTHING = KeywordIndex(None, [], np.zeros(0, np.int32), np.zeros(1, np.int64))
