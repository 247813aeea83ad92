"""A GGUF model run by llama.cpp in this process. Imports llama_cpp only when a model loads.

Knows nothing about articles, prompts' wording or citations.

Greedy and repeatable: see `rag.trunk`. A prompt says with `CUT` where a segment ends, so that several questions about
the same text share all of it.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.context import EVEN, SEQUENCES, Context, Logits
from rag.errors import ModelBroken, ModelError, ModelNotFound, QuestionError
from rag.states import States
from rag.streams import quiet
from rag.tokenizer import Tokenizer
from rag.trunk import Trunk
from rag.tuning import Tuning, default
from rag.types import Messages, Pieces

PATIENCE, CLOSING = 600.0, 3.0
"""Seconds that an answer waits for the one before it, which may have been left open and forgotten; and that `close`
waits for one to end by itself."""


class LlamaCpp:
    """A `Generator` over one model and one context.

    Args:
        path: a GGUF file.
        n_ctx: tokens of context, at most what the model was trained with.
        tuning: threads, flash attention, and the tokens of one call, which is what a prompt that parts ways in mid-text
            evaluates again, at most; None: the default.
        states: where the state of a long beginning is kept for the next start; None: nowhere.
        adapter: a LoRA of this model (GGUF) under which `choose_each` reads the ends of its prompts.
        judges: whether it is worth asking what states the answer.

    Raises:
        ModelNotFound: no such file. ModelBroken: llama.cpp cannot read it, or the adapter.
    """

    def __init__(
        self,
        path: str | Path,
        n_ctx: int = 4096,
        tuning: Tuning | None = None,
        states: States | None = None,
        adapter: Path | None = None,
        judges: bool = True,
    ) -> None:
        path = Path(path)
        if not path.is_file():
            raise ModelNotFound(f"There is no model file at {path}. `footnote models` lists what can be fetched.")
        import llama_cpp

        tuning = tuning or default()
        try:
            with quiet():
                self._llama: Any = llama_cpp.Llama(
                    model_path=str(path),
                    n_ctx=n_ctx,
                    n_batch=tuning.block,
                    n_ubatch=tuning.block,
                    n_threads=tuning.threads,  # llama.cpp's own default is half the cores
                    n_threads_batch=tuning.threads,
                    flash_attn=tuning.flash_attention,
                    use_mmap=False,  # its pages would stay in memory beside the copy that is laid out for the processor
                    verbose=False,
                )
                self._branch()
                lora = adapter and llama_cpp.llama_adapter_lora_init(self._llama._model.model, os.fsencode(adapter))
        except (ValueError, RuntimeError, AssertionError) as error:
            raise ModelBroken(
                f"llama.cpp cannot load {path}: {error}. The file may be truncated or of a kind that this version does "
                "not know; delete it and fetch it again with `footnote models fetch`."
            ) from error
        if adapter and not lora:  # a null pointer
            raise ModelBroken(f"{adapter} is no adapter of {path}.")
        self.trained, self.judges = adapter is not None, judges
        self.path = path
        self._name = path.stem
        stat = path.stat()
        made_by = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {llama_cpp.__version__} {tuning} {EVEN}"
        self._lock = threading.Lock()  # a context is not thread-safe, streaming included
        self._closed = self._freed = False
        self._context = Context(llama_cpp, self._llama, tuning.block, lora)
        self._trunk = Trunk(self._context, tuning.block, states, made_by)
        self.tokenizer = Tokenizer(self._llama, self._name)

    @property
    def name(self) -> str:
        return self._name

    @property
    def n_ctx(self) -> int:
        return int(self._llama.n_ctx())

    @property
    def evaluated(self) -> int:
        """Tokens that the model has read or written so far; what was found in the cache is not among them."""
        return self._context.evaluated

    def prepare(self, messages: Messages) -> None:
        """Hold the messages up to their last `CUT`, for prompts that begin so."""
        with self._alone():
            if held := self._prompt(messages, 0)[:-1]:
                self._trunk.read(held)

    def stream(self, messages: Messages, max_tokens: int, after: Messages | None = None) -> Pieces:
        """Yield the reply piece by piece; closing the iterator stops the model within one token."""
        from llama_cpp import llama_vocab_is_eog

        decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a token may end inside a character
        with self._alone():
            segments = self._prompt(messages, max_tokens)
            judged = len(self._prompt(after, 0)) if after else 0
            logits = self._trunk.go_on(segments, judged) if judged > 1 else self._trunk.read(segments)
            for _ in range(max_tokens):
                self._must_be_open()  # it may have been closed since the last piece was taken
                token = int(np.argmax(logits))
                if llama_vocab_is_eog(self._llama._model.vocab, token):
                    break
                piece = decoder.decode(
                    self._llama.detokenize([token], prev_tokens=self._trunk.tokens[-1:], special=False)
                )
                if piece:
                    yield piece
                logits = self._trunk.append([token])
            if rest := decoder.decode(b"", final=True):
                yield rest

    def choose(self, messages: Messages, options: Sequence[str]) -> list[float]:
        """Log-probability of each option as the first word of the reply; upper and lower case count together."""
        with self._alone():
            return self._log_shares(self._trunk.read(self._prompt(messages, 0)), options)

    def choose_each(self, prompts: Sequence[Messages], options: Sequence[str]) -> list[list[float]]:
        """`choose` for each of several prompts; what all of them begin with is evaluated once, their ends together and
        under the adapter.

        The numbers of an end depend on the beginning and on the other ends, on nothing else.
        """
        with self._alone():
            segments = [self._prompt(messages, 0) for messages in prompts]
            return [self._log_shares(logits, options) for logits in self._trunk.endings(segments)]

    def seconds(self, read: int, written: int) -> float:
        """How long so many tokens take to evaluate and so many to write; the shorter of two runs."""
        tokens = (self.tokenizer.tokens("The harbour bridge is long and was dear. ") * read)[:read]
        runs = []
        with self._alone():
            for _ in range(2):
                self._trunk.forget()
                started = time.perf_counter()
                logits = self._trunk.read([tokens])
                for _ in range(written):
                    logits = self._trunk.append([int(np.argmax(logits))])
                runs.append(time.perf_counter() - started)
            self._trunk.forget()
        return min(runs)

    def close(self) -> None:
        """Free the model. A reply that is still being written ends with ModelError; where nobody takes its next piece,
        it frees the model when it is given up."""
        self._closed = True
        if self._lock.acquire(timeout=CLOSING):
            try:
                self._free()
            finally:
                self._lock.release()

    # --- below: one at a time --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """The context is one caller's, as long as this lasts."""
        if not self._lock.acquire(timeout=PATIENCE):
            raise ModelError(
                "Another answer has been open for ten minutes. Take the rest of its pieces, or close its iterator."
            )
        try:
            self._must_be_open()
            yield
        finally:
            if self._closed:
                self._free()
            self._lock.release()

    def _must_be_open(self) -> None:
        if self._closed:
            raise ModelError("The model has been closed. Load the chatbot again to ask.")

    def _free(self) -> None:
        if not self._freed:
            self._freed = True
            self._llama._ctx.close()
            self._llama.close()

    # --- below: tokens ---------------------------------------------------------------------------------------

    def _prompt(self, messages: Messages, max_tokens: int) -> list[list[int]]:
        """Tokens of the whole prompt, in the segments that `CUT` marks; refused where the answer would find no room."""
        segments = self.tokenizer.segments(messages)
        length = sum(map(len, segments))
        if length + max_tokens + 8 > self.n_ctx:
            raise QuestionError(
                f"The question with its evidence has {length} tokens; with {max_tokens} for the answer that is more "
                f"than the {self.n_ctx} that the model was opened with. Ask a shorter question."
            )
        return segments

    def _log_shares(self, logits: Logits, options: Sequence[str]) -> list[float]:
        total = _log_sum(logits)
        return [_log_sum(logits[self.tokenizer.variants(option)]) - total for option in options]

    def _branch(self) -> None:
        """Open the context anew with room for branches: the constructor gives that to embedding models alone."""
        from llama_cpp._internals import LlamaContext

        params = self._llama.context_params
        params.n_seq_max, params.kv_unified = SEQUENCES, True
        self._llama._ctx.close()
        self._llama._ctx = LlamaContext(model=self._llama._model, params=params, verbose=False)


def _log_sum(values: Logits) -> float:
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))
