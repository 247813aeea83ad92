"""What is whose: titles, posts and names that the source gives to somebody else, or ties to something else.

Reads an alignment; knows nothing about probabilities.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from rag.align import Alignment
from rag.lexicon import LEADING, PAST_TITLES, PRONOUNS, SPEECH, STANDINS, TITLES
from rag.roles import Clash, Context, Rule, alike, places
from rag.tokens import BE, Token

ARTICLES = frozenset(["a", "an", "the", "its", "his", "her", "their"])
OFFICES = TITLES - {"the", "of"}
REACH = 4
"""Words within which "former" belongs to a title: "former US president"."""
JOINING = frozenset(["and", "or", "but", "as", "while", "than"])
FAMILY = 5
"""Letters of a stem that its family has in common: founder, founded."""


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


def past_title_clashes(a: Alignment, context: Context) -> Iterator[Clash]:
    """ "President X" where the source has "former Vice President X"."""
    mine, theirs = _plain_words(a.sentence), _plain_words(a.source)
    for i, word in enumerate(theirs):
        if word not in PAST_TITLES or word in mine:
            continue
        title = next((w for w in theirs[i + 1 : i + REACH] if w in OFFICES), None)
        # Where the title stands without it too, the sentence may tell of that.
        bare = (PAST_TITLES.isdisjoint(theirs[max(0, j + 1 - REACH) : j]) for j, w in enumerate(theirs) if w == title)
        if title in mine and not any(bare):
            yield Clash("owner", f'{title}: the source says "{word} {title}"')


def _plain_words(row: tuple[Token, ...]) -> list[str]:
    return [word.strip(".") for token in row for word in re.split(r"[\s-]+", token.text.lower())]


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
            if a.sentence[k].text.lower() in SPEECH:
                continue  # who said it is another matter: "according to Lund"
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


OWNER_RULES: tuple[Rule, ...] = (
    owner_clashes,
    title_clashes,
    past_title_clashes,
    identity_clashes,
    joined_clashes,
)
