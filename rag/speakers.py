"""Who said what, and of whom: words that the source gives to another speaker.

Reads an alignment; knows nothing about probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.align import Alignment
from rag.lexicon import PRONOUNS, SPEECH
from rag.roles import Clash, Context, Rule, alike, places
from rag.tokens import Token, is_standin

ASIDE = 8
"""Tokens between a speaker and the verb of saying, at most: "Jo Weiss, the chief engineer of the city, said"."""


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


SPEAKER_RULES: tuple[Rule, ...] = (subject_clashes, speaker_clashes)
