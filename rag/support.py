"""Does this source text support this sentence? A probability, a verdict and the reasons in words.

The sentence is laid over the source (`rag.align`), differences are read off (`rag.clashes`), and a logistic regression
with the weights of support_weights.json (fitted by `python -m eval.fit_support`) adds them up. Knows nothing about
retrieval, articles or how the source was chosen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.align import Alignment, align
from rag.clashes import Clash, Context, clashes
from rag.facts import dates
from rag.tokens import tokens
from rag.types import Embedder, Generator, Verdict
from rag.words import PIECE, stem, tidy

SUPPORTED_FROM = 0.5
"""Probability from which a sentence counts as supported."""

CONTRADICTING = frozenset(
    (
        "number",
        "number swapped",
        "modifier",
        "unit",
        "date",
        "date swapped",
        "name swapped",
        "negation",
        "opposite",
        "speaker",
    )
)
"""Kinds of clash that say otherwise than the source; the others only go beyond it."""

SAME_SUBJECT = 0.5
"""Share of the sentence's content words in the source from which the two speak about the same thing."""

KINDS = (
    "number", "small number", "number swapped", "modifier", "unit", "date", "date swapped", "name", "name swapped",
    "unplaced", "resolved", "negation", "modality", "weakened", "opposite", "exclusive", "speaker",
)  # fmt: skip
SIGNALS = (*KINDS, "absent", "absent share", "misplaced share", "jump share", "cosine")
"""The features of the logistic regression, in the order of its weights; clashes count at most twice."""


@dataclass(frozen=True, slots=True)
class Support:
    """`probability` that the source supports the sentence; `reasons` name what does not agree, in words."""

    probability: float
    verdict: Verdict
    reasons: tuple[str, ...]


class SupportChecker:
    """Judges sentences against short source texts.

    Args:
        embed: gives the sentence cosine; one call for each `many`.
        generator: not asked yet.
    """

    def __init__(self, embed: Embedder, generator: Generator | None = None) -> None:
        self._embed = embed
        self._generator = generator
        self._bias, self._weights = weights()

    def __call__(self, sentence: str, source: str, context: str = "") -> Support:
        """`source` is one to three sentences of an article; `context` (title, publisher, date, the sentence before)
        may only tell who "it" is and which year it was."""
        return self.many([(sentence, source, context)])[0]

    def many(self, pairs: Sequence[tuple[str, str, str]]) -> list[Support]:
        """One `Support` for each (sentence, source, context)."""
        if not pairs:
            return []
        cosines = self._cosines(pairs)
        return [self._judge(*pair, cosine) for pair, cosine in zip(pairs, cosines, strict=True)]

    def _cosines(self, pairs: Sequence[tuple[str, str, str]]) -> list[float]:
        texts = list(dict.fromkeys(text for sentence, source, _ in pairs for text in (sentence, source)))
        rows = dict(zip(texts, self._embed(texts), strict=True))
        return [float(rows[sentence] @ rows[source]) for sentence, source, _ in pairs]

    def _judge(self, sentence: str, source: str, context: str, cosine: float) -> Support:
        values, found = signals(sentence, source, context, cosine)
        logit = self._bias + sum(self._weights.get(name, 0.0) * value for name, value in values.items())
        probability = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
        reasons = tuple(dict.fromkeys(clash.reason for clash in found if clash.kind not in ("resolved", "unplaced")))
        if probability >= SUPPORTED_FROM:
            return Support(probability, "supported", reasons)
        about = values["absent share"] <= 1 - SAME_SUBJECT
        if about and any(clash.kind in CONTRADICTING for clash in found):
            return Support(probability, "contradicted", reasons)
        return Support(probability, "not found", reasons)


@lru_cache(maxsize=1)
def weights() -> tuple[float, dict[str, float]]:
    """Bias and weight of each signal, as fitted."""
    fitted = json.loads((Path(__file__).parent / "support_weights.json").read_text(encoding="utf-8"))
    return float(fitted["bias"]), {name: float(value) for name, value in fitted["weights"].items()}


def signals(sentence: str, source: str, context: str, cosine: float) -> tuple[dict[str, float], list[Clash]]:
    """The value of each of SIGNALS for one pair, and the clashes behind them."""
    known = surroundings(context)
    alignment = align(tokens(sentence, known.words), tokens(source, known.words))
    found = clashes(alignment, known)
    counts = {kind: 0.0 for kind in KINDS}
    for clash in found:
        counts[clash.kind] = min(2.0, counts[clash.kind] + 1)
    absent = [c for c in absences(alignment, known)]
    found.extend(absent)
    content = [i for i, t in enumerate(alignment.sentence) if t.kind != "function"]
    size = max(1, len(content))
    there = {t.stem for t in alignment.source}
    loose = [i for i in content if alignment.to[i] < 0 and alignment.sentence[i].stem in there]
    counts["absent"] = math.log1p(len(absent))
    counts["absent share"] = len(absent) / size
    counts["misplaced share"] = len(loose) / size
    counts["jump share"] = jumps(alignment) / size
    counts["cosine"] = cosine
    return counts, found


def absences(a: Alignment, context: Context) -> list[Clash]:
    """Content words of the sentence that the source has in no form."""
    there = {t.stem for t in a.source} | {word for t in a.source for word in t.words}
    found = []
    for token, to in zip(a.sentence, a.to, strict=True):
        if token.kind == "word" and to < 0 and token.stem not in there and token.stem not in context.words:
            found.append(Clash("absent", f'"{token.text}": not in the source'))
    return found


def jumps(a: Alignment) -> int:
    """How often the alignment goes back in the source."""
    path = [to for token, to in zip(a.sentence, a.to, strict=True) if to >= 0 and token.kind != "function"]
    return sum(later < earlier for earlier, later in zip(path, path[1:], strict=False))


@lru_cache(maxsize=1024)
def surroundings(context: str) -> Context:
    """Words and years that the context supplies."""
    words = frozenset(stem(piece) for piece in PIECE.findall(tidy(context)) if piece[0].isalpha())
    return Context(words, frozenset(d.year for d in dates(context) if d.year))
