"""A text as a row of comparable tokens: words, with whole names, numbers and dates as one token each.

Knows nothing about a second text. `rag.align` compares two such rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.facts import Date, Number, dates, names, numbers
from rag.lexicon import (
    ALMOST,
    ASKED,
    CALLS,
    CEASED,
    COMPARING,
    DENIALS,
    FAILURES,
    FUNCTION,
    HEDGES,
    HELPING,
    LEFT_OUT,
    MODALS,
    NEGATIONS,
    OFFERS,
    OPPOSITES,
    ORDINALS,
    PRONOUNS,
    PROOFS,
    SPEECH,
    STANDINS,
    SYNONYMS,
    TITLES,
)
from rag.words import PIECE, stem, tidy


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is one of word, function, name, number, date. `clause` and `sentence` count the punctuation marks before
    it; `negated` and `hedge` say what the words before it make of it: "asked" is what stands after "whether". The word
    that hedges it has the stem `hedged_by`."""

    text: str
    stem: str
    kind: str
    clause: int
    sentence: int = 0
    number: Number | None = None
    date: Date | None = None
    words: frozenset[str] = frozenset()
    negated: bool = False
    hedge: str = "fact"
    hedged_by: str = ""
    quoted: bool = False


_AUXILIARY = re.compile(r" (?:has|have|had|is|was|will|would|may|said|says|did|does|plans)\b")
BE = frozenset(["is", "are", "was", "were", "be", "been", "being"])
_RANK = {"asked": 4, "possible": 3, "planned": 2, "future": 1, "fact": 0}
_ASKING = frozenset(["whether", "if"])
"""What follows is asked, doubted or a condition, and not said to be so."""
_ASKED_WHETHER = ASKED | SPEECH
_SOMEBODY_SAYS = SPEECH | NEGATIONS
_ASKED_BEFORE = 3
"""Words before it among which one that asks is looked for."""
_ASKED_WORDS = 20
"""Words after "whether", function words among them, that it reaches, at most."""
_REACH = 9
"""Words after it, function words among them, that a negation or a hedge reaches, at most."""
_HEDGE = {word: level for level, words in HEDGES.items() for word in words.split()}


@lru_cache(maxsize=1)
def senses() -> dict[str, int]:
    """Stem -> number of its group of synonyms."""
    return {stem(word): group for group, words in enumerate(SYNONYMS) for word in words.split()}


@lru_cache(maxsize=1)
def poles() -> dict[str, tuple[int, int]]:
    """Stem (or function word) -> (pair of opposites, side -1 or 1)."""
    found: dict[str, tuple[int, int]] = {}
    for pair, sides in enumerate(OPPOSITES):
        for side, words in zip((-1, 1), sides, strict=True):
            for word in words.split():
                found.setdefault(stem(word), (pair, side))
    return found


@lru_cache(maxsize=2048)
def tokens(text: str, known: frozenset[str] = frozenset()) -> tuple[Token, ...]:
    """Tokens of `text` in order; `known` are lower-case words that are names elsewhere.

    >>> [(t.text, t.kind) for t in tokens("In May 2019 Sam Altman sold more than 500 cars.")][1:]
    [('May 2019', 'date'), ('Sam Altman', 'name'), ('sold', 'word'), ('more than 500', 'number'), ('cars', 'word')]
    """
    text = tidy(text)
    spans: list[tuple[int, int, Token]] = []
    for date in dates(text):
        spans.append((date.start, date.end, Token(text[date.start : date.end], "#", "date", 0, date=date)))
    for number in numbers(text):
        spans.append(
            (number.start, number.end, Token(text[number.start : number.end], "#", "number", 0, number=number))
        )
    for name in names(text):
        words = frozenset(
            stem(w) for w in re.findall(r"[\w&]+", name.text.replace("'s", "")) if w.lower() not in TITLES
        )
        if name.first and not _opens_with_name(name.text, text[name.end :], known):
            continue
        if any(a < name.end and name.start < b for a, b, _ in spans) or not words:
            continue
        spans.append((name.start, name.end, Token(name.text, "+".join(sorted(words)), "name", 0, words=words)))
    return tuple(_attach(_row(text, sorted(spans, key=lambda s: s[0]))))


def _opens_with_name(name: str, rest: str, known: frozenset[str]) -> bool:
    """A capital at the start of a sentence proves nothing by itself."""
    if " " in name or name.isupper() or name.lower() in known:
        return True
    return (bool(_AUXILIARY.match(rest)) or rest.startswith(" (")) and not name.endswith(
        ("s", "ing", "ly", "one", "body", "thing")
    )


def _row(text: str, spans: list[tuple[int, int, Token]]) -> list[Token]:
    row: list[Token] = []
    clause = sentence = at = 0
    last = -1
    quoted, before = False, " "
    for match in PIECE.finditer(text):
        start, end = match.span()
        piece = match[0]
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at < len(spans) and spans[at][0] < end and start < spans[at][1]:
            if last != at:
                row.append(replace(spans[at][2], clause=clause, sentence=sentence, quoted=quoted))
            last = at
        elif not (piece[0].isalnum() or piece in "%$€£¥°"):
            clause += piece not in "\"'-/"
            quoted ^= piece == '"'
            ended = before in ".!?" if piece == '"' and not quoted else piece in ".!?" and not quoted
            sentence += ended
            before = piece
            continue
        else:
            before = piece
            kind = "function" if piece.lower() in FUNCTION and piece != "US" else "word"
            row.append(Token(piece, stem(piece), kind, clause, sentence, quoted=quoted))
    return row


def _attach(row: list[Token]) -> list[Token]:
    """Let each negation and each hedge mark the words that it governs."""
    out = list(row)
    for i, token in enumerate(row):
        low = token.text.lower()
        following = row[i + 1].text.lower() if i + 1 < len(row) else ""
        for j in _governed(row, i, _negates(row, i), low in DENIALS):
            out[j] = replace(out[j], negated=True)
        hedge = _hedge(low, row[i - 1].text.lower() if i else "", following)
        if low in _ASKING and (not i or row[i - 1].text.lower() != "as"):
            asking = _ASKED_WHETHER if low == "whether" else ASKED
            asks = any(t.text.lower() in asking for t in row[max(0, i - _ASKED_BEFORE) : i])
            for j in range(i + 1, min(i + 1 + _ASKED_WORDS, len(row))):
                if row[j].clause != token.clause and not (asks and _goes_on(row, i, j)):
                    break
                if row[j].kind != "function":
                    out[j] = replace(out[j], hedge="asked")
        if hedge != "fact" and token.kind in ("word", "function"):
            helps = low in MODALS and following in HELPING  # "could help explain"
            governed = _governed(row, i, 2 if helps else 1 if token.kind == "function" or low in MODALS else 8)
            if i and row[i - 1].text.lower() in BE and following != "to" and following != "that":
                governed += [
                    j for j in range(max(0, i - 9), i) if row[j].clause == token.clause and row[j].kind != "function"
                ]
            for j in governed:
                if _RANK[hedge] > _RANK[out[j].hedge]:
                    out[j] = replace(out[j], hedge=hedge, hedged_by=token.stem)
    return out


def _hedge(word: str, before: str, following: str) -> str:
    """What a word makes of what it governs."""
    if (word, following) == ("could", "not"):
        return "fact"  # "could not agree" reports what happened
    if word in ("likely", "unlikely") and before in COMPARING and following in ("as", "than", "to"):
        return "fact"  # "twice as likely to" tells how often
    if (before, word) == ("being", "considered") or (word in CALLS and following == "for"):
        return "planned"
    if (word in OFFERS or word == "going") and following == "to":
        return "planned" if word in OFFERS else "future"
    return _HEDGE.get(word, "fact")


def _negates(row: list[Token], at: int) -> int:
    """How many of the content words that follow are said not to be so."""
    low = row[at].text.lower()
    before, following = (row[i].text.lower() if 0 <= i < len(row) else "" for i in (at - 1, at + 1))
    if low in DENIALS or (low in PROOFS and before in NEGATIONS):
        return _REACH
    if (low == "than" and before == "rather") or (low == "of" and before == "instead") or low in LEFT_OUT:
        return 1
    if (low in CEASED and following.endswith("ing")) or (low in FAILURES and following == "to") or low in ALMOST:
        return 1
    if low in NEGATIONS and following != "only":
        return 2 if following in ("one", "longer") else 1
    return 0


def _goes_on(row: list[Token], at: int, place: int) -> bool:
    """Whether a clause belongs to the question that "whether" opened before it: nobody says something there."""
    token = row[place]
    here = [t for t in row if (t.sentence, t.clause) == (token.sentence, token.clause)]
    return token.sentence == row[at].sentence and not any(t.text.lower() in _SOMEBODY_SAYS for t in here)


def _governed(row: list[Token], at: int, most: int, denied: bool = False) -> list[int]:
    """Positions of the next `most` content words of the same clause; adverbs and, unless they are negated, further
    hedges are passed over. What is `denied` ends where something else is said or done: "denied it and said …"."""
    found: list[int] = []
    negates = row[at].text.lower() in NEGATIONS
    for j in range(at + 1, min(at + 1 + _REACH, len(row))):
        if row[j].clause != row[at].clause or len(found) == most:
            break
        low, following = row[j].text.lower(), row[j + 1].text.lower() if j + 1 < len(row) else ""
        if denied and low in ("and", "but") and (following in SPEECH or following.endswith("ed")):
            break
        if row[j].kind != "function" and (negates or low not in _HEDGE) and not low.endswith("ly"):
            found.append(j)
    return found


def is_standin(token: Token) -> bool:
    """A pronoun, or a noun such as "company" that may stand for a name."""
    low = token.text.lower()
    return low in PRONOUNS or low in STANDINS


def ordinal(token: Token) -> int | None:
    """1 for "first" and so on; None for other words."""
    return ORDINALS.get(token.text.lower())
