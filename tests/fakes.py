"""Stand-ins for the two models, real implementations of the protocols and predictable by hand.

Know nothing about the real models. `from tests.fakes import FakeEmbedder, FakeGenerator`.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.types import Messages, Pieces, Vectors

Logit = float | Sequence[float] | Callable[[Messages], float]


def words(text: str) -> list[str]:
    """
    >>> words("In Geneva, in May.")
    ['in', 'geneva', 'in', 'may']
    """
    return re.findall(r"\w+", text.casefold())


class FakeEmbedder:
    """Bag of words: every distinct word is one axis, so a cosine can be worked out on paper.

    The cosine of two texts is (distinct words they share) / sqrt(distinct words of one x of the other). Punctuation,
    case, order and repetition do not count. A text without a word points along an axis of its own.

    >>> a, b = FakeEmbedder()(["cats eat fish", "Fish eat cats."])
    >>> round(float(a @ b), 6)
    1.0
    """

    def __init__(self, max_pieces: int = 40, dim: int = 4096, fingerprint: str = "fake-1") -> None:
        self.max_pieces = max_pieces
        self.dim = dim
        self.fingerprint = fingerprint
        self.calls: list[tuple[str, ...]] = []
        """The texts of every call, so that a test can say what was embedded, and that nothing was."""

    def count_pieces(self, text: str) -> int:
        return len(words(text))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """(n texts) -> (n, dim) float32 unit rows."""
        self.calls.append(tuple(texts))
        return self._rows(texts)

    def _rows(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[[self._axis(word) for word in words(text)] or [0]] = 1.0
            row /= np.linalg.norm(row)
        return rows

    def rank(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[list[float]]:
        """48 times the cosine of each sentence under its heading with the question, which is of the real one's size."""
        asked = self._rows([question])[0]
        return [[48 * float(self._rows([f"{head} {text}"])[0] @ asked) for text in texts] for head, texts in passages]

    def _axis(self, word: str) -> int:
        # crc32, not hash(): the same in every process. Axis 0 is kept for texts without words.
        return 1 + zlib.crc32(word.encode()) % (self.dim - 1)


@dataclass(frozen=True)
class Call:
    """One call of a generator: `kind` is "stream", "choose" or "prepare"; `options` belongs to the latter."""

    kind: str
    messages: tuple[dict[str, str], ...]
    max_tokens: int = 0
    options: tuple[str, ...] = ()

    @property
    def prompt(self) -> str:
        """Everything that the model was shown, as one text."""
        return "\n".join(message["content"] for message in self.messages)


class FakeGenerator:
    """Says what it is told to say, word by word, and remembers what it was asked.

    `replies` are used up in order; an exception among them is raised in its turn; a call too many is an AssertionError.
    `logit` is how much likelier the first option is than each other: one number for every question, a sequence used up
    in order, or a function of the messages.

    >>> model = FakeGenerator(["They met in Geneva."], logit=2.5)
    >>> list(model.stream([{"role": "user", "content": "Where?"}], max_tokens=3))
    ['They ', 'met ', 'in ']
    >>> yes, no = model.choose([{"role": "user", "content": "Does it say where?"}], ["Yes", "No"])
    >>> round(yes - no, 6)
    2.5
    """

    def __init__(self, replies: Iterable[str | Exception] = (), *, logit: Logit = 0.0, name: str = "fake") -> None:
        self.name = name
        self.judges, self.trained = True, False
        self.replies = deque(replies)
        self.calls: list[Call] = []
        self.stopped = 0
        """How many streams were closed before they had ended."""
        self._logit: float | Callable[[Messages], float] | deque[float]
        self._logit = deque(logit) if isinstance(logit, Sequence) else logit

    def prepare(self, messages: Messages) -> None:
        self.calls.append(Call("prepare", tuple(messages)))

    def stream(self, messages: Messages, max_tokens: int, after: Messages | None = None) -> Pieces:
        assert after is None or list(messages)[: len(after)] == list(after)
        self.calls.append(Call("stream", tuple(messages), max_tokens=max_tokens))
        assert self.replies, f"the test scripted no reply for this prompt: {self.calls[-1].prompt!r}"
        return self._speak(self.replies.popleft(), max_tokens)

    def _speak(self, reply: str | Exception, max_tokens: int) -> Pieces:
        if isinstance(reply, Exception):
            raise reply
        try:
            yield from re.findall(r"\s*\S+\s*", reply)[:max_tokens]
        except GeneratorExit:
            self.stopped += 1
            raise

    def choose(self, messages: Messages, options: Sequence[str]) -> list[float]:
        self.calls.append(Call("choose", tuple(messages), options=tuple(options)))
        logits = np.zeros(len(options))
        logits[0] = self._next_logit(messages)
        return list(map(float, logits - np.log(np.exp(logits).sum())))

    def choose_each(self, prompts: Sequence[Messages], options: Sequence[str]) -> list[list[float]]:
        return [self.choose(messages, options) for messages in prompts]

    def _next_logit(self, messages: Messages) -> float:
        if callable(self._logit):
            return self._logit(messages)
        if isinstance(self._logit, deque):
            assert self._logit, f"the test scripted no logit for this prompt: {self.calls[-1].prompt!r}"
            return self._logit.popleft()
        return self._logit
