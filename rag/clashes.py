"""What differs between a sentence and the source it lies on: each difference a kind, a weight and a reason in words.

Every rule reads the same alignment. Knows nothing about probabilities; `rag.support` weighs the kinds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.align import Alignment, fits, same_value
from rag.facts import Date, Number
from rag.lexicon import CONDITIONS, DOUBTS, EXCLUSIVE, MODALS, SETTLED, UNCONDITIONAL
from rag.owners import OWNER_RULES
from rag.roles import ROLE_RULES, Clash, Context, Rule
from rag.speakers import SPEAKER_RULES
from rag.tokens import Token, ordinal, poles, senses

PEOPLE = frozenset(("peopl", "person", "other"))
"""Stems that may stand for any counted persons."""

MOSTLY = 0.6
"""Share of a sentence's content that lies on what is said to hold under a condition, from which it is about that."""

RANK = {"asked": 3, "possible": 2, "planned": 2, "future": 1, "fact": 0}

# Modifier of the sentence -> modifiers of the source that entail it. "" is an exact number.
ENTAILED = {
    "": {""},
    "about": {"", "about", "nearly"},
    "over": {"over"},
    "least": {"", "least", "over"},
    "under": {"under", "nearly"},
    "most": {"", "most", "under", "nearly"},
    "nearly": {"nearly"},
}


def clashes(a: Alignment, context: Context) -> list[Clash]:
    """All differences, in the order of the rules."""
    return [clash for rule in RULES for clash in rule(a, context)]


def number_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    given = [t for t in a.source if t.number]
    for i, (token, to) in enumerate(zip(a.sentence, a.to, strict=True)):
        there = a.source[to] if to >= 0 else None
        counted = there is not None and there.number is not None
        if not token.number or (token.number.value in (0.5, 1) and not token.number.unit and not counted):
            continue
        same = [t for t in given if t.number and same_value(token.number, t.number)]
        if not same:
            if (
                i
                and token.text in context.words
                and (a.sentence[i - 1].words or {a.sentence[i - 1].stem}) <= context.words
            ):
                continue  # a number in a name, such as Agenda 21
            nearest = [there] if there and there.number else given
            if not any(t.number and rounds(token.number, t.number) for t in nearest):
                small = token.number.value < 11 and not token.text[0].isdigit() and not counted
                shown = f': the source says "{there.text}"' if there and there.number else ": not in the source"
                yield Clash("small number" if small else "number", f"number {token.text}{shown}")
            continue
        if there and there.number and there not in same:
            yield Clash("number swapped", f'number {token.text}: there the source says "{there.text}"')
            continue
        best = there if there in same else same[0]
        yield from _modifier_and_unit(token, best, same if there not in same else [best])


def ordinal_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "The third meeting" where the source counts another one."""
    given = {ordinal(t) for t in a.source} - {None}
    for token, to in zip(a.sentence, a.to, strict=True):
        mine = ordinal(token)
        if mine is not None and given and mine not in given and to >= 0 and ordinal(a.source[to]) is not None:
            yield Clash("number", f'"{token.text}": the source says "{a.source[to].text}"')


def _modifier_and_unit(token: Token, best: Token, same: list[Token]) -> Iterator[Clash]:
    claim = token.number
    if claim is None:
        return
    facts = [t.number for t in same if t.number]
    if not any(given.modifier in ENTAILED[claim.modifier] for given in facts):
        yield Clash("modifier", f'number {token.text}: the source says "{best.text}"')
    if claim.unit and all(given.unit and given.unit != claim.unit for given in facts):
        yield Clash("unit", f'unit of {token.text}: the source says "{best.text}"')


def rounds(claim: Number, given: Number) -> bool:
    """True when "more than 500" and the like, in rounder figures, hold of the exact number that is given."""
    ratio = given.value / claim.value if claim.value else 0.0
    rounder = len(f"{claim.value:.10g}".rstrip("0").replace(".", "")) < len(
        f"{given.value:.10g}".rstrip("0").replace(".", "")
    )
    return rounder and given.modifier == "" and {
        "over": 1.0 < ratio <= 1.2, "least": 1.0 <= ratio <= 1.2, "under": 0.8 <= ratio < 1.0, "most": 0.8 <= ratio <= 1.0,  # noqa: E501
        "nearly": 0.9 <= ratio < 1.0, "about": 0.93 <= ratio <= 1.07,
    }.get(claim.modifier, False)  # fmt: skip


def date_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    given = [t for t in a.source if t.date]
    for token, to in zip(a.sentence, a.to, strict=True):
        if not token.date:
            continue
        there = a.source[to] if to >= 0 else None
        fitting = [t for t in given if t.date and fits(token.date, t.date)]
        if fitting:
            if there and there.date and there not in fitting:
                yield Clash("date swapped", f'date {token.text}: there the source says "{there.text}"')
            continue
        if token.date.year in context.years and any(t.date and _lacks_year(token.date, t.date) for t in given):
            yield Clash("resolved", f"year of {token.text}: from the surroundings")
        else:
            shown = f'the source says "{there.text}"' if there and there.date else "not in the source"
            yield Clash("date", f"date {token.text}: {shown}")


def _lacks_year(claim: Date, given: Date) -> bool:
    """Whether the source has the same day or month without its year, or any where the claim is the bare year: what it
    does not date may have happened at any time."""
    same = replace(claim, year=None)
    return given.year is None and (claim.month is None or fits(same, given))


def noun_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """The word after a number differs from the word after the same number in the source."""
    sense = senses()
    for i, (token, to) in enumerate(zip(a.sentence, a.to, strict=True)):
        if not token.number or to < 0 or token.number.unit or i + 1 >= len(a.sentence) or to + 1 >= len(a.source):
            continue
        mine, theirs = a.sentence[i + 1], a.source[to + 1]
        if mine.kind != "word" or theirs.kind != "word" or mine.clause != token.clause or mine.stem in PEOPLE:
            continue
        near = {t.stem for t in a.source[max(0, to - 4) : to + 5]}
        same = mine.stem in near or (mine.stem in sense and sense[mine.stem] in {sense.get(n) for n in near})
        if not same:
            yield Clash("noun", f'{token.text} {mine.text}: the source says "{a.source[to].text} {theirs.text}"')


def word_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """Opposites, negations and hedges of words that lie on each other."""
    stems = {t.stem for t in a.source}
    for i, (token, to, score) in enumerate(zip(a.sentence, a.to, a.score, strict=True)):
        if to < 0:
            continue
        there = a.source[to]
        if _opposite(token, there):
            if token.negated == there.negated:
                yield Clash(
                    "reversed" if token.stem in stems else "opposite", f'"{token.text}": the source says "{there.text}"'
                )
            continue
        if (score < 0.5 and token.kind != "function") or token.kind == "date":
            continue
        if token.negated != there.negated:
            which = "negated here only" if token.negated else "negated in the source"
            yield Clash("negation", f'"{token.text}": {which}')
        near = max(RANK[t.hedge] for t in a.sentence[max(0, i - 6) : i + 7])
        if RANK[there.hedge] > near:
            yield Clash("modality", f'"{token.text}": only {there.hedge} in the source')
        elif RANK[token.hedge] > RANK[there.hedge]:
            yield Clash("weakened", f'"{token.text}": only {token.hedge} here')


def doubt_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "He took bribes" where the source says that he allegedly did, or "tried" where he allegedly tried."""
    if any(t.text.lower() in DOUBTS for t in a.sentence):
        return
    told = {to for to, score in zip(a.to, a.score, strict=True) if to >= 0 and score >= 0.5}
    for at, token in enumerate(a.source):
        doubted = (j for j in range(at + 1, len(a.source)) if a.source[j].kind != "function")
        if token.text.lower() in DOUBTS and next(doubted, -1) in told:
            yield Clash("modality", f'"{token.text}" of the source is left out')


def _opposite(token: Token, there: Token) -> bool:
    pole = poles()
    if token.stem == there.stem or token.stem not in pole or there.stem not in pole or token.kind == "name":
        return False
    (pair, side), (other, side2) = pole[token.stem], pole[there.stem]
    return pair == other and side != side2


def exclusive_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    given = {t.text.lower() for t in a.source}
    for i, token in enumerate(a.sentence):
        word = token.text.lower()
        before = a.sentence[i - 1].text.lower() if i else ""
        if word in EXCLUSIVE and not given & EXCLUSIVE and before not in ("at", "in", "after", "of", "not"):
            yield Clash("exclusive", f'"{word}": not in the source')


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


def item_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """A lone item between commas, or between a comma and "and", that the source does not have."""
    known = {t.stem for t in a.source} | context.words
    row = a.sentence
    for i in range(1, len(row) - 1):
        token = row[i]
        ends = row[i + 1].clause > token.clause or row[i + 1].text.lower() in ("and", "or")
        if token.kind != "word" or not ends or token.stem in known or a.to[i] >= 0:
            continue
        begins = row[i - 1].clause < token.clause or row[i - 1].text.lower() in ("and", "or")
        begins = begins or (i > 1 and row[i - 1].kind == "word" and row[i - 2].clause < row[i - 1].clause)
        if begins:
            yield Clash("item", f'"{token.text}": not in the list of the source')


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


RULES: tuple[Rule, ...] = (
    number_clashes, ordinal_clashes, date_clashes, noun_clashes, word_clashes, doubt_clashes, exclusive_clashes,
    superlative_clashes, item_clashes, condition_clashes, *ROLE_RULES, *OWNER_RULES, *SPEAKER_RULES,
)  # fmt: skip
