"""The context of a llama.cpp model: a trunk of evaluated tokens, and endings that are tried beside each other.

Knows which tokens go into which call, and nothing about prompts or what is worth keeping.
"""

from __future__ import annotations

import ctypes
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError

Logits = npt.NDArray[np.float32]
"""Shape (n_vocab,)."""

TRUNK, BRANCHES = 0, 8
"""Sequence of the trunk, and endings that are evaluated together, at most: their sequences are 1 to BRANCHES."""
_SPARE = BRANCHES + 1
SEQUENCES = BRANCHES + 2
EVEN = 4
"""llama.cpp's matrix kernels take this many tokens at a time: each one left over costs as much as these together."""


@dataclass(slots=True)
class _Entry:
    """A token to evaluate, and the sequences that it stands in."""

    token: int
    position: int
    sequences: list[int]


class Context:
    """Of `llama`, in calls of at most `block` tokens; `adapter` is a LoRA of the same model, or None."""

    def __init__(self, api: Any, llama: Any, block: int, adapter: Any = None) -> None:
        self._api, self._llama, self._block = api, llama, block
        self._adapter = adapter
        self._n_ctx, self._n_vocab = int(llama.n_ctx()), int(llama.n_vocab())
        self._open: dict[int, tuple[int, ...]] = {}  # sequences of endings that can be gone on with, and their tokens
        self.evaluated = 0
        """Tokens that were put to the model, so far."""

    def extend(self, length: int, tokens: Sequence[int]) -> Logits:
        """Logits after the last of `tokens`, which are put after the first `length` of the trunk."""
        self._close()
        entries = [_Entry(token, length + i, [TRUNK]) for i, token in enumerate(tokens)]
        return self._evaluate(entries, [len(tokens) - 1])[len(tokens) - 1]

    def cut(self, length: int) -> None:
        """Forget what the trunk holds after so many tokens."""
        self._close()
        self._api.llama_memory_seq_rm(self._memory, TRUNK, length, -1)

    def endings(self, length: int, tails: Sequence[Sequence[int]]) -> Iterator[Logits]:
        """Logits after each of these endings of the trunk, which has `length` tokens and stays as it is.

        They are evaluated under the adapter, if there is one; what some of them begin with alike, once. The numbers
        depend on the trunk and on the endings that are given together, on nothing else. Those that were evaluated last
        stay open to `go_on` until the next ones, or until the trunk changes.
        """
        self._adapt(True)
        try:
            for group in _groups(tails, self._n_ctx - length - EVEN):
                yield from self._beside(length, group)
        finally:
            self._adapt(False)

    def go_on(self, length: int, tail: Sequence[int]) -> bool:
        """Put an open ending into the trunk, as it was read; False: it is not open."""
        branch = next((branch for branch, tokens in self._open.items() if tokens == tuple(tail)), None)
        if branch is None:
            return False
        self._api.llama_memory_seq_cp(self._memory, branch, TRUNK, length, -1)
        self._close()
        return True

    def state(self) -> bytes | None:
        """What the trunk holds; None where llama.cpp does not give it."""
        size = self._api.llama_state_seq_get_size(self._ctx, TRUNK)
        data = (ctypes.c_uint8 * size)()
        got = self._api.llama_state_seq_get_data(self._ctx, data, size, TRUNK)
        return bytes(data) if got == size else None

    def restore(self, state: bytes) -> bool:
        """Bring the empty trunk to what `state` gave; False: it cannot be, and the trunk is empty."""
        data = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if self._api.llama_state_seq_set_data(self._ctx, data, len(state), TRUNK):
            return True
        self.cut(0)
        return False

    # --- below: calls ----------------------------------------------------------------------------------------

    @property
    def _ctx(self) -> Any:
        return self._llama._ctx.ctx

    @property
    def _memory(self) -> Any:
        return self._api.llama_get_memory(self._ctx)

    def _adapt(self, on: bool) -> None:
        if self._adapter is None:
            return
        if on:
            adapters = (self._api.llama_adapter_lora_p_ctypes * 1)(self._adapter)
            self._api.llama_set_adapters_lora(self._ctx, adapters, 1, (ctypes.c_float * 1)(1.0))
        else:
            self._api.llama_set_adapters_lora(self._ctx, None, 0, None)

    def _beside(self, length: int, tails: Sequence[Sequence[int]]) -> list[Logits]:
        self._close()  # what is open would move the cells of these, and with them the last digits
        entries, ends = _laid(tails, length)
        for branch, tail in enumerate(tails, start=1):
            self._api.llama_memory_seq_cp(self._memory, TRUNK, branch, 0, -1)
            self._open[branch] = tuple(tail)
        try:
            found = self._evaluate(entries, ends)
        except ModelError:
            self._close()
            raise
        return [found[end] for end in ends]

    def _close(self) -> None:
        for branch in self._open:
            self._api.llama_memory_seq_rm(self._memory, branch, -1, -1)
        self._open.clear()

    def _evaluate(self, entries: Sequence[_Entry], wanted: Collection[int]) -> dict[int, Logits]:
        """Logits after the entries at the wanted places, evaluated in as few calls as there is room for, alike long."""
        found = {}
        for chunk in chunks(len(entries), self._block):
            self._call([entries[i] for i in chunk], [i - chunk.start for i in wanted if i in chunk])
            for i in wanted:
                if i in chunk:
                    pointer = self._api.llama_get_logits_ith(self._ctx, i - chunk.start)
                    found[i] = np.ctypeslib.as_array(pointer, shape=(self._n_vocab,)).copy()
        return found

    def _call(self, entries: Sequence[_Entry], wanted: Collection[int]) -> None:
        self.evaluated += len(entries)
        spare = -len(entries) % EVEN if len(entries) > 1 else 0
        padding = [_Entry(entries[-1].token, i, [_SPARE]) for i in range(spare)]
        batch = self._llama._batch.batch
        for i, entry in enumerate([*entries, *padding]):
            batch.token[i], batch.pos[i] = entry.token, entry.position
            batch.n_seq_id[i] = len(entry.sequences)
            for k, sequence in enumerate(entry.sequences):
                batch.seq_id[i][k] = sequence
            batch.logits[i] = i in wanted
        batch.n_tokens = len(entries) + spare
        try:
            self._llama._ctx.decode(self._llama._batch)
        except RuntimeError as error:
            raise ModelError(f"llama.cpp failed while evaluating {len(entries)} tokens: {error}.") from error
        finally:
            if spare:
                self._api.llama_memory_seq_rm(self._memory, _SPARE, -1, -1)


def _groups(tails: Sequence[Sequence[int]], room: int) -> Iterator[list[Sequence[int]]]:
    """The endings in their order, as many together as there are sequences and room for; one alone always.

    >>> list(_groups([[1, 2], [3], [4, 5], [6]], 4))
    [[[1, 2], [3]], [[4, 5], [6]]]
    """
    group: list[Sequence[int]] = []
    for tail in tails:
        if group and (len(group) == BRANCHES or sum(map(len, group)) + len(tail) > room):
            yield group
            group = []
        group.append(tail)
    if group:
        yield group


def _laid(tails: Sequence[Sequence[int]], start: int) -> tuple[list[_Entry], list[int]]:
    """The tokens of the endings, each beginning that some have in common once, and the places of their last tokens.

    >>> entries, ends = _laid([[7, 8, 1], [7, 8, 2, 3]], 10)
    >>> [(e.token, e.position, e.sequences) for e in entries], ends
    ([(7, 10, [1, 2]), (8, 11, [1, 2]), (1, 12, [1]), (2, 12, [2]), (3, 13, [2])], [2, 4])
    """
    entries: list[_Entry] = []
    paths: list[list[int]] = []
    for branch, tail in enumerate(tails, start=1):
        same, path = 0, list[int]()
        for other, places in zip(tails, paths, strict=False):
            if (both := min(alike(tail, other), len(tail) - 1, len(other) - 1)) > same:  # each has an end of its own
                same, path = both, places[:both]
        for i in path:
            entries[i].sequences.append(branch)
        paths.append([*path, *range(len(entries), len(entries) + len(tail) - same)])
        entries += [_Entry(token, start + i, [branch]) for i, token in enumerate(tail) if i >= same]
    return entries, [path[-1] for path in paths]


def alike(some: Sequence[int], others: Sequence[int]) -> int:
    """How many tokens both begin with."""
    most = min(len(some), len(others))
    return next((i for i in range(most) if some[i] != others[i]), most)


def chunks(length: int, block: int) -> list[range]:
    """
    >>> chunks(300, 128), chunks(7, 128)
    ([range(0, 100), range(100, 200), range(200, 300)], [range(0, 7)])
    """
    size = -(-length // -(-length // block))
    size += -size % EVEN
    return [range(start, min(length, start + size)) for start in range(0, length, size)]
