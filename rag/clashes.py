"""What differs between a sentence and the source it lies on: each difference a kind, a weight and a reason in words.

Every rule reads the same alignment. Knows nothing about probabilities; `rag.support` weighs the kinds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rag.align import Alignment, fits, same_value
from rag.facts import Date, Number
from rag.lexicon import NO_NOUN, PARTING, SPEECH
from rag.limits import LIMIT_RULES
from rag.owners import OWNER_RULES
from rag.roles import ROLE_RULES, Clash, Context, Rule
from rag.speakers import SPEAKER_RULES
from rag.tokens import BE, Token, ordinal, poles, senses

PEOPLE = frozenset(("peopl", "person", "other"))
"""Stems that may stand for any counted persons."""

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
    found = [clash for rule in RULES for clash in rule(a, context)]
    return [clash for clash in found if clash.kind != "negation"] if _turned_negation(a) else found


def _turned_negation(a: Alignment) -> bool:
    """Whether the one side negates a noun ("no firm was hurt") and the other the verb ("the firm was not hurt"): then
    each has another word negated, and says the same. Only where nothing else is said beside it, for "did not promise to
    sell" is no promise not to."""
    here, there = ([t for t in row if t.negated] for row in (a.sentence, a.source))
    nouns = [any(t.text.lower() in NO_NOUN for t in row) for row in (a.sentence, a.source)]
    clauses = [{(t.sentence, t.clause) for t in marked} for marked in (here, there)]
    if nouns[0] == nouns[1] or any(len(found) != 1 for found in clauses):
        return False
    (at,) = clauses[1]
    lying = {(a.source[to].sentence, a.source[to].clause) for t, to in zip(a.sentence, a.to, strict=True)
             if t.negated and to >= 0}  # fmt: skip
    within = {t.text.lower() for t in a.source if (t.sentence, t.clause) == at}
    return lying == {at} and not within & PARTING


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
        pole = poles()
        same = mine.stem in near or any(
            mine.stem in group and group[mine.stem] in {group.get(n) for n in near} for group in (sense, pole)
        )
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
        if RANK[there.hedge] > near and not _keeps_hedge(a, token, there):
            yield Clash("modality", f'"{token.text}": only {there.hedge} in the source')
        elif _will(a, i) and _was(there) and there.text.lower() != token.text.lower():
            yield Clash("modality", f'"{token.text}": has happened in the source')
        elif RANK[token.hedge] > RANK[there.hedge]:
            yield Clash("weakened", f'"{token.text}": only {token.hedge} here')


def _keeps_hedge(a: Alignment, token: Token, there: Token) -> bool:
    """Whether what makes the word of the source weaker stands in the sentence, at another place: "is to be replaced
    under the plans" for "plans to replace". Where the source has it twice, it may be the other one. What somebody
    attributes to a cause, somebody says."""
    if there.hedged_by == "attribut" and any(t.text.lower() in SPEECH for t in a.sentence):
        return True
    if sum(t.stem == there.hedged_by for t in a.source) != 1:
        return False
    kept = [i for i, t in enumerate(a.sentence) if t.stem == there.hedged_by]
    return any(a.sentence[i].clause == token.clause or {t.text.lower() for t in a.sentence[max(0, i - 2) : i]} & BE
               for i in kept)  # fmt: skip


def _will(a: Alignment, i: int) -> bool:
    return i > 0 and a.sentence[i].kind == "word" and a.sentence[i - 1].text.lower() in ("will", "shall")


def _was(token: Token) -> bool:
    """Whether it may be a past tense that reports what happened."""
    return token.hedge == "fact" and token.text.lower().endswith("ed")


def _opposite(token: Token, there: Token) -> bool:
    pole = poles()
    if token.stem == there.stem or token.stem not in pole or there.stem not in pole or token.kind == "name":
        return False
    (pair, side), (other, side2) = pole[token.stem], pole[there.stem]
    return pair == other and side != side2


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


RULES: tuple[Rule, ...] = (
    number_clashes, ordinal_clashes, date_clashes, noun_clashes, word_clashes, item_clashes,
    *LIMIT_RULES, *ROLE_RULES, *OWNER_RULES, *SPEAKER_RULES,
)  # fmt: skip
