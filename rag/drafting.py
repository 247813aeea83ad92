"""A draft while it is written: each sentence is judged once it is complete, and what stands is known before the end.

Knows nothing about models or search. What `add` gives begins the answer that `finish` gives, word for word and with
the same numbers, whatever the model writes or says next: a sentence that could still fall, move or be replaced is held
back.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence

from rag import cite, sentences
from rag.complete import completed
from rag.disagree import both_sides
from rag.evidence import Sentence
from rag.support import SupportChecker
from rag.types import Embedder, Passed

AHEAD = 3
"""Words after a stop from which it is taken for the end of a sentence: "the U.S." may go on."""
_SPACE = re.compile(r"\s")
_PAIRS = (("“", "”"), ("(", ")"), ("[", "]"))


class Drafting:
    """One draft over the evidence for one question. `told` is the conversation so far; for the others see `rag.cite`.

    A sentence that is far more relevant comes first where the draft passes it over, and two articles that contradict
    each other come before everything: only where neither can happen any more is the beginning certain.
    """

    def __init__(
        self,
        question: str,
        query: str,
        told: str,
        evidence: Sequence[Sentence],
        relevance: Sequence[float],
        embed: Embedder,
        checker: SupportChecker,
        threshold: float,
    ) -> None:
        self._question, self._query, self._told = question, query, told
        self._evidence, self._relevance = evidence, relevance
        self._embed, self._checker, self._threshold = embed, checker, threshold
        self._judged: dict[str, cite.Checked] = {}
        self._rest, self._ended = "", False
        self._disputed: bool | None = None

    def add(self, piece: str) -> Passed | None:
        """Take the next piece; None where no sentence has become complete by it."""
        self._rest += piece
        complete, rest = _cut(self._rest)
        if not complete:
            return None
        self._rest = rest
        self._judge(complete)
        return self._passed()

    def end(self) -> Passed:
        """Nothing more is written: a quote that comes before all of it is certain now."""
        self._judge(self._rest)
        self._rest, self._ended = "", True
        return self._passed()

    def weigh(self, relevance: Sequence[float]) -> None:
        """Take what the model said of the evidence after the draft was written: it may add to the answer. What the
        draft rests on counts as before, and nothing as much as the best of before: what stands has been read."""
        used = {source for statement in self._checked.statements for source in statement.sources}
        best = max(self._relevance, default=0.0)
        self._relevance = [
            old if sentence in used or old == best else min(new, math.nextafter(best, 0.0))
            for sentence, old, new in zip(self._evidence, self._relevance, relevance, strict=True)
        ]

    def finish(self) -> tuple[Sequence[cite.Statement], tuple[str, ...]]:
        """What the answer says, and what of the draft it does not."""
        self.end()
        checked = self._checked
        composed = cite.compose(self._query, checked, self._evidence, self._relevance)
        said = completed(self._question, composed, self._told)
        return both_sides(self._question, said, self._evidence, self._relevance), checked.dropped

    @property
    def _checked(self) -> cite.Checked:
        judged = self._judged.values()
        return cite.Checked(
            tuple(s for one in judged for s in one.statements), tuple(text for one in judged for text in one.dropped)
        )

    def _passed(self) -> Passed:
        stands = self._stands()
        claims, _ = cite.number(completed(self._question, stands, self._told))
        waiting = [s.text for s in self._checked.statements if s not in stands]
        # Supported and without a place yet: they are shown as what they were before.
        return Passed(claims, " ".join([*waiting, self._rest]) if not claims else self._rest)

    def _judge(self, text: str) -> None:
        new = [sentence for sentence in cite.draft_sentences(text) if sentence not in self._judged]
        near = cite.nearness(new, self._evidence, self._embed)
        for sentence, row in zip(new, near, strict=True):
            self._judged[sentence] = cite.check_draft(
                [sentence], row[None], self._evidence, self._checker, self._threshold
            )

    def _stands(self) -> list[cite.Statement]:
        """The sentences that begin the answer: of the draft, and, once it has ended, a better source that comes first.
        What is quoted after them may still change."""
        if self._disputed is None:
            # Whatever is shown in the end rests on some of these, and any may turn out to be worth hearing.
            sources, heard = [cite.quoted(sentence) for sentence in self._evidence], [1.0] * len(self._evidence)
            self._disputed = both_sides(self._question, sources, self._evidence, heard) != sources
        if self._disputed:
            return []
        checked = self._checked
        composed = cite.compose(self._query, checked, self._evidence, self._relevance)
        leading = composed[:1] if self._ended and self._is_best(composed) else []
        drafted = itertools.takewhile(lambda statement: statement in checked.statements, composed[len(leading) :])
        return [*leading, *drafted]

    def _is_best(self, composed: Sequence[cite.Statement]) -> bool:
        """Whether the quote of the best source comes first: nothing that is heard later comes before that."""
        best = max(zip(self._relevance, self._evidence, strict=True), key=lambda pair: pair[0], default=None)
        return best is not None and list(composed[:1]) == [cite.quoted(best[1])]


def _cut(text: str) -> tuple[str, str]:
    """The sentences that are complete, whatever follows, and the rest.

    >>> _cut("It opened in the U.S. on Sunday. It is 412 metres")
    ('It opened in the U.S. on Sunday. ', 'It is 412 metres')
    >>> _cut("“It is late. We have to")
    ('', '“It is late. We have to')
    """
    spans = sentences.split(_SPACE.sub(" ", text))  # a line is no end: the cleaned draft has none
    start = spans[-1][0] if len(spans) > 1 else 0
    if len(text[start:].split()) < AHEAD or _is_open(text[:start]):
        return "", text
    return text[:start], text[start:]


def _is_open(text: str) -> bool:
    """Within a quotation or brackets, a stop may turn out not to be an end."""
    return text.count('"') % 2 == 1 or any(text.count(left) != text.count(right) for left, right in _PAIRS)
