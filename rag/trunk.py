"""What a model has read of one prompt, for the next that begins alike. Knows tokens, and nothing of words or adapters.

Repeatable: a segment is read in blocks of fixed ends, and what the last prompt left is reused by whole blocks only. A
block's numbers therefore depend on the text before it and on nothing else, neither on what was asked earlier nor on how
much of it could be reused.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rag.context import Context, Logits, alike, chunks
from rag.errors import ModelError
from rag.states import States

Prompt = Sequence[Sequence[int]]
"""Tokens of a whole prompt, in segments."""
KEEP_FROM = 256
"""Tokens from which what all prompts begin with is kept on disk: 850 tokens of examples take 8 seconds to evaluate and
a twentieth of one to read back."""


class Trunk:
    """The tokens that a context holds.

    Args:
        block: tokens of one call, at most.
        states: where the state of a long beginning is kept for the next start; None: nowhere.
        made_by: names the model and the settings on which a state depends.
    """

    def __init__(self, context: Context, block: int, states: States | None, made_by: str) -> None:
        self._context, self._block, self._states, self._made_by = context, block, states, made_by
        self.tokens: list[int] = []
        self._ends: list[int] = []  # where the blocks end in which they were read
        self._logits: Logits | None = None  # after the last of them
        self._judged_from: int | None = None  # from where on they were read as an ending, if they were

    def read(self, prompt: Prompt) -> Logits:
        """Hold exactly this prompt; logits, shape (n_vocab,), after the last of it."""
        tokens = _joined(prompt)
        ends = _block_ends(prompt, self._block)
        if self._logits is not None and self.tokens == tokens and self._ends == ends:
            return self._logits
        if self._judged_from is not None:  # no other prompt begins with what was read under the adapter
            self._cut(self._judged_from)
            self._judged_from = None
        same = alike(self.tokens, tokens)
        shared = [a for a, b in zip(self._ends, ends, strict=False) if a == b and a <= same and a < len(tokens)]
        self._cut(shared[-1] if shared else 0)
        first = len(prompt[0])
        keeps = self._states is not None and not shared and KEEP_FROM <= first < len(tokens)
        restored = keeps and self._restore(tokens[:first])
        for end in ends[len(shared) :]:
            if end > len(self.tokens):
                logits = self.append(tokens[len(self.tokens) : end])
            if keeps and not restored and end == first:
                self._keep()
        self._ends = ends
        self._logits = logits
        return logits

    def endings(self, prompts: Sequence[Prompt]) -> list[Logits]:
        """Logits after each of the prompts. The segments that all of them begin with are held, and what follows is read
        beside each other: see `Context.endings`."""
        if not prompts:
            return []
        most = min(map(len, prompts)) - 1
        held = next((i for i in range(most) if any(prompt[i] != prompts[0][i] for prompt in prompts)), most)
        if held:
            self.read(prompts[0][:held])
        else:
            self.forget()
        return self._endings([_joined(prompt[held:]) for prompt in prompts])

    def go_on(self, prompt: Prompt, judged: int) -> Logits:
        """Like `read`, the last of the first `judged` segments being read as one of `endings`, or left as it stands if
        that has just happened."""
        *before, ending = prompt[:judged]
        self.read(before)
        start = len(self.tokens)
        if not self._context.go_on(start, ending):
            self._endings([ending])
            self._context.go_on(start, ending)
        self._judged_from = start
        self.tokens.extend(ending)
        for segment in prompt[judged:]:
            for chunk in chunks(len(segment), self._block):
                logits = self.append(segment[chunk.start : chunk.stop])
        return logits

    def append(self, tokens: Sequence[int]) -> Logits:
        """Logits after the last of these, which are put after what is held."""
        self._logits = None
        try:
            logits = self._context.extend(len(self.tokens), tokens)
        except ModelError:
            self.forget()
            raise
        self.tokens.extend(tokens)
        return logits

    def forget(self) -> None:
        self._cut(0)

    def _cut(self, length: int) -> None:
        self._context.cut(length)
        del self.tokens[length:]
        self._ends = [end for end in self._ends if end <= length]
        self._logits = None

    def _endings(self, tails: Sequence[Sequence[int]]) -> list[Logits]:
        try:
            return list(self._context.endings(len(self.tokens), tails))
        except ModelError:
            self.forget()
            raise

    def _restore(self, tokens: Sequence[int]) -> bool:
        """Hold exactly these tokens, from disk; False: they are not there."""
        assert self._states is not None
        state = self._states.get(self._key(tokens))
        if state is None or not self._context.restore(state):
            return False
        self.tokens.extend(tokens)
        return True

    def _keep(self) -> None:
        """Put what is held on disk."""
        assert self._states is not None
        if state := self._context.state():
            self._states.keep(self._key(self.tokens), state)

    def _key(self, tokens: Sequence[int]) -> str:
        """All that a state depends on: the file, the version and the calls of its evaluation, and the text."""
        return f"{self._made_by} {_block_ends([tokens], self._block)} {' '.join(map(str, tokens))}"


def _joined(prompt: Prompt) -> list[int]:
    return [token for segment in prompt for token in segment]


def _block_ends(prompt: Prompt, block: int) -> list[int]:
    """
    >>> _block_ends([[0] * 300, [0] * 20], 128)
    [100, 200, 300, 320]
    """
    starts = itertools.accumulate(map(len, prompt), initial=0)
    return [start + chunk.stop for start, one in zip(starts, prompt, strict=False) for chunk in chunks(len(one), block)]
