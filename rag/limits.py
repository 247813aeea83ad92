"""What limits what a source says, and is lost: a part for the whole, one of the largest for the largest, a condition.

Rules over an alignment, as those of `rag.clashes`. Knows nothing about probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rag.align import Alignment, same_value
from rag.lexicon import CONDITIONS, DEGREES, DOUBTS, EXCLUSIVE, MODALS, OWNING, PARTS, SETTLED, UNCONDITIONAL
from rag.roles import Clash, Context, Rule
from rag.tokens import Token, ordinal

MOSTLY = 0.6
"""Share of a sentence's content that lies on what is said to hold under a condition, from which it is about that."""

EACH = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}


def exclusive_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    given = {t.text.lower() for t in a.source}
    for i, token in enumerate(a.sentence):
        word = token.text.lower()
        before = a.sentence[i - 1].text.lower() if i else ""
        if word not in EXCLUSIVE or given & EXCLUSIVE or before in ("at", "in", "after", "of", "not"):
            continue
        if not _counts_all(a, i):
            yield Clash("exclusive", f'"{word}": not in the source')


def _counts_all(a: Alignment, i: int) -> bool:
    """Whether "all three" is said of what the source counts as three, or "every day" of what happens daily."""
    if i + 1 == len(a.sentence):
        return False
    word, next_one = a.sentence[i].text.lower(), a.sentence[i + 1]
    if word == "every":
        return any(t.text.lower() == EACH.get(next_one.text.lower()) for t in a.source)
    counted = any(t.number and next_one.number and same_value(next_one.number, t.number) for t in a.source)
    parts = (t.text.lower() == "of" and (head.number or head.text.lower() in PARTS) for head, t in pairwise(a.source))
    return word == "all" and counted and not any(parts)


def part_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "Nine were freed" where the source says "two of the nine"."""
    place = {to: i for i, to in enumerate(a.to) if to >= 0}
    for j in range(1, len(a.source) - 1):
        head, of, after = a.source[j - 1 : j + 2]
        part = (head.number and not head.number.unit) or head.text.lower() in PARTS
        if of.text.lower() != "of" or not part or not (after.number or after.text.lower() in OWNING):
            continue
        whole = next((k for k in range(j + 1, len(a.source)) if a.source[k].kind != "function"), -1)
        i = place.get(whole, -1)
        if i < 0 or a.score[i] < 0.7 or a.source[whole].sentence != of.sentence:
            continue
        if not any(_is_part(t, head) for t in a.sentence) and not any(
            t.number or t.text.lower() in ("a", "an", "half", "majority", "only") for t in a.sentence[max(0, i - 4) : i]
        ):
            yield Clash("exclusive", f'"{head.text} of" of the source is left out')


def _is_part(token: Token, head: Token) -> bool:
    """Whether a word of the sentence says that it is a part."""
    same = bool(head.number and token.number and same_value(head.number, token.number))
    return same or token.text.lower() in PARTS | {head.text.lower(), "among", "not"}


def doubt_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "He took bribes" where the source says that he allegedly did, or "tried" where he allegedly tried."""
    if not any(t.text.lower() in DOUBTS for t in a.sentence):
        yield from (_left_out(token) for token in _words_lost(a, DOUBTS))


def degree_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "It was destroyed" where the source says that it was largely destroyed, or to a certain extent."""
    if {t.text.lower() for t in a.sentence} & {*DEGREES, "extent", "degree", "part", "most"}:
        return
    yield from (_left_out(token) for token in _words_lost(a, DEGREES))
    told, most = _told(a), MOSTLY * sum(t.kind != "function" for t in a.sentence)
    for at, token in enumerate(a.source):
        if _is_some_extent(a.source, at) and sum(a.source[j].sentence == token.sentence for j in told) >= most:
            yield _left_out(token)


def _words_lost(a: Alignment, words: frozenset[str]) -> Iterator[Token]:
    """Those of the words in the source that stand before what the sentence says, and not in the sentence."""
    told = _told(a)
    for at, token in enumerate(a.source):
        after = next((j for j in range(at + 1, len(a.source)) if a.source[j].kind != "function"), -1)
        kept = any(t.stem == token.stem for t in a.sentence)  # "was reported to": the same in another form
        if token.text.lower() in words and not kept and after in told:
            yield token


def _told(a: Alignment) -> set[int]:
    """Places in the source of the content that the sentence has."""
    lies = zip(a.to, a.score, strict=True)
    return {to for to, score in lies if to >= 0 and score >= 0.5 and a.source[to].kind != "function"}


def _left_out(token: Token) -> Clash:
    return Clash("modality", f'"{token.text}" of the source is left out')


def _is_some_extent(row: tuple[Token, ...], at: int) -> bool:
    before = row[at - 1].text.lower() if at else ""
    return row[at].text.lower() in ("extent", "degree") and before in ("certain", "some", "limited", "lesser")


def superlative_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "The largest" where the source says "one of the largest" or "the second-largest"."""
    for i, (token, to) in enumerate(zip(a.sentence, a.to, strict=True)):
        if to >= 0 and token.text.lower().endswith("est") and token.stem == a.source[to].stem:
            limit = _limit(a.source, to)
            if limit and not _limit(a.sentence, i):
                yield Clash("exclusive", f'"{token.text}": the source says "{limit} {a.source[to].text}"')


def _limit(row: tuple[Token, ...], at: int) -> str:
    """What before a superlative says that others are as large, or larger."""
    before = [t.text.lower() for t in row[max(0, at - 3) : at]]
    if before and ordinal(row[at - 1]) not in (None, 1):
        return before[-1]
    phrase = " ".join(before)
    return next((limit for limit in ("one of the", "among the", "one of its", "among its") if limit in phrase), "")


def condition_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "She will resign" where the source says that she will if something happens, and the sentence leaves that out."""
    if any(t.text.lower() in CONDITIONS | SETTLED for t in a.sentence):
        return
    told = {to for to, score in zip(a.to, a.score, strict=True) if to >= 0 and score >= 0.6}
    most = MOSTLY * sum(t.kind != "function" for t in a.sentence)
    for at, token in enumerate(a.source):
        if not _opens_condition(a.source, at):
            continue
        own = [j for j, t in enumerate(a.source) if j > at and (t.sentence, t.clause) == (token.sentence, token.clause)]
        if told.intersection(own):
            continue
        governed = [j for j, t in enumerate(a.source) if _governs(a.source, at, t, j)]
        verbs = {next((k for k in governed if k > j and a.source[k].kind == "word"), -1) for j in governed
                 if a.source[j].text.lower() in MODALS}  # fmt: skip
        content = {j for j in governed if a.source[j].kind != "function"}
        if told & verbs or len(told & content) >= most:
            yield Clash("condition", f'"{token.text}" of the source is left out')


def _opens_condition(row: tuple[Token, ...], at: int) -> bool:
    low = row[at].text.lower()
    before = row[at - 1].text.lower() if at else ""
    if low == "long":
        return before == "as" and at + 1 < len(row) and row[at + 1].text.lower() == "as"
    return low in CONDITIONS and before not in UNCONDITIONAL


def _governs(row: tuple[Token, ...], at: int, token: Token, place: int) -> bool:
    """Whether the condition that opens at a place may hold for a token: for what stands before it in its clause, or,
    where a comma comes before it, in the clause before; where it opens the sentence, for the clause after it."""
    marker = row[at]
    if token.sentence != marker.sentence:
        return False
    if not at or row[at - 1].sentence != marker.sentence:
        return token.clause == marker.clause + 1
    return place < at and token.clause == row[at - 1].clause


LIMIT_RULES: tuple[Rule, ...] = (
    doubt_clashes,
    exclusive_clashes,
    part_clashes,
    degree_clashes,
    superlative_clashes,
    condition_clashes,
)
