"""Lay a sentence over a source, token by token, so that what differs can be read off.

The best path of a small hidden Markov model (Vogel, Ney and Tillmann, "HMM-based word alignment", COLING 1996, with
hand-set scores): equal words attract, going on to the next word is free, jumps cost. A name may lie on another name, a
number on another number, a word on its opposite, at a low score: where the words around agree, such a pair is the
fact that was changed. Knows nothing about what a difference means; `rag.clashes` does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.facts import Date, Number
from rag.tokens import Token, is_standin, ordinal, poles, senses

Scores = npt.NDArray[np.float32]

CONTENT, FUNCTION_WORD, FACT, SLOT, STANDIN = 1.0, 0.25, 1.2, 0.3, 0.3
SKIP_CONTENT, SKIP_FUNCTION = -0.3, -0.05
JUMP_BACK, JUMP_FAR, STEP = -1.2, -1.1, -0.06


@dataclass(frozen=True, slots=True)
class Alignment:
    """`to[i]` is the source position of sentence token i, or -1; `score[i]` how well the two agree."""

    sentence: tuple[Token, ...]
    source: tuple[Token, ...]
    to: tuple[int, ...]
    score: tuple[float, ...]


def align(sentence: tuple[Token, ...], source: tuple[Token, ...]) -> Alignment:
    """The best alignment of `sentence` (n tokens) over `source` (m tokens); O(n m^2) in numpy."""
    n, m = len(sentence), len(source)
    if not n or not m:
        return Alignment(sentence, source, (-1,) * n, (0.0,) * n)
    emit = emissions(sentence, source)  # (n, m)
    step = np.arange(m)[None, :] - np.arange(m)[:, None]  # (m, m): to - from
    move = np.where(step > 0, np.maximum(STEP * (step - 1), JUMP_FAR), JUMP_BACK).astype(np.float32)
    best = np.zeros(m, np.float32)
    came = np.zeros((n, m), np.int64)
    took = np.zeros((n, m), bool)
    for i in range(n):
        skip = SKIP_FUNCTION if sentence[i].kind == "function" else SKIP_CONTENT
        if i == 0 or not took[:i].any():
            jumped, origin = best.copy(), np.arange(m)
        else:
            paths = best[:, None] + move  # (m, m)
            origin = paths.argmax(axis=0)
            jumped = paths[origin, np.arange(m)]
        aligned = jumped + emit[i]
        stay = best + skip
        took[i] = aligned > stay
        came[i] = np.where(took[i], origin, np.arange(m))
        best = np.where(took[i], aligned, stay).astype(np.float32)
    return _trace(sentence, source, emit, came, took, int(best.argmax()))


def _trace(
    sentence: tuple[Token, ...],
    source: tuple[Token, ...],
    emit: Scores,
    came: npt.NDArray[np.int64],
    took: npt.NDArray[np.bool_],
    at: int,
) -> Alignment:
    to, score = [-1] * len(sentence), [0.0] * len(sentence)
    for i in range(len(sentence) - 1, -1, -1):
        if took[i, at]:
            to[i], score[i] = at, float(emit[i, at])
        at = int(came[i, at])
    return Alignment(sentence, source, tuple(to), tuple(score))


def emissions(sentence: tuple[Token, ...], source: tuple[Token, ...]) -> Scores:
    """How well each pair of tokens agrees: (n, m), -9 where they may not be aligned."""
    emit = np.full((len(sentence), len(source)), -9.0, np.float32)
    sense, pole = senses(), poles()
    for i, a in enumerate(sentence):
        for j, b in enumerate(source):
            if a.kind == b.kind == "function":
                if a.stem == b.stem:
                    emit[i, j] = FUNCTION_WORD
                elif a.stem in pole and b.stem in pole and pole[a.stem][0] == pole[b.stem][0]:
                    emit[i, j] = 0.1
            else:
                emit[i, j] = _agree(a, b, sense, pole)
    return emit


def _agree(a: Token, b: Token, sense: dict[str, int], pole: dict[str, tuple[int, int]]) -> float:
    if a.stem == b.stem and a.kind == b.kind and a.stem != "#":
        return FACT if a.kind == "name" else CONTENT
    if a.kind == "name" or b.kind == "name":
        return _agree_names(a, b)
    if a.number and b.number:
        return FACT if same_value(a.number, b.number) else SLOT
    if a.date and b.date:
        return FACT if fits(a.date, b.date) else SLOT
    if a.kind != "word" and b.kind != "word":
        return -9.0
    if (ordinal(a) or 0) and (ordinal(b) or 0):
        return SLOT
    if a.stem in pole and b.stem in pole and pole[a.stem][0] == pole[b.stem][0]:
        return CONTENT * 0.8 if pole[a.stem][1] == pole[b.stem][1] else SLOT
    if a.stem in sense and sense[a.stem] == sense.get(b.stem):
        return CONTENT * 0.8
    if len(a.stem) > 5 and len(b.stem) > 5 and a.stem[:5] == b.stem[:5]:
        return CONTENT * 0.7
    return -9.0


def _agree_names(a: Token, b: Token) -> float:
    if a.kind == b.kind:
        shared = a.words & b.words
        return FACT * len(shared) / min(len(a.words), len(b.words)) if shared else SLOT
    name, other = (a, b) if a.kind == "name" else (b, a)
    if other.stem in name.words:
        return CONTENT * (1.0 if len(name.words) == 1 else 0.6)
    return STANDIN if is_standin(other) else -9.0


def same_value(a: Number, b: Number) -> bool:
    """Equal up to the last digit that a rounded number keeps."""
    return abs(a.value - b.value) <= 1e-6 * max(abs(a.value), abs(b.value))


def fits(claim: Date, given: Date) -> bool:
    """True when every part of `claim` stands in `given`."""
    if None not in (claim.weekday, given.weekday) and claim.weekday != given.weekday:
        return False
    parts = ((claim.year, given.year), (claim.month, given.month), (claim.day, given.day))
    if not any(part for part, _ in parts):
        return claim.weekday == given.weekday
    return all(part is None or part == there for part, there in parts)
