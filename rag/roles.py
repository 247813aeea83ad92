"""Who did what: names, numbers and dates that stand at the wrong place, by order and by neighbours.

Reads an alignment; knows nothing about probabilities. `rag.support` weighs the kinds; `rag.owners` sees to what is said
to be whose, `rag.speakers` to who said it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.align import Alignment, fits, same_value
from rag.lexicon import SPEECH
from rag.tokens import BE, Token, is_standin

NEAR = 5
"""Tokens to each side of a fact that count as its neighbours."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One difference between a sentence and its source: a kind that has a weight, and the reason in words."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """Stems of the words, and the years, that the surroundings of the source supply."""

    words: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()


Rule = Callable[[Alignment, Context], Iterator[Clash]]
"""Reads the clashes of a few kinds off an alignment."""


def alike(a: Token, b: Token) -> bool:
    """True when both tokens give the same fact, so far as `a` goes."""
    if a.kind == "name":
        if b.kind != "name":
            return len(a.words) == 1 and b.stem in a.words
        return a.words <= b.words or b.words <= a.words
    if a.number and b.number:
        return same_value(a.number, b.number)
    return bool(a.date and b.date and fits(a.date, b.date))


def places(token: Token, source: tuple[Token, ...]) -> list[int]:
    """Source positions of the same fact."""
    return [j for j, there in enumerate(source) if alike(token, there)]


def name_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    known = {t.stem for t in a.source} | {word for t in a.source for word in t.words}
    voices = any(
        _passive(a.sentence, k) != _passive(a.source, to) for k, to in enumerate(a.to) if to >= 0 and a.score[k] > 0.7
    )
    points_back = any(is_standin(t) for t in a.source)
    for i, (token, to) in enumerate(zip(a.sentence, a.to, strict=True)):
        if token.kind != "name":
            continue
        there = a.source[to] if to >= 0 else None
        subject = points_back and not any(t.kind == "name" for t in a.sentence[:i])
        stands_in = subject or (there is not None and is_standin(there))
        other = there is not None and there.kind == "name" and not alike(token, there)
        missing = token.words - known
        if missing and missing <= context.words:
            yield Clash("resolved" if stands_in else "resolved other", f"{token.text}: named in the surroundings only")
        elif missing:
            shown = f'the source says "{there.text}"' if other and there else "not in the source"
            yield Clash("name", f"{token.text}: {shown}")
        elif mixed(token, a.source) and not token.words <= context.words:
            yield Clash("name", f"{token.text}: put together of names of the source")
        elif other and there and not voices and not _undergoes(a, i):
            yield Clash("name swapped", f'{token.text}: there the source says "{there.text}"')
        elif there is None:
            yield Clash("unplaced", f"{token.text}: stands elsewhere in the source")


def _undergoes(a: Alignment, i: int) -> bool:
    """Whether something is done to the bearer of a name, here and in the source: "X was released", where the source has
    "Y released X"."""
    row = a.sentence
    if i + 2 >= len(row) or not _is_be(row[i + 1]) or row[i + 2].kind != "word" or _passive(row, i + 2):
        return False
    there = places(row[i], a.source)
    return any(
        by.kind == "name"
        and done.text.lower() == row[i + 2].text.lower()
        and any(j < to and a.source[to].sentence == done.sentence for to in there)
        for j, (by, done) in enumerate(itertools.pairwise(a.source), start=1)
    )


def mixed(name: Token, source: tuple[Token, ...]) -> bool:
    """Whether a name of two words has one of them from a longer name of the source, which goes on otherwise: "Ann
    Webster", where "Ann Weiss" and "Webster" stand."""
    given = [t.words for t in source if t.kind == "name"]
    if len(name.text.split()) != 2 or any(name.words <= words for words in given):
        return False
    return any(name.words & words and not words <= name.words for words in given)


def opening_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """A capitalised first word that the source lacks, where the source has a name."""
    if len(a.sentence) < 3 or a.sentence[0].kind != "word" or not a.sentence[0].text[0].isupper() or a.to[0] >= 0:
        return
    first = a.sentence[0]
    if first.stem in context.words or first.text.endswith(("s", "ly", "ing")):
        return
    after = next((to for to in a.to[1:4] if to > 0), 0)
    before = a.source[max(0, after - 2) : after]
    name = next((t for t in before if t.kind == "name"), None)
    if name is not None and not any(alike(name, t) for t in a.sentence if t.kind == name.kind):
        yield Clash("name", f'{first.text}: the source says "{name.text}"')


def order_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """Two facts of a kind change sides around the words between them, and no passive explains it."""
    for kind in ("name", "number", "date"):
        at = [i for i, t in enumerate(a.sentence) if t.kind == kind]
        for f, g in itertools.pairwise(at):
            first, second = places(a.sentence[f], a.source), places(a.sentence[g], a.source)
            if not first or not second or set(first) & set(second):
                continue
            middle = [k for k in range(f + 1, g) if a.sentence[k].kind == "word" and a.score[k] >= 0.5]
            if not middle and kind != "name" and g - f <= 3:
                turned = all(abs(y - x) <= 3 and y < x for x in first for y in second)
            else:
                turned = any(_turned(a, k, first, second, kind == "name") for k in middle[:4])
            if turned:
                yield Clash(
                    "order", f"{a.sentence[f].text} and {a.sentence[g].text}: the other way round in the source"
                )


def _turned(a: Alignment, k: int, first: list[int], second: list[int], voices: bool) -> bool:
    at = a.to[k]
    kept = any(x < at for x in first) and any(y > at for y in second)
    swapped = any(x > at for x in first) and any(y < at for y in second)
    flipped = voices and _passive(a.sentence, k) != _passive(a.source, at)
    if flipped:
        return kept and not swapped
    return swapped and not kept


def _passive(row: tuple[Token, ...], k: int) -> bool:
    """True for "written by" and for "was written ... by"."""
    after = [t.text.lower() for t in row[k + 1 : k + 9] if t.sentence == row[k].sentence]
    being = any(t.text.lower() in BE for t in row[max(0, k - 2) : k])
    return row[k].text.lower() not in BE and (after[:1] == ["by"] or (being and "by" in after))


def voice_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "X accused Y" does not say that X was accused."""
    for k, (token, to) in enumerate(zip(a.sentence, a.to, strict=True)):
        if token.kind != "word" or to < 1 or a.score[k] < 0.7 or token.stem != a.source[to].stem or k == 0:
            continue
        mine, theirs = a.sentence[k - 1].text.lower() in BE, a.source[to - 1].text.lower() in BE
        subject = next((t for t in reversed(a.sentence[:k]) if t.kind == "name" and t.clause == token.clause), None)
        if mine == theirs or subject is None or not token.text.lower().endswith(("ed", "en", "wn")):
            continue
        here = [j for j in places(subject, a.source) if a.source[j].sentence == a.source[to].sentence]
        if here and all(j < to for j in here) and a.source[to - 1].kind == "name":
            yield Clash("subject", f'{subject.text}: "{token.text}" is said of it the other way round')


def agent_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "It is used by X" where the source has somebody use what is of X: who does it stands before the verb."""
    for k, (token, to) in enumerate(zip(a.sentence, a.to, strict=True)):
        if token.kind != "word" or not _passive(a.sentence, k) or token.text.lower() in SPEECH:
            continue
        by = next(i for i in range(k + 1, len(a.sentence)) if a.sentence[i].text.lower() == "by")
        if not _is_agent(a.sentence, k, by):
            continue
        if to < 0 or a.score[k] < 0.7:
            to = next((j for j, t in enumerate(a.source) if t.kind == "word" and t.stem == token.stem), -1)
        there = {j for j, t in enumerate(a.source) if to >= 0 and t.sentence == a.source[to].sentence}
        if any(a.source[j].text.lower() == "by" for j in there):
            continue
        agent = {j for t in a.sentence[by + 1 : by + 1 + NEAR] if t.kind != "function" for j in _same(t, a.source)}
        if agent & there and min(agent & there) > to:
            shown = a.source[min(agent & there)].text
            yield Clash("subject", f'"{token.text} by": the source does not say so of "{shown}"')


def _is_agent(row: tuple[Token, ...], k: int, by: int) -> bool:
    """Whether who does what the verb at `k` says stands after "by": not in "rose by 4 percent", nor in "expected to be
    affected by it"."""
    after = next((t for t in row[by + 1 :] if t.kind != "function"), None)
    if any(t.kind == "word" and t.text.lower().endswith(("ed", "en", "wn")) for t in row[k + 1 : by]):
        return False
    return after is not None and after.kind in ("name", "word") and not after.text.lower().endswith("ing")


def way_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "From Muscat" where the source says "to Muscat"."""
    given: dict[str, list[Token]] = {"from": [], "to": []}
    for before, token in itertools.pairwise(a.source):
        if token.kind in ("name", "number"):
            given.get(before.text.lower(), []).append(token)
    other = {"from": "to", "to": "from"}
    for before, token in itertools.pairwise(a.sentence):
        way = before.text.lower()
        if way not in other or token.kind not in ("name", "number") or not given[way]:
            continue
        if not any(alike(token, t) for t in given[way]) and any(alike(token, t) for t in given[other[way]]):
            yield Clash("name swapped", f'"{way} {token.text}": the source says "{other[way]}"')


def subject_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "The founder is no seller" where the source says that of the family, and of the founder something else."""
    for k, token in enumerate(a.sentence[1:], start=1):
        head = a.sentence[k - 1]
        simple = head.kind == "word" and all(t.kind == "function" for t in a.sentence[: k - 1])
        said = next((i for i in range(k + 1, len(a.sentence)) if a.sentence[i].kind != "function"), -1)
        if token.text.lower() not in BE or not simple or said < 0 or a.score[said] < 0.7:
            continue
        to = a.to[said]
        at = next((j for j in range(to - 1, 0, -1) if a.source[j].kind != "function" or _is_be(a.source[j])), 0)
        if not at or not _is_be(a.source[at]) or a.source[at - 1].kind != "word":
            continue
        before = [t.stem for t in a.source[:at] if t.sentence == a.source[at].sentence]
        if head.stem not in before and any(t.stem == head.stem for t in a.source):
            yield Clash("subject", f'{head.text}: the source says so of "{a.source[at - 1].text}"')


def _is_be(token: Token) -> bool:
    return token.text.lower() in BE


def _same(token: Token, source: tuple[Token, ...]) -> list[int]:
    """Source positions of the same name or word."""
    if token.kind == "name":
        return places(token, source)
    return [j for j, there in enumerate(source) if there.stem == token.stem or token.stem in there.words]


def bond(a: Alignment, kind: str) -> float:
    """Share of the words near facts of `kind` whose nearest such fact in the source is another one."""
    torn = total = 0
    facts = [j for j, t in enumerate(a.source) if t.kind == kind]
    for i, token in enumerate(a.sentence):
        if token.kind != kind:
            continue
        mine = places(token, a.source)
        others = [j for j in facts if j not in mine]
        if not mine or not others:
            continue
        for k in range(max(0, i - NEAR), min(len(a.sentence), i + NEAR + 1)):
            if a.sentence[k].kind != "word" or a.to[k] < 0 or a.sentence[k].sentence != token.sentence:
                continue
            nearest = min(abs(a.to[k] - j) for j in mine)
            total += 1
            torn += nearest > abs(k - i) + 3 and min(abs(a.to[k] - j) for j in others) < nearest
    return torn / total if total else 0.0


ROLE_RULES: tuple[Rule, ...] = (
    name_clashes,
    opening_clashes,
    order_clashes,
    way_clashes,
    voice_clashes,
    agent_clashes,
    subject_clashes,
)
