"""What differs between a sentence and the source it lies on: each difference a kind, a weight and a reason in words.

Every rule reads the same alignment. Knows nothing about probabilities; `rag.support` weighs the kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.align import Alignment, fits, same_value
from rag.facts import Date, Number
from rag.lexicon import EXCLUSIVE, SPEECH
from rag.tokens import Token, is_standin, poles


@dataclass(frozen=True, slots=True)
class Clash:
    """One difference. `hard` kinds contradict the source; the others only lack support."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """Names' words and dates that the surroundings of the source supply."""

    words: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()


RANK = {"possible": 2, "planned": 2, "future": 1, "fact": 0}

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
    for token, to in zip(a.sentence, a.to, strict=True):
        if not token.number or (token.number.value in (0.5, 1) and not token.number.unit):
            continue
        same = [t for t in given if t.number and same_value(token.number, t.number)]
        there = a.source[to] if to >= 0 else None
        if not same:
            if not any(t.number and rounds(token.number, t.number) for t in given):
                small = token.number.value < 11 and not token.text[0].isdigit()
                shown = f': the source says "{there.text}"' if there and there.number else ": not in the source"
                yield Clash("small number" if small else "number", f"number {token.text}{shown}")
            continue
        if there and there.number and there not in same:
            yield Clash("number swapped", f'number {token.text}: there the source says "{there.text}"')
            continue
        best = there if there in same else same[0]
        yield from _modifier_and_unit(token, best, same if there not in same else [best])


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
    """True when "more than 500" and the like hold of the exact number that is given."""
    ratio = given.value / claim.value if claim.value else 0.0
    return given.modifier in ("", claim.modifier) and {
        "over": 1.0 < ratio <= 1.2, "least": 1.0 <= ratio <= 1.2, "under": 0.8 <= ratio < 1.0, "most": 0.8 <= ratio <= 1.0,
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
        known = any(t.date and fits(_without_year(token.date), t.date) and t.date.year is None for t in given)
        if token.date.year in context.years and (known or _without_year(token.date).month is None):
            yield Clash("resolved", f"year of {token.text}: from the surroundings")
        else:
            shown = f'the source says "{there.text}"' if there and there.date else "not in the source"
            yield Clash("date", f"date {token.text}: {shown}")


def _without_year(date: Date) -> Date:
    return Date(None, date.month, date.day, date.weekday, date.start, date.end)


def name_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    known = {t.stem for t in a.source} | {word for t in a.source for word in t.words}
    for token, to, score in zip(a.sentence, a.to, a.score, strict=True):
        if token.kind != "name":
            continue
        there = a.source[to] if to >= 0 else None
        other = there is not None and there.kind == "name" and not (there.words & token.words)
        missing = token.words - known
        if missing and missing <= context.words and not other:
            yield Clash("resolved", f"{token.text}: named in the surroundings only")
        elif missing:
            shown = f'the source says "{there.text}"' if other and there else "not in the source"
            yield Clash("name", f"{token.text}: {shown}")
        elif other and there:
            yield Clash("name swapped", f'{token.text}: there the source says "{there.text}"')
        elif there is None:
            yield Clash("unplaced", f"{token.text}: stands elsewhere in the source")


def word_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """Opposites, negations and hedges of words that lie on each other."""
    pole = poles()
    for token, to, score in zip(a.sentence, a.to, a.score, strict=True):
        if to < 0 or token.kind in ("number", "date"):
            continue
        there = a.source[to]
        if there.stem != token.stem and token.stem in pole and there.stem in pole and token.kind != "name":
            (pair, side), (pair2, side2) = pole[token.stem], pole[there.stem]
            if pair == pair2 and side != side2:
                if token.negated == there.negated:
                    yield Clash("opposite", f'"{token.text}": the source says "{there.text}"')
                continue
        if score < 0.5 and not token.kind == "function":
            continue
        if token.negated != there.negated:
            which = "negated here only" if token.negated else "negated in the source"
            yield Clash("negation", f'"{token.text}": {which}')
        if RANK[there.hedge] > RANK[token.hedge]:
            yield Clash("modality", f'"{token.text}": only {there.hedge} in the source')
        elif RANK[token.hedge] > RANK[there.hedge]:
            yield Clash("weakened", f'"{token.text}": only {token.hedge} here')


def exclusive_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    given = {t.text.lower() for t in a.source}
    for token in a.sentence:
        word = token.text.lower()
        if word in EXCLUSIVE and not given & EXCLUSIVE:
            yield Clash("exclusive", f'"{word}": not in the source')


def speaker_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    said, sources = speakers(a.sentence), speakers(a.source)
    for speaker in said.values():
        lying = [a.source[to].sentence for t, to in zip(a.sentence, a.to, strict=True) if to >= 0 and t.kind == "word"]
        if not lying:
            continue
        where = max(set(lying), key=lying.count)
        there = sources.get(where)
        if there is not None and speaker.words and there.words and not speaker.words & there.words:
            yield Clash("speaker", f'said by {speaker.text}: the source gives it to "{there.text}"')


def speakers(row: tuple[Token, ...]) -> dict[int, Token]:
    """Sentence number -> the name beside its verb of saying; a pronoun stands for the speaker before it."""
    found: dict[int, Token] = {}
    for i, token in enumerate(row):
        if token.text.lower() not in SPEECH:
            continue
        near = [row[j] for j in (i - 1, i + 1, i - 2, i + 2) if 0 <= j < len(row) and row[j].sentence == token.sentence]
        who = next((t for t in near if t.kind == "name"), None)
        if who is None and found and any(is_standin(t) for t in near):
            who = found[max(found)]
        if who is not None:
            found.setdefault(token.sentence, who)
    return found


RULES: tuple[Callable[[Alignment, Context], Iterator[Clash]], ...] = (
    number_clashes, date_clashes, name_clashes, word_clashes, exclusive_clashes, speaker_clashes,
)  # fmt: skip
