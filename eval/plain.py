"""The usual pipeline on the same model, to be measured against: chunks of 512 tokens, the best four, one prompt.

Knows nothing about Footnote's own pipeline beyond the articles and the embedder. No cache, no checks, no citations:
what frameworks do unless told otherwise, with all cores instead of half of them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.types import Article, Embedder

CHUNK_TOKENS = 512
TOP = 4
MOST_TOKENS = 256
BATCH = 512
PROMPT = (
    "Context information is below.\n---\n{context}\n---\nAnswer the question from the context and not from what you "
    "know otherwise. Say so if the context does not hold the answer.\nQuestion: {question}"
)
_DECLINES = re.compile(
    r"\b(not|no|n't)\b[^.]{0,60}\b(mention|provid|state|stated|specif|contain|information|answer|context)", re.I
)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: its text, and the seconds from the question to its first token, first sentence and end."""

    text: str
    first_token: float
    first_sentence: float
    total: float
    tokens_in: int
    tokens_out: int

    @property
    def declines(self) -> bool:
        """Whether the text says that the context lacks the answer: by its wording, for nothing else is there."""
        return bool(_DECLINES.search(self.text))


class Plain:
    """Embeds the chunks when made; `ask` is then what is timed."""

    def __init__(self, model: Path, articles: Iterable[Article], embed: Embedder, n_threads: int) -> None:
        from llama_cpp import Llama

        self._llama: Any = Llama(
            str(model), n_ctx=4096, n_batch=BATCH, n_threads=n_threads, n_threads_batch=n_threads, verbose=False
        )
        self._embed = embed
        self._chunks = [chunk for article in articles for chunk in self._cut(article.text)]
        self._vectors = embed(self._chunks)

    def ask(self, question: str) -> Said:
        started = time.perf_counter()
        nearest = np.argsort(-(self._vectors @ self._embed([question])[0]), kind="stable")[:TOP]
        prompt = PROMPT.format(context="\n\n".join(self._chunks[int(i)] for i in nearest), question=question)
        self._llama.reset()
        text, first, sentence, count = "", 0.0, 0.0, 0
        for part in self._llama.create_chat_completion(
            [{"role": "user", "content": prompt}], max_tokens=MOST_TOKENS, temperature=0.0, stream=True
        ):
            piece = part["choices"][0]["delta"].get("content")
            if not piece:
                continue
            text += piece
            count += 1
            now = time.perf_counter() - started
            first = first or now
            if not sentence and re.search(r"[.!?][\"”]?\s*$", text):
                sentence = now
        total = time.perf_counter() - started
        return Said(text, first or total, sentence or total, total, len(self._tokens(prompt)), count)

    def speeds(self) -> dict[str, float]:
        """llama.cpp's own tokens a second on this file, in a prompt of 512 tokens and in writing 64."""
        tokens = self._tokens("The harbour bridge is long and was dear. " * 80)[:BATCH]
        self._llama.reset()
        started = time.perf_counter()
        self._llama.eval(tokens)
        read = time.perf_counter()
        for _ in range(64):
            self._llama.eval([tokens[0]])
        return {"prompt": len(tokens) / (read - started), "generation": 64 / (time.perf_counter() - read)}

    def close(self) -> None:
        self._llama.close()

    def _cut(self, text: str) -> Sequence[str]:
        tokens = self._tokens(text)
        return [
            self._llama.detokenize(tokens[i : i + CHUNK_TOKENS]).decode("utf-8", "ignore")
            for i in range(0, len(tokens), CHUNK_TOKENS)
        ]

    def _tokens(self, text: str) -> list[int]:
        return list(self._llama.tokenize(text.encode(), add_bos=False, special=False))
