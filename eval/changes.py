# ruff: noqa: SIM905, E501 - word lists and patterns read better unbroken
"""One change at a time to a supported sentence or to its source, after which the source no longer supports it.

Each change is `(sentence, source, strangers, rng) -> (sentence, source) | None`; None where it does not apply.
`strangers` are names from other articles. The changed text stays fluent, so that its form gives nothing away. The word
lists here are on purpose not those of `rag.lexicon`: the checker must not be measured against its own lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from rag.facts import Name, dates, names, numbers
from rag.lexicon import FUNCTION

Change = Callable[[str, str, Sequence[str], Random], tuple[str, str] | None]

OPPOSITES = [
    pair.split("/")
    for pair in """increase/decrease increased/decreased increases/decreases rose/fell rising/falling grew/shrank high/low
    higher/lower highest/lowest before/after first/last early/late earlier/later began/ended begins/ends begin/end
    largest/smallest larger/smaller large/small major/minor north/south northern/southern east/west eastern/western
    northwestern/southeastern old/new older/younger oldest/newest won/lost wins/loses accepted/rejected allowed/banned
    allows/forbids bought/sold strong/weak stronger/weaker stronger/weaker hot/cold rich/poor best/worst long/short
    common/rare commonly/rarely often/rarely usually/seldom generally/rarely male/female father/mother brother/sister
    son/daughter husband/wife public/private internal/external inside/outside left/right upper/lower positive/negative
    most/least more/less majority/minority maximum/minimum success/failure successful/unsuccessful joined/left
    opened/closed created/destroyed built/demolished founded/abolished ancient/modern appointed/dismissed
    permanent/temporary includes/excludes including/excluding natural/artificial primary/secondary active/inactive
    direct/indirect fast/slow light/heavy dark/bright wide/narrow deep/shallow above/below top/bottom front/back
    near/far safe/dangerous easy/difficult simple/complex same/different single/multiple full/empty present/absent
    true/false good/bad happy/sad alive/dead summer/winter day/night morning/evening enemy/ally victory/defeat
    import/export entering/leaving arrived/departed remember/forget lawful/unlawful able/unable possible/impossible
    legal/illegal popular/unpopular similar/different sweet/bitter wet/dry thick/thin hard/soft raised/lowered
    supported/opposed approved/vetoed united/divided attract/repel gain/lose gained/lost buyer/seller expanded/contracted
    strengthened/weakened improved/worsened with/without for/against richest/poorest hero/villain visible/invisible""".split()
]
UNITS = [
    group.split("/")
    for group in """miles/kilometres/metres years/months/weeks days/weeks/months hours/minutes feet/metres inches/feet
    kilometres/miles metres/feet km/miles mi/km million/billion/thousand dollars/euros/pounds pounds/kilograms
    percent/percentage-points episodes/seasons people/families members/clubs states/cities votes/seats minutes/hours
    seasons/episodes copies/albums weeks/months months/years acres/hectares games/seasons""".split()
]
AUXILIARY = r"(?<![-\w])(is|are|was|were|has|have|had|can|could|will|would|may|must|should)(?= (?!not\b|n't|to\b|never\b|also not)[a-z])"
PAST = r"(?<=[\w,)] )(?:originally |first |also |later )?((?!need|speed|seed|indeed|feed|breed|hundred|exceed|sacred)[a-z]{2,}ed|won|became|made|took|gave|went|came|held|led|built|wrote|sold|met|began|won)(?= (?:in|on|at|to|the|a|an|his|her|its|their|with|by|from|as|out|into|for)\b)"


def _cut(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _swap(text: str, a: tuple[int, int], b: tuple[int, int]) -> str:
    (s1, e1), (s2, e2) = sorted((a, b))
    return text[:s1] + text[s2:e2] + text[e1:s2] + text[s1:e1] + text[e2:]


def _figures(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?!\d)|(?<![\w.,-])\d+(?:\.\d+)?(?![\w,]*\d)", text))


def number(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """1,130,000 -> 1,310,000; 1936 -> 1938; 12 -> 15."""
    found = _figures(sentence)
    if not found:
        return None
    match = rng.choice(found)
    old = match[0]
    for _ in range(20):
        places = [i for i, c in enumerate(old) if c.isdigit()]
        at = rng.choice(places[-2:] if len(places) == 4 and "," not in old else places)
        new = old[:at] + rng.choice("123456789") + old[at + 1 :]
        if new != old and new not in source and not new.startswith("0"):
            return _cut(sentence, *match.span(), new), source
    return None


def numbers_swapped(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """12 died and 40 were hurt -> 40 died and 12 were hurt."""
    found = _figures(sentence)
    pairs = [(a, b) for a in found for b in found if a.start() < b.start() and a[0] != b[0] and _alike(a[0], b[0])]
    pairs = [(a, b) for a, b in pairs if not re.fullmatch(r"\s*(?:-|to|and|or|\(|,)\s*", sentence[a.end() : b.start()])]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return _swap(sentence, a.span(), b.span()), source


def _alike(a: str, b: str) -> bool:
    def year(x: str) -> bool:
        return len(x) == 4 and x[0] in "12" and x.isdigit()

    return year(a) == year(b)


def year_added(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """The source loses the year that the sentence gives, or the sentence gains one."""
    for date in dates(sentence):
        text = sentence[date.start : date.end]
        if date.year and date.month and str(date.year) in source:
            cut = re.sub(rf",? (?:of )?{date.year}\b", "", source)
            if str(date.year) not in cut:
                return sentence, cut
        if date.month and not date.year:
            return _cut(sentence, date.start, date.end, f"{text}, {rng.randint(1990, 2023)}"), source
        if date.year and not date.month and str(date.year) in source:
            cut = re.sub(rf",? ?\b(?:in|since|until|of|by|from) {date.year}\b,? ?", " ", source)
            if str(date.year) not in cut:
                return sentence, cut.strip()
    return None


def modifier(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """ "more than 500" -> "500"; or the source says "more than 500" where both said "500"."""
    words = (
        "more than|over|at least|about|around|approximately|nearly|almost|up to|less than|fewer than|roughly|as many as"
    )
    found = list(re.finditer(rf"\b(?:{words}) (?=\d|one|two|three|ten|half)", sentence))
    if found:
        match = rng.choice(found)
        old = match[0].strip()
        opposite = {"more than": "fewer than", "over": "under", "at least": "at most", "nearly": "more than"}
        new = rng.choice(["", opposite.get(old, "exactly") + " "])
        return _cut(sentence, *match.span(), new), source
    plain = [m for m in _figures(sentence) if not re.fullmatch(r"[12]\d{3}", m[0]) and f" {m[0]} " in source]
    plain = [
        m
        for m in plain
        if not re.search(
            r"(?:\w+ than|over|about|around|nearly|almost|up to|least|number|No\.|[A-Z]\w+) $", sentence[: m.start()]
        )
    ]
    if not plain:
        return None
    match = rng.choice(plain)
    new = rng.choice(words.split("|"))
    if rng.random() < 0.7:
        return sentence, source.replace(f" {match[0]} ", f" {new} {match[0]} ", 1)
    return _cut(sentence, match.start(), match.start(), rng.choice(("more than ", "fewer than ", "nearly "))), source


def unit(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """250 feet -> 250 metres."""
    for group in rng.sample(UNITS, len(UNITS)):
        match = re.search(rf"(?<=\d )({group[0]})\b", sentence)
        if match:
            return _cut(sentence, *match.span(), rng.choice(group[1:])), source
    return None


def _proper(text: str) -> list[Name]:
    return [n for n in names(text) if (" " in n.text or not n.first) and len(n.text) > 2]


def name(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """A name of the sentence replaced by another name of the source."""
    mine = _proper(sentence)
    inside = {w for n in mine for w in n.text.split()}
    others = sorted({n.text for n in _proper(source) if not set(n.text.split()) & inside})
    if not mine or not others:
        return None
    old = rng.choice(mine)
    return _cut(sentence, old.start, old.end, rng.choice(others)), source


def roles(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """Two names of the sentence change places; names that are only listed together do not count."""
    mine = _proper(sentence)
    pairs = []
    for i, a in enumerate(mine):
        for b in mine[i + 1 :]:
            between = sentence[a.end : b.start]
            listed = (
                len(re.findall(r"[a-z]{3,}", re.sub(r"\b(?:and|the|with|versus|between|but|also)\b", "", between))) < 2
            )
            shared = set(a.text.split()) & set(b.text.split())
            equal = re.search(r"\b(?:married|met|between|and|versus|called|known|or)\b", between)
            if not listed and not shared and not equal:
                pairs.append((a, b))
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return _swap(sentence, (a.start, a.end), (b.start, b.end)), source


def negation(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """A negation lost or added, in the sentence or in the source."""
    lost = re.search(r"\b(?:not|never) (?=[a-z])(?!only)|(?<=\w)n't\b", sentence)
    if lost:
        return _cut(sentence, *lost.span(), ""), source
    found = list(re.finditer(AUXILIARY, sentence))
    if found:
        match = rng.choice(found)
        return _cut(sentence, match.end(), match.end(), rng.choice((" not", " not", " never"))), source
    past = re.search(PAST, sentence)
    return (_cut(sentence, past.start(1), past.start(1), "never "), source) if past else None


def modality(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """may -> will or is; or the source only says "may" of what the sentence reports."""
    weak = re.search(r"\b(?:may|might|could) (be|have)?", sentence)
    if weak:
        new = {"be": rng.choice(("is", "will be")), "have": "has"}.get(weak[1] or "", "will ")
        return _cut(sentence, *weak.span(), new), source
    swaps = {"is": "may be", "are": "may be", "was": "may have been", "were": "are expected to be", "has been": "may have been",
             "will": "may"}  # fmt: skip
    for old in rng.sample(sorted(swaps), len(swaps)):
        for match in re.finditer(rf"\b{old}(?= [a-z]+(?:ed|en|t|ing|a|an|the|in|on)\b)", source):
            after = source[match.end() : match.end() + 14]
            if old + after in sentence:
                return sentence, _cut(source, *match.span(), swaps[old])
    past = re.search(PAST, source)
    if past and past[0] in sentence:
        word = rng.choice(("reportedly ", "allegedly ", "supposedly "))
        return sentence, _cut(source, past.start(1), past.start(1), word)
    return None


def exclusive(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """Some -> all; "in" -> "only in"; "a" -> "the only"."""
    if re.search(r"\b(?:only|all|every|both|sole)\b", sentence + source):
        return None
    tries = [
        (r"\b(?:some|many|most|several|various)(?: of the)?(?= [a-z])", "all"),
        (r"(?:(?<= is)|(?<= was)) an?(?= )", " the only"),
        (r"(?<=[a-z]) (?=(?:in|by|for|from|on) (?:the )?[A-Za-z])", " only "),
        (r"(?<=are|was|had|has|can)(?= [a-z]+(?:ed|en)\b)", " only"),
    ]
    for pattern, new in rng.sample(tries, len(tries)):
        match = re.search(pattern, sentence)
        if match:
            return _cut(sentence, *match.span(), new), source
    return None


def item_added(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """A, B and C -> A, B, D and C."""
    match = re.search(
        r"(?<=\w), ((?!which|who|that)[\w'-]+(?: [\w'-]+)?),? and (?=([\w'])[\w'-]+(?: [\w'-]+)?[.,;)])", sentence
    )
    if not match:
        return None
    if match[2].isupper():
        new = rng.choice(strangers)
    else:
        new = rng.choice(
            "copper;horses;painting;vitamins;religion;tourism;rice;music;glass;insurance;cotton;schools;fishing;salt;steel;poetry;banking;wheat".split(
                ";"
            )
        )
    return (
        (_cut(sentence, match.start(), match.start(), f", {new}"), source)
        if new.lower() not in source.lower()
        else None
    )


def entity_added(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """A place, a person or a date that the source does not have."""
    stop = re.search(r"\.?\"?$", sentence)
    place = rng.choice(
        "Geneva;Ohio;Lisbon;Kenya;Toronto;Osaka;Bavaria;Mumbai;Chile;Dublin;Warsaw;Queensland".split(";")
    )
    extra = rng.choice([f" in {place}", f" with {rng.choice(strangers)}", f" in {rng.randint(1900, 2022)}",
                        f", according to {rng.choice(strangers)}", f" near {place}", f" at the request of {rng.choice(strangers)}"])  # fmt: skip
    if not stop or extra.split()[-1] in source or len(sentence) > 300:
        return None
    return _cut(sentence, stop.start(), stop.start(), extra), source


def opposite(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """rose -> fell."""
    found = []
    for left, right in OPPOSITES:
        for old, new in ((left, right), (right, left)):
            if old not in (
                "for",
                "left",
                "light",
                "day",
                "present",
                "right",
                "back",
                "hard",
                "with",
                "top",
                "good",
                "with",
            ):
                found += [(m, new) for m in re.finditer(rf"(?<![\w-]){old}(?![\w-])", sentence)]
    found = [(m, new) for m, new in found if re.search(rf"\b{m[0]}\b", source)]
    if not found:
        return None
    match, new = rng.choice(found)
    return _cut(sentence, *match.span(), new), source


def noun(sentence: str, source: str, strangers: Sequence[str], rng: Random) -> tuple[str, str] | None:
    """The thing counted: 34,000 horses -> 34,000 cows is left to `unit`; here two numbers' nouns change places."""
    found = [n for n in numbers(sentence) if re.match(r" [a-z]{3,}", sentence[n.end :])]
    if len(found) < 2:
        return None
    words = [re.match(r" ([a-z]+)", sentence[n.end :]) for n in found[:2]]
    if not words[0] or not words[1] or words[0][1] == words[1][1] or {words[0][1], words[1][1]} & FUNCTION:
        return None
    spans = [(n.end + 1, n.end + 1 + len(w[1])) for n, w in zip(found[:2], words, strict=True) if w]
    return _swap(sentence, spans[0], spans[1]), source


CHANGES: dict[str, tuple[Change, ...]] = {
    "number changed": (number,),
    "numbers swapped": (numbers_swapped, noun),
    "year added": (year_added,),
    "modifier": (modifier,),
    "unit": (unit,),
    "name swapped": (name,),
    "roles swapped": (roles,),
    "negation": (negation,),
    "modality": (modality,),
    "only or all": (exclusive,),
    "item added": (item_added,),
    "entity added": (entity_added,),
    "opposite": (opposite,),
}
"""Kind of error -> the changes that make it."""
