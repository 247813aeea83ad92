"""A GGUF model run by llama.cpp in this process. The only module that imports llama_cpp, and only when a model loads.

Knows nothing about articles, prompts' wording or citations.

Greedy and repeatable: prompts are evaluated in blocks that start at fixed positions, and what the last prompt left
in the cache is reused by whole blocks only. A block's numbers therefore depend on the text before it and on nothing
else, neither on what was asked earlier nor on how much of it could be reused. A prompt says with `CUT` where a block
should end, so that several questions about the same text share all of it.
"""

from __future__ import annotations

import codecs
import contextlib
import itertools
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.context import EVEN, SEQUENCES, Context, Logits, chunks
from rag.errors import ModelBroken, ModelError, ModelNotFound, QuestionError
from rag.states import States
from rag.tokenizer import Tokenizer
from rag.tuning import Tuning, default
from rag.types import Messages, Pieces

KEEP_FROM = 256
"""Tokens from which what all prompts begin with is kept on disk: 850 tokens of examples take 8 seconds to evaluate and
a twentieth of one to read back."""
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
    ) -> None:
        path = Path(path)
        if not path.is_file():
            raise ModelNotFound(f"There is no model file at {path}. `footnote models` lists what can be fetched.")
        import llama_cpp

        tuning = tuning or default()
        self._block = tuning.block
        try:
            with _quiet():
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
        self.trained = adapter is not None
        self.path = path
        self._name = path.stem
        self._states = states
        stat = path.stat()
        self._made_by = f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns} {llama_cpp.__version__} {tuning} {EVEN}"
        self._lock = threading.Lock()  # a context is not thread-safe, streaming included
        self._closed = self._freed = False
        self._context = Context(llama_cpp, self._llama, self._block, lora)
        self._cached: list[int] = []  # tokens whose keys and values the context holds
        self._ends: list[int] = []  # where the blocks end in which they were evaluated
        self._logits: Logits | None = None  # after the last token of _cached
        self._judged_from: int | None = None  # from where on _cached was read under the adapter, if it was
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

    def count_tokens(self, text: str) -> int:
        self._must_be_open()
        return len(self.tokenizer.tokens(text))

    def stream(self, messages: Messages, max_tokens: int, after: Messages | None = None) -> Pieces:
        """Yield the reply piece by piece; closing the iterator stops the model within one token."""
        from llama_cpp import llama_vocab_is_eog

        segments = self._prompt(messages, max_tokens)
        judged = len(self._prompt(after, 0)) if after else 0
        decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a token may end inside a character
        with self._alone():
            logits = self._go_on(segments, judged) if judged > 1 else self._evaluate(segments)
            for _ in range(max_tokens):
                self._must_be_open()  # it may have been closed since the last piece was taken
                token = int(np.argmax(logits))
                if llama_vocab_is_eog(self._llama._model.vocab, token):
                    break
                piece = decoder.decode(self._llama.detokenize([token], prev_tokens=self._cached[-1:], special=False))
                if piece:
                    yield piece
                logits = self._decode([token])
            if rest := decoder.decode(b"", final=True):
                yield rest

    def choose(self, messages: Messages, options: Sequence[str]) -> list[float]:
        """Log-probability of each option as the first word of the reply; upper and lower case count together."""
        segments = self._prompt(messages, 0)
        with self._alone():
            return self._log_shares(self._evaluate(segments), options)

    def choose_each(self, prompts: Sequence[Messages], options: Sequence[str]) -> list[list[float]]:
        """`choose` for each of several prompts; what all of them begin with is evaluated once, their ends together and
        under the adapter.

        The numbers of an end depend on the beginning and on the other ends, on nothing else.
        """
        segments = [self._prompt(messages, 0) for messages in prompts]
        if not segments:
            return []
        alike = _alike(segments)
        tails = [[token for segment in one[alike:] for token in segment] for one in segments]
        with self._alone():
            if alike:
                self._evaluate(segments[0][:alike])
            else:
                self._truncate(0)
            try:
                found = list(self._context.endings(len(self._cached), tails))
            except ModelError:
                self._truncate(0)
                raise
            return [self._log_shares(logits, options) for logits in found]

    def seconds(self, read: int, written: int) -> float:
        """How long so many tokens take to evaluate and so many to write; the shorter of two runs."""
        tokens = (self.tokenizer.tokens("The harbour bridge is long and was dear. ") * read)[:read]
        runs = []
        with self._alone():
            for _ in range(2):
                self._truncate(0)
                started = time.perf_counter()
                logits = self._evaluate([tokens])
                for _ in range(written):
                    logits = self._decode([int(np.argmax(logits))])
                runs.append(time.perf_counter() - started)
            self._truncate(0)
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
        self._must_be_open()
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

    # --- below: evaluation -----------------------------------------------------------------------------------

    def _evaluate(self, segments: Sequence[Sequence[int]]) -> Logits:
        """Bring the context to exactly these tokens; logits, shape (n_vocab,), after the last of them."""
        tokens = [token for segment in segments for token in segment]
        ends = _block_ends(segments, self._block)
        if self._logits is not None and self._cached == tokens and self._ends == ends:
            return self._logits
        if self._judged_from is not None:  # no other prompt begins with what was read under the adapter
            self._truncate(self._judged_from)
            self._judged_from = None
        same = 0
        for have, want in zip(self._cached, tokens, strict=False):
            if have != want:
                break
            same += 1
        shared = [a for a, b in zip(self._ends, ends, strict=False) if a == b and a <= same and a < len(tokens)]
        self._truncate(shared[-1] if shared else 0)
        first = len(segments[0])
        keeps = self._states is not None and not shared and KEEP_FROM <= first < len(tokens)
        restored = keeps and self._restore(tokens[:first])
        for end in ends[len(shared) :]:
            if end > len(self._cached):
                logits = self._decode(tokens[len(self._cached) : end])
            if keeps and not restored and end == first:
                self._keep()
        self._ends = ends
        self._logits = logits
        return logits

    def _go_on(self, segments: Sequence[Sequence[int]], judged: int) -> Logits:
        """Like `_evaluate`, the last of the first `judged` segments being read as an ending of `choose_each`, where it
        still stands if that has just happened."""
        *before, ending = segments[:judged]
        self._evaluate(before)
        start = len(self._cached)
        if not self._context.go_on(start, ending):
            list(self._context.endings(start, [ending]))
            self._context.go_on(start, ending)
        self._judged_from = start
        self._cached.extend(ending)
        for segment in segments[judged:]:
            for chunk in chunks(len(segment), self._block):
                logits = self._decode(segment[chunk.start : chunk.stop])
        return logits

    def _restore(self, tokens: Sequence[int]) -> bool:
        """Bring the empty context to exactly these tokens from disk; False: they are not there."""
        assert self._states is not None
        state = self._states.get(self._key(tokens))
        if state is None or not self._context.restore(state):
            return False
        self._cached.extend(tokens)
        return True

    def _keep(self) -> None:
        """Put what the context holds on disk."""
        assert self._states is not None
        if state := self._context.state():
            self._states.keep(self._key(self._cached), state)

    def _key(self, tokens: Sequence[int]) -> str:
        """All that a state depends on: the file, the version and the calls of its evaluation, and the text."""
        return f"{self._made_by} {_block_ends([tokens], self._block)} {' '.join(map(str, tokens))}"

    def _branch(self) -> None:
        """Open the context anew with room for branches: the constructor gives that to embedding models alone."""
        from llama_cpp._internals import LlamaContext

        params = self._llama.context_params
        params.n_seq_max, params.kv_unified = SEQUENCES, True
        self._llama._ctx.close()
        self._llama._ctx = LlamaContext(model=self._llama._model, params=params, verbose=False)

    def _truncate(self, n: int) -> None:
        self._context.cut(n)
        del self._cached[n:]
        self._ends = [end for end in self._ends if end <= n]
        self._logits = None

    def _decode(self, tokens: Sequence[int]) -> Logits:
        """Append tokens; logits after the last of them."""
        self._logits = None
        try:
            logits = self._context.extend(len(self._cached), tokens)
        except ModelError:
            self._truncate(0)
            raise
        self._cached.extend(tokens)
        return logits


def _block_ends(segments: Sequence[Sequence[int]], block: int) -> list[int]:
    """
    >>> _block_ends([[0] * 300, [0] * 20], 128)
    [100, 200, 300, 320]
    """
    starts = itertools.accumulate(map(len, segments), initial=0)
    return [
        start + chunk.stop for start, one in zip(starts, segments, strict=False) for chunk in chunks(len(one), block)
    ]


def _alike(prompts: Sequence[Sequence[Sequence[int]]]) -> int:
    """How many segments all prompts begin with, leaving each at least one of its own."""
    most = min((len(prompt) for prompt in prompts), default=1) - 1
    return next((i for i in range(most) if any(prompt[i] != prompts[0][i] for prompt in prompts)), most)


def _log_sum(values: Logits) -> float:
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """llama.cpp writes notes straight to file descriptor 2 while loading, whatever `verbose` says."""
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
