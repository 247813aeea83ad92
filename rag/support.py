"""Does this source text support this sentence? A probability, a verdict and the reasons in words.

The sentence is laid over the source (`rag.align`), differences are read off (`rag.clashes`), and a logistic regression
with the weights of support_weights.json (fitted by `python -m eval.fit_support`) adds them up. Knows nothing about
retrieval, articles or how the source was chosen.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag import sentences
from rag.align import Alignment, align
from rag.clashes import clashes
from rag.facts import content_words, dates, names
from rag.lexicon import SPEECH
from rag.roles import Clash, Context, bond
from rag.tokens import is_standin, tokens
from rag.types import Embedder, Generator, Verdict
from rag.words import PIECE, stem, tidy

SUPPORTED_FROM = 0.5
"""Probability from which a sentence counts as supported."""

VERBATIM = 0.95
"""Probability of what the source says in the very same words: rules err on long sentences, and need not be asked."""

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
    "number", "small number", "number swapped", "modifier", "unit", "noun", "date", "date swapped", "name", "name swapped",  # noqa: E501
    "unplaced", "resolved", "resolved other", "negation", "modality", "weakened", "opposite", "reversed", "exclusive",
    "item", "condition", "order", "owner", "joined", "subject", "speaker",
)  # fmt: skip
SIGNALS = (
    *KINDS, "torn names", "absent", "absent share", "jump share",
)  # fmt: skip
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
        embed: not asked. With alignment and rules in place the sentence cosine added nothing (balanced accuracy in
            cross-validation 0.938 with and without it), and leaving it out saves the time of two embeddings.
        generator: not asked. The signature keeps both, so that a refit may bring a signal of either back.
    """

    def __init__(self, embed: Embedder, generator: Generator | None = None) -> None:
        self._bias, self._weights = weights()

    def __call__(self, sentence: str, source: str, context: str = "") -> Support:
        """`source` is one to three sentences of an article; `context` (title, publisher, date, the sentence before)
        may only tell who "it" is and which year it was."""
        return self.many([(sentence, source, context)])[0]

    def many(self, pairs: Sequence[tuple[str, str, str]]) -> list[Support]:
        """One `Support` for each (sentence, source, context)."""
        return [max((self._judge(s, *rest) for s in wordings(sentence)), key=_probability) for sentence, *rest in pairs]

    def _judge(self, sentence: str, source: str, context: str) -> Support:
        if not set(content_words(sentence)) & set(content_words(source)):
            return Support(0.0, "not found", ("the source has no word of it",))
        if _plain(sentence) in {_plain(source), *(_plain(source[start:end]) for start, end in sentences.split(source))}:
            return Support(VERBATIM, "supported", ())
        values, found = signals(sentence, source, context)
        logit = self._bias + sum(self._weights.get(name, 0.0) * value for name, value in values.items())
        probability = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
        reasons = tuple(dict.fromkeys(clash.reason for clash in found if clash.kind not in ("resolved", "unplaced")))
        if probability >= SUPPORTED_FROM:
            return Support(probability, "supported", reasons)
        about = values["absent share"] <= 1 - SAME_SUBJECT
        if about and any(clash.kind in CONTRADICTING for clash in found):
            return Support(probability, "contradicted", reasons)
        return Support(probability, "not found", reasons)


def _plain(text: str) -> str:
    return " ".join(tidy(text).split())


def wordings(sentence: str) -> list[str]:
    """The sentence, and the same in other words: the alignment takes word for word, and cannot see that a possessive
    that is turned, or "took place" for "was held", means one thing.

    >>> wordings("Jo Weiss is the chief engineer at Acme.")
    ['Jo Weiss is the chief engineer at Acme.', "Jo Weiss is Acme's chief engineer."]
    >>> wordings("The talks took place in May.")
    ['The talks took place in May.', 'The talks were held in May.']
    >>> wordings("Jo Weiss said that it is late.")
    ['Jo Weiss said that it is late.', '"it is late," said Jo Weiss.']
    """
    found = [sentence]
    if post := _POST.match(sentence):
        found.append(f"{post[1]} {post[2]} {post[4]}'s {post[3]}.")
    if told := _TOLD.match(sentence):
        who, verb, what = (told[1], "said", told[5]) if told[1] else (told[2] + (told[3] or ""), told[4], told[5])
        if verb in SPEECH:
            found.append(f'"{what}," {verb} {who.rstrip(",")}.')
    found += [other.sub(same, sentence) for other, same in _SAME if other.search(sentence)]
    return found


_POST = re.compile(
    r"([A-Z][\w.'-]*(?: [A-Z][\w.'-]*)*) (is|was) (?:the |an? )?([^,;]+?) (?:at|of|for) (?:the )?([A-Z][\w&. -]*\w)\.?$"
)
"""X is the R at Y."""
_NAMED = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*)*"
_TOLD = re.compile(rf"(?:According to ({_NAMED}), |({_NAMED})(, [^,\"“”]+,)? (\w+) (?:that )?)([^\"“”]+?)\.?$")
"""X, the mayor, said that it is so; and according to X, it is so. Where marks are, they say what was said."""
_SAME = (
    (re.compile(r"\b(?:takes?|took|taken|taking) place\b"), "were held"),
    (re.compile(r"\b(?:is|are|was|were|been) held\b"), "took place"),
)


def _probability(support: Support) -> float:
    return support.probability


@lru_cache(maxsize=1)
def weights() -> tuple[float, dict[str, float]]:
    """Bias and weight of each signal, as fitted."""
    fitted = json.loads((Path(__file__).parent / "support_weights.json").read_text(encoding="utf-8"))
    return float(fitted["bias"]), {name: float(value) for name, value in fitted["weights"].items()}


def signals(sentence: str, source: str, context: str) -> tuple[dict[str, float], list[Clash]]:
    """The value of each of SIGNALS for one pair, and the clashes behind them."""
    known = surroundings(context)
    capitals = capitalised(f"{sentence}\n{source}\n{context}")
    alignment = align(tokens(sentence, capitals), tokens(source, capitals))
    found = clashes(alignment, known)
    counts = dict.fromkeys(KINDS, 0.0)
    for clash in found:
        counts[clash.kind] = min(2.0, counts[clash.kind] + 1)
    absent = absences(alignment, known)
    found.extend(absent)
    content = [i for i, t in enumerate(alignment.sentence) if t.kind != "function"]
    size = max(1, len(content))
    counts["number"] = min(2.0, counts["number"] + sum(clash.kind == "number" for clash in absent))
    counts["absent"] = math.log1p(len(absent))
    counts["absent share"] = len(absent) / size
    counts["torn names"] = bond(alignment, "name")
    counts["jump share"] = jumps(alignment) / size
    return counts, found


def absences(a: Alignment, context: Context) -> list[Clash]:
    """Content words of the sentence that the source has in no form."""
    there = {t.stem for t in a.source} | {word for t in a.source for word in t.words}
    if any(is_standin(t) for t in a.source):
        there |= context.words
    found = []
    for token, to in zip(a.sentence, a.to, strict=True):
        if token.kind == "word" and to < 0 and token.stem not in there:
            if token.text.lower() in SPEECH:
                continue
            kind = "number" if token.text[0].isdigit() else "absent"
            found.append(Clash(kind, f'"{token.text}": not in the source'))
    return found


def jumps(a: Alignment) -> int:
    """How often the alignment goes back in the source."""
    path = [to for token, to in zip(a.sentence, a.to, strict=True) if to >= 0 and token.kind != "function"]
    return sum(later < earlier for earlier, later in itertools.pairwise(path))


@lru_cache(maxsize=1024)
def capitalised(text: str) -> frozenset[str]:
    """Lower-case words that stand with a capital somewhere inside a sentence."""
    return frozenset(w.lower() for n in names(tidy(text)) if not n.first or " " in n.text for w in n.text.split())


@lru_cache(maxsize=1024)
def surroundings(context: str) -> Context:
    """Words and years that the context supplies."""
    words = frozenset(stem(piece) for piece in PIECE.findall(tidy(context)) if piece[0].isalnum())
    return Context(words, frozenset(d.year for d in dates(context) if d.year))
