"""Texts to unit vectors with a sentence-transformers model on disk. The only module that imports it, and lazily.

Knows nothing about articles or the index.
"""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelBroken, ModelNotFound
from rag.types import Vectors

if TYPE_CHECKING:
    from rag.rerank import Marked, Reranker

BATCH = 8
"""Texts embedded in one call, of nearly the same length, so that little is padding; few, so that what lies between two
layers stays in the processor's cache: 32 take a third longer."""

WEIGHTS = (".safetensors", ".bin")
HASHED = tuple(
    f"{folder}{name}"
    for folder in ("", "[0-9]_*/")
    for name in ("*.safetensors", "*.bin", "*.json", "vocab.txt", "*.model")
)
"""The files that make a model: its own, and those of the modules behind it (`1_Pooling/`)."""
BLOCK, STRIDE = 1 << 12, 1 << 16
"""Bytes of the weights that are hashed, of how many."""
BEFORE = {"3fe51f41132d03e4": "62d824544c07f294"}
"""What was hashed in another way once and is the same model: the shipped one keeps the indexes that it has made."""


class SentenceTransformerEmbedder:
    """An `Embedder` over a model folder; nothing is downloaded. `adapter` is a file of `eval.fit_reranker` for it.

    Raises:
        ModelNotFound: no such folder. ModelBroken: the folder does not hold a sentence-transformers model.
    """

    def __init__(self, folder: str | Path, adapter: Path | None = None) -> None:
        folder = Path(folder)
        if not (folder / "modules.json").is_file():
            raise ModelNotFound(f"There is no sentence-transformers model in {folder} (no modules.json).")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # 0.1 s of loading is not worth a bar among ours
        try:
            model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelBroken(f"The embedding model in {folder} cannot be loaded: {error}.") from error
        self._model: Any = model
        # A tokenizer of our own for counting: the model's pads and truncates, so every text seems equally long.
        self._tokenizer: Any = copy.deepcopy(self._model.tokenizer.backend_tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._turn = threading.Lock()
        """Its tokenizer pads and truncates by a state of its own, which two threads must not share."""
        self._max_pieces = int(self._model.max_seq_length)
        self._adapter = adapter
        self._reranker: Reranker | None = None
        self._fingerprint = f"{folder.name}:{_hash(folder)}:{self._max_pieces}"

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def max_pieces(self) -> int:
        return self._max_pieces - 2  # two are taken by [CLS] and [SEP]

    def count_pieces(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dim), float32, unit rows."""
        rows = np.zeros((len(texts), int(self._model.get_embedding_dimension())), np.float32)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            with self._turn:  # for one batch: a question that is asked during a sync waits for that long
                rows[part] = self._model.encode(
                    [texts[i] for i in part], batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
                )
        return rows

    def rank(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[list[float]]:
        """See `rag.rerank`. Raises ModelBroken: the adapter is not one of this model."""
        from rag.rerank import Reranker

        with self._turn:
            if self._reranker is None:
                self._reranker = Reranker(self.transformer, self.marked, self._adapter)
            return self._reranker(question, passages)

    @property
    def transformer(self) -> Any:
        """The model without what pools its states."""
        return self._model[0].auto_model

    @property
    def marked(self) -> Marked:
        from rag.rerank import Marked

        def encode(text: str) -> list[int]:
            return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

        tokenizer = self._model.tokenizer
        return Marked(encode, int(tokenizer.cls_token_id), int(tokenizer.sep_token_id), self.max_pieces)


def _hash(folder: Path) -> str:
    """16 hex digits that change with the weights and with whatever says how they are used.

    Of the weights, 4 KiB of every 64 are read: 6 MB of 91, and something of every matrix. One that differs in less is
    no other model; whole files would cost each start a tenth of a second.
    """
    digest = hashlib.sha256()
    for path in sorted(path for pattern in HASHED for path in folder.glob(pattern)):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        if path.suffix not in WEIGHTS:
            digest.update(path.read_bytes())
            continue
        with path.open("rb") as file:
            for at in range(0, path.stat().st_size, STRIDE):
                file.seek(at)
                digest.update(file.read(BLOCK))
    found = digest.hexdigest()[:16]
    return BEFORE.get(found, found)
