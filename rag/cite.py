"""From a draft to claims with citations: every sentence is matched to the source sentences that support it.

Knows nothing about models or search. A draft sentence that no source supports is not shown; what the sources say on
the question and the draft left out is added in the sources' own words.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag import sentences
from rag.asked import side_by_side
from rag.copies import holds
from rag.evidence import Sentence
from rag.fullnames import spelled_out
from rag.support import Support, SupportChecker
from rag.types import Article, Citation, Claim, Embedder, Vectors
from rag.words import content_words

CANDIDATES = 3
"""Source sentences, nearest first, that a draft sentence is checked against, alone and two together."""
FEWEST_WORDS = 4
"""Words of a draft sentence, at least: "85,000 euros" stands in a source, and what was so dear, a reader takes from the
question and no check has seen. A source in its own words says it."""
OWN_WORDS = 2
"""Words with content that each of two sources gives a sentence, at least."""
MAX_CLAIMS = 4
"""Sentences of an answer, at most."""
QUOTE_FROM, QUOTE_SHARE = 0.25, 0.5
"""Relevance, and share of that of the best, from which a source sentence is quoted beside the draft. Over the records
of four kinds of questions, as many gold sentences are found as from 0.34 on, and 0.02 more is right."""
KEEP_FROM = 0.2
"""Relevance below which a supported draft sentence is beside the question."""
LEADS = 2.0
"""How many times as relevant as all that the draft rests on a sentence is that is quoted before it, at least."""
OWED_FROM = 0.1
"""Relevance from which the best sentence on one side of a comparison is quoted where the draft has none on it."""

_INNER = str.maketrans({"“": "‘", "”": "’", '"': "’"})
"""Quotation marks within a quotation."""
_NOTE = re.compile(r"(?<=\S)\[\d{1,3}\]")
"""A footnote of the article's own, which would look like one of the answer's."""
_OPENS = re.compile(r'(?<![^\s(\[–—-])"(?=\S)')
"""A straight mark that opens: words follow it, and none stands right before it. Any other closes."""
_MARKS = re.compile(
    r"\s*\[(?:\d{1,2}|[A-Z])\]|\s*\((?:\d|[A-Z])\)(?=\s*(?:[.!?\[]|$))|^\s*(?:Answer|A)\s*:\s*", re.MULTILINE
)
"""Labels that small models write of themselves: they mean nothing, code attaches the citations. In round brackets only
one sign at the end of a sentence, for "(24)" is an age."""

_PREAMBLE = re.compile(r"^(The|This) (passage|article|text|sentence) (states|says|mentions|reports) that (?=\w)")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that may be shown: what it says, the source sentences it rests on, and how well."""

    text: str
    sources: tuple[Sentence, ...]
    support: float


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft after checking: what stands, and what fell."""

    statements: tuple[Statement, ...]
    dropped: tuple[str, ...]


def draft_sentences(draft: str) -> list[str]:
    """
    >>> draft_sentences("Answer: They met in Geneva [1]. It was in May [A].")
    ['They met in Geneva.', 'It was in May.']
    >>> draft_sentences("The passage states that they met in Geneva.")
    ['They met in Geneva.']
    """
    text = " ".join(_MARKS.sub("", draft).split())
    found = [_without_preamble(text[start:end]) for start, end in sentences.split(text)]
    return list(dict.fromkeys(s for s in found if any(c.isalnum() for c in s)))


def _without_preamble(sentence: str) -> str:
    """ "The passage states that it is late." -> "It is late." """
    rest = _PREAMBLE.sub("", sentence)
    return rest if rest == sentence else rest[:1].upper() + rest[1:]


def nearness(drafted: Sequence[str], evidence: Sequence[Sentence], embed: Embedder) -> Vectors:
    """Cosines, shape (draft sentences, evidence sentences)."""
    if not drafted or not evidence:
        return np.zeros((len(drafted), len(evidence)), np.float32)
    return np.asarray(embed(list(drafted)) @ np.stack([s.vector for s in evidence]).T)


def check_draft(
    drafted: Sequence[str], near: Vectors, evidence: Sequence[Sentence], checker: SupportChecker, threshold: float
) -> Checked:
    """Keep the draft sentences that one source sentence supports, or else two of one article together."""
    choices = [_choices(row, evidence) for row in near]
    verdicts = iter(_judged([(text, c) for text, cs in zip(drafted, choices, strict=True) for c in cs], checker))
    kept, dropped = [], []
    for text, cs in zip(drafted, choices, strict=True):
        judged = [(c, next(verdicts)) for c in cs]
        best = _best(text, judged, threshold) if len(text.split()) >= FEWEST_WORDS else None
        if best is None:
            dropped.append(text)
        else:
            kept.append(Statement(text, best[0], best[1].probability))
    return Checked(tuple(kept), tuple(dropped))


def compose(
    question: str,
    checked: Checked,
    evidence: Sequence[Sentence],
    relevance: Sequence[float],
    max_claims: int = MAX_CLAIMS,
) -> list[Statement]:
    """What to show: supported draft sentences that bear on the question, and quotes of what they left out.

    Each name that the question gives has a sentence where one bears on it: a comparison needs both of its sides.

    The most relevant sentence is always among them, for the decision to answer is taken elsewhere and stands; where the
    draft passed it over for something far less relevant, it comes first.
    """
    if not evidence:
        return []
    worth = {(s.article.id, s.start): r for s, r in zip(evidence, relevance, strict=True)}

    def value(sentence: Sentence) -> float:
        return worth.get((sentence.article.id, sentence.start), 0.0)  # one that another leans on need not be among them

    best = max(evidence, key=value)
    drafted: list[Statement] = []
    used: set[Sentence] = set()
    for statement in checked.statements:
        if max(map(value, statement.sources)) >= KEEP_FROM and not used.issuperset(statement.sources):
            drafted.append(statement)
            used.update(statement.sources)
    passed_over = [best] if best not in used else []
    leads = bool(passed_over) and value(best) >= LEADS * max(map(value, used), default=0.0)
    shown = [quoted(best)] * leads + drafted[: max_claims - len(passed_over)]
    due = [] if leads else passed_over
    for name in uncovered(question, [*due, *(s for statement in shown for s in statement.sources)]):
        near = [s for s in sorted(evidence, key=value, reverse=True) if name <= words(s) and value(s) >= OWED_FROM][:1]
        due += [s for s in near if s not in due]
    enough = max(QUOTE_FROM, QUOTE_SHARE * value(best))
    rest = [s for s in evidence if s not in used and s is not best and value(s) >= enough]
    more = [s for s in sorted(rest, key=value, reverse=True) if s not in due]
    chosen = [*due, *more][: max_claims - len(shown)]
    return shown + [quoted(s) for s in evidence if s in chosen]


def uncovered(question: str, sources: Sequence[Sentence]) -> list[frozenset[str]]:
    """The stems of each name that no source holds, of those that the question sets side by side ("Brandt and Weiss").

    Only these: the names of a question that asks for one thing are not all to be told about.
    """
    named = [frozenset(content_words(name.text)) for name in side_by_side(question)]
    return [name for name in dict.fromkeys(named) if name and not any(name <= words(s) for s in sources)]


def words(sentence: Sentence) -> set[str]:
    return set(content_words(f"{sentence.text} {sentence.about}"))


def quoted(sentence: Sentence) -> Statement:
    """A source sentence in its own words: supported by being the source."""
    return Statement(f"“{within_quotes(sentence.text)}”", (sentence,), 1.0)


def within_quotes(text: str) -> str:
    """On one line, without the article's own footnotes, and with single quotation marks for double ones, which stand
    around it.

    >>> within_quotes("It opened in May.[3]")
    'It opened in May.'
    >>> within_quotes('"It joins us," she said of the “bridge” ("a marvel"). "I never—" he began.')
    '‘It joins us,’ she said of the ‘bridge’ (‘a marvel’). ‘I never—’ he began.'
    """
    return _OPENS.sub("‘", " ".join(_NOTE.sub("", text).split())).translate(_INNER)


def number(statements: Sequence[Statement]) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Claims with their citations, numbered from 1 in order of first use; the same span keeps its number."""
    citations: dict[tuple[str, int, int], Citation] = {}
    claims = []
    for statement in statements:
        own = []
        for s in sorted(statement.sources, key=lambda s: (s.rank, s.start)):
            key = (s.article.id, s.start, s.end)
            if key not in citations:
                copies = tuple(copy for copy in s.copies if holds(copy, s.text))
                citations[key] = Citation(
                    len(citations) + 1, s.article, s.start, s.end, s.text, statement.support, copies
                )
            own.append(citations[key])
        claims.append(Claim(statement.text, tuple(own)))
    return tuple(claims), tuple(citations.values())


def with_markers(claims: Sequence[Claim]) -> str:
    """The answer's text: each sentence followed by the numbers of its footnotes."""
    return " ".join(claim.text + "".join(f" [{c.number}]" for c in claim.citations) for claim in claims)


def _choices(row: Vectors, evidence: Sequence[Sentence]) -> list[tuple[Sentence, ...]]:
    """The nearest sentences alone, then each two of them that stand in one article, in its order, and each that leans
    on the one before it with that one."""
    nearest = [evidence[int(i)] for i in np.argsort(-row, kind="stable")[:CANDIDATES]]
    singles: list[tuple[Sentence, ...]] = [(s,) for s in nearest]
    pairs = [
        tuple(sorted(two, key=lambda s: s.start))
        for two in itertools.combinations(nearest, 2)
        if two[0].article.id == two[1].article.id
    ]
    before = [(other, s) for s in nearest if s.leans for other in [_before(s, evidence)] if other]
    return singles + list(dict.fromkeys([*pairs, *before]))


def _before(sentence: Sentence, evidence: Sequence[Sentence]) -> Sentence | None:
    """The sentence before it in its passage, whether it is among the evidence or not."""
    if found := next((other for other in evidence if sentence.follows(other)), None):
        return found
    start = sentence.article.text.rfind(sentence.before, 0, sentence.start) if sentence.before else -1
    if start < 0:
        return None
    unheard = np.zeros_like(sentence.vector)
    return replace(sentence, start=start, end=start + len(sentence.before), vector=unheard, about="", before="")


def _best(
    statement: str, judged: Sequence[tuple[tuple[Sentence, ...], Support]], threshold: float
) -> tuple[tuple[Sentence, ...], Support] | None:
    """The best single source if any is enough, else the best two of which each is needed."""
    for size in (1, 2):
        enough = [
            (c, s) for c, s in judged if len(c) == size and s.probability >= threshold and _each_needed(statement, c)
        ]
        if enough:
            return max(enough, key=lambda pair: pair[1].probability)
    return None


def _each_needed(statement: str, sources: tuple[Sentence, ...]) -> bool:
    """Whether each of two sources gives the statement words that the other lacks: one word alone ("written", of a
    "written apology") is an accident and ties nothing together, but where the second leans on the first."""
    if len(sources) == 1:
        return True
    said = set(content_words(statement))
    own = [said & set(content_words(s.text)) for s in sources]
    least = 1 if sources[1].follows(sources[0]) and sources[1].leans else OWN_WORDS
    return all(len(own[i] - own[1 - i]) >= least for i in (0, 1))


def _judged(cases: Sequence[tuple[str, tuple[Sentence, ...]]], checker: SupportChecker) -> list[Support]:
    """How well the sources support each statement: as they stand, or with people named in full, whichever is better."""
    pairs: list[tuple[str, str, str]] = []
    ends = []
    for statement, sources in cases:
        article, text = sources[0].article, _joined(sources)
        pairs += [
            (statement, said, context(article)) for said in dict.fromkeys((text, spelled_out(text, article.text)))
        ]
        ends.append(len(pairs))
    found = checker.many(pairs)
    return [max(found[start:end], key=lambda s: s.probability) for start, end in itertools.pairwise([0, *ends])]


def _joined(sources: Sequence[Sentence]) -> str:
    return " ".join(s.text for s in sources)


def context(article: Article) -> str:
    """What a footnote shows beside its quote, and a claim may therefore take from it: title, publisher, date."""
    head = (article.title, article.publisher, article.published.isoformat() if article.published else None)
    return " | ".join(part for part in head if part)


def verdict(
    statement: str, row: Vectors, evidence: Sequence[Sentence], checker: SupportChecker, threshold: float
) -> Claim:
    """A user's statement against the evidence: supported by one or two sentences, contradicted by one, or not found."""
    choices = _choices(row, evidence)
    judged = list(zip(choices, _judged([(statement, c) for c in choices], checker), strict=True))
    if best := _best(statement, judged, threshold):
        claims, _ = number([Statement(statement, best[0], best[1].probability)])
        return claims[0]
    against = [(c, s) for c, s in judged if s.verdict == "contradicted" and len(c) == 1]
    if against:
        claims, _ = number([Statement(statement, against[0][0], against[0][1].probability)])
        return Claim(statement, claims[0].citations, "contradicted")
    return Claim(statement, (), "not found")


def unchecked(drafted: Sequence[str], near: Vectors, evidence: Sequence[Sentence]) -> list[Statement]:
    """The baseline without checking: every draft sentence, pinned to the source sentence nearest to it, if any."""
    if not evidence:
        return [Statement(text, (), 0.0) for text in drafted]
    return [
        Statement(text, (evidence[int(row.argmax())],), max(0.0, float(row.max())))
        for text, row in zip(drafted, near, strict=True)
    ]
