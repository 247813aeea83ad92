"""Who did what: names, numbers and dates that stand at the wrong place, by order, by neighbours and by speaker.

Reads an alignment; knows nothing about probabilities. `rag.support` weighs the kinds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.align import Alignment, fits, same_value
from rag.lexicon import LEADING, PRONOUNS, SPEECH, STANDINS, TITLES
from rag.tokens import Token, is_standin

BE = frozenset(["is", "are", "was", "were", "be", "been", "being"])
ARTICLES = frozenset(["a", "an", "the", "its", "his", "her", "their"])
JOINING = frozenset(["and", "or", "but", "as", "while", "than"])
FAMILY = 5
"""Letters of a stem that its family has in common: founder, founded."""
ASIDE = 8
"""Tokens between a speaker and the verb of saying, at most: "Jo Weiss, the chief engineer of the city, said"."""
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
        elif other and there and not voices:
            yield Clash("name swapped", f'{token.text}: there the source says "{there.text}"')
        elif there is None:
            yield Clash("unplaced", f"{token.text}: stands elsewhere in the source")


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
            yield Clash("order", f'{subject.text}: "{token.text}" is said of it the other way round')


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


def owner_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """A title or an apposition right after a name ("X, mayor of Y") that the source gives to another name."""
    for i, token in enumerate(a.sentence):
        if token.kind != "name" or not places(token, a.source):
            continue
        first = next((k for k in range(i + 1, min(i + 5, len(a.sentence))) if a.sentence[k].kind != "function"), None)
        if (
            first is None
            or a.sentence[first].kind != "word"
            or a.score[first] < 0.7
            or not _introduces(a.sentence, i, first)
        ):
            continue
        owner = _owner(a.source, a.to[first])
        if owner is not None and not alike(token, owner):
            yield Clash("owner", f'{token.text}: the source says "{a.source[a.to[first]].text}" of {owner.text}')


def _introduces(row: tuple[Token, ...], i: int, k: int) -> bool:
    between = {t.text.lower() for t in row[i + 1 : k]}
    if not between <= ARTICLES | {"is", "was"} or row[k].text.lower().endswith(("ed", "ing")):
        return False
    return row[k].clause == row[i].clause + (0 if between & {"is", "was"} else 1)


def _owner(row: tuple[Token, ...], at: int) -> Token | None:
    """The name right before the clause of `at`, or before "is" in it."""
    token = row[at]
    for j in range(at - 1, max(-1, at - 5), -1):
        there = row[j]
        if there.sentence != token.sentence:
            return None
        if there.kind == "name":
            return there if there.clause >= token.clause - 1 else None
        if there.kind == "word" and there.clause < token.clause:
            return None
    return None


def title_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "Mayor X" where the source has "Mayor Y"."""
    for token in a.sentence:
        titles = _titles(token)
        if not titles or not token.words:
            continue
        mine = places(token, a.source)
        near = {t.text.lower() for j in mine for t in a.source[max(0, j - 3) : j + 8]} | {
            w for j in mine for w in _titles(a.source[j])
        }
        others = [t for t in a.source if t.kind == "name" and not alike(token, t) and titles & _titles(t)]
        if mine and others and not titles & near:
            yield Clash("owner", f'{token.text}: the source says "{others[0].text}"')


def identity_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "X is Meta's Chief Scientist" where the source has "Chief Scientist Y": a title that belongs to another name, or
    to nobody there: the surroundings say who "he" is, and not what somebody whom the source names is besides."""
    known = {t.stem for t in a.source} | {word for t in a.source for word in t.words}
    given = {word.strip(".") for t in a.source for word in t.text.lower().split()}
    for i, token in enumerate(a.sentence):
        after = a.sentence[i + 1 : i + 9]
        if token.kind != "name" or not after or after[0].text.lower() not in BE or not places(token, a.source):
            continue
        for role in after:
            if role.clause != token.clause:
                break
            if role.kind not in ("name", "word"):
                continue
            office = {role.text.lower()} & TITLES if role.kind == "word" else _titles(role)
            elsewhere = bool(role.words) and role.words <= context.words - known
            if office - given or elsewhere:
                yield Clash("owner", f'{token.text}: that it is "{role.text}" does not stand in the source')
                continue
            holders = [t for t in a.source if t.kind == "name" and _holds(t, role) and not t.words <= role.words]
            if (
                holders
                and not any(token.words & t.words for t in holders)
                and not _apart(a.source, token, role, holders)
            ):
                yield Clash("owner", f'{token.text}: the source says "{holders[0].text}"')


def joined_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "Lund founded Norvex" where one sentence of the source says that Lund founded a firm, and another one has Norvex
    for something else: the name and the word that it goes with share no sentence, and no pronoun ties the two."""
    for i, token in enumerate(a.sentence):
        named = {a.source[j].sentence for j in places(token, a.source)} if token.kind == "name" else set()
        for k in _beside(a, i) if named else ():
            told = _told(a, k)
            later = told if k > i else named
            if told and not told & named and not any(_points_back(a.source, n) for n in later):
                yield Clash("joined", f'{token.text}: no sentence of the source says "{a.sentence[k].text}" of it')


def _beside(a: Alignment, i: int) -> Iterator[int]:
    """The words that a name goes with: the nearest before it that the source has ("founder of Norvex"), or the name
    that it is said to be; and where it begins its clause or owns something, the next one ("Lund founded")."""
    row = a.sentence
    for k in range(i - 1, -1, -1):
        if row[k].clause != row[i].clause or row[k].text.lower() in JOINING:
            break
        is_the_same = row[k].kind == "name" and any(t.text.lower() in BE for t in row[k + 1 : i])
        if row[k].kind == "name" and not is_the_same:
            break
        if is_the_same or (row[k].kind == "word" and _told(a, k)):
            yield k
            break
    if i and row[i - 1].text.lower() in LEADING and row[i - 1].clause == row[i].clause:
        return
    after = (k for k in range(i + 1, len(row)) if row[k].kind != "function" or row[k].text.lower() in JOINING)
    following = next(after, i)
    if row[following].kind == "word" and row[following].clause == row[i].clause:
        yield following


def _told(a: Alignment, k: int) -> set[int]:
    """The sentences of the source that have this word, in any form, or this name."""
    token, to = a.sentence[k], a.to[k]
    if token.kind == "name":
        return {a.source[j].sentence for j in places(token, a.source)}
    found = {t.sentence for t in a.source if t.stem[:FAMILY] == token.stem[:FAMILY]}
    return found | ({a.source[to].sentence} if to >= 0 and a.score[k] >= 0.6 else set())


def _points_back(row: tuple[Token, ...], sentence: int) -> bool:
    """Whether a pronoun, or "the company", in a sentence may mean what another one has named."""
    here = [t for t in row if t.sentence == sentence]
    return any(
        t.text.lower() in PRONOUNS or (t.text.lower() in STANDINS and before.text.lower() == "the")
        for before, t in itertools.pairwise([here[0], *here])
    )


def _holds(name: Token, role: Token) -> bool:
    """Whether a name of the source carries the role before it: "Chief Scientist" in "Chief Scientist Jo Weiss"."""
    if role.kind == "name":
        return " " in role.text and role.text.lower() in name.text.lower()
    return role.text.lower() in _titles(name)


def _apart(row: tuple[Token, ...], token: Token, role: Token, holders: list[Token]) -> bool:
    """Whether the source gives the role to this name too, in words beside it."""
    near = [t for j in places(token, row) for t in row[max(0, j - 4) : j + 6] if t not in holders]
    return any(t.stem == role.stem or (t.kind == role.kind == "name" and role.words <= t.words) for t in near)


def _titles(token: Token) -> set[str]:
    words = {w.lower().strip(".") for w in token.text.split()} if token.kind == "name" else set()
    return (words & TITLES) - {"the", "of"}


def speaker_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    said, sources = speakers(a.sentence), speakers(a.source)
    for speaker in said.values():
        lying = [a.source[to].sentence for t, to in zip(a.sentence, a.to, strict=True) if to >= 0 and t.kind == "word"]
        if not lying:
            continue
        there = sources.get(max(set(lying), key=lying.count))
        if there is not None and not alike(speaker, there):
            yield Clash("speaker", f"said by {speaker.text}: the source gives it to {there.text}")


def subject_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "Denholm will leave" where the source has "Denholm said the winger would leave": who speaks is taken for whom
    they speak of. A pronoun after the verb of saying may mean the speaker, and says nothing against it."""
    if any(t.text.lower() in SPEECH for t in a.sentence):
        return
    for i, token in enumerate(a.sentence):
        k = _said_of(a.sentence, i) if token.kind == "name" else 0
        if not k or a.to[k] < 0 or a.score[k] < 0.7:
            continue
        at = a.to[k]
        for j in places(token, a.source):
            between = [t for t in a.source[j + 1 : at] if t.sentence == a.source[at].sentence]
            said = next((n for n, t in enumerate(between) if t.text.lower() in SPEECH and not t.quoted), None)
            if said is None or said > ASIDE or a.source[j].sentence != a.source[at].sentence:
                continue
            others = between[said + 1 :]
            subject = next((t for t in others if t.kind in ("name", "word", "number")), None)
            if subject is not None and not any(t.text.lower() in PRONOUNS or alike(token, t) for t in others):
                yield Clash("subject", f'{token.text}: the source says "{subject.text}" there')
                break


def _said_of(row: tuple[Token, ...], i: int) -> int:
    """The place of the next word with content in the clause of a name: what is said of it; 0 for none."""
    for k in range(i + 1, min(i + 5, len(row))):
        if row[k].clause != row[i].clause or row[k].kind == "name":
            return 0
        if row[k].kind == "word":
            return k
    return 0


def speakers(row: tuple[Token, ...]) -> dict[int, Token]:
    """Sentence number -> the name that its verb of saying belongs to; "he" stands for the speaker before."""
    found: dict[int, Token] = {}
    for i, token in enumerate(row):
        if token.text.lower() not in SPEECH or token.sentence in found or token.quoted:
            continue
        who = _speaker(row, i)
        if who is not None and who.kind == "name":
            found[token.sentence] = who
        elif who is not None and found:
            found[token.sentence] = found[max(found)]
    return found


def _speaker(row: tuple[Token, ...], i: int) -> Token | None:
    verb = row[i]
    after = [
        t for t in row[i + 1 : i + 3] if t.clause == verb.clause and not t.quoted and t.text.lower() not in ("to", "by")
    ]
    before = [t for t in reversed(row[max(0, i - 14) : i]) if t.sentence == verb.sentence]
    if verb.text.lower() == "according" or (before and before[0].quoted and after and after[0].kind == "name"):
        return after[0] if after else None
    before = [t for t in before if not t.quoted]
    for t in before[:2]:
        if t.clause == verb.clause and (t.kind == "name" or is_standin(t)):
            return t
    if not before or before[0].clause != verb.clause - 1:
        return None
    aside = [t for t in before if t.clause == verb.clause - 1]  # "X, mayor of Leeds, said"; "the mayor, X, said"
    main = next((t for t in before if t.clause < verb.clause - 1), None)
    return (
        main
        if main is not None and main.kind == "name"
        else aside[0]
        if len(aside) == 1 and aside[0].kind == "name"
        else None
    )


ROLE_RULES: tuple[Callable[[Alignment, Context], Iterator[Clash]], ...] = (
    name_clashes, opening_clashes, order_clashes, voice_clashes, owner_clashes, title_clashes, identity_clashes,
    joined_clashes, subject_clashes, speaker_clashes,
)  # fmt: skip
