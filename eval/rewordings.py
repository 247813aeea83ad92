# ruff: noqa: SIM905, E501 - word lists and patterns read better unbroken
"""One rewording at a time that keeps a sentence true to its source: `(sentence, source, title, rng) -> both | None`.

The word lists are on purpose not those of `rag.lexicon`; see `eval.changes`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from rag.facts import dates, numbers

Rewording = Callable[[str, str, str, Random], tuple[str, str] | None]

SYNONYMS = [
    pair.replace("_", " ").split("/")
    for pair in """film/movie movie/film began/started started/began called/named located/situated purchased/bought
    used/employed approximately/about primarily/mainly large/big largest/biggest often/frequently also/as_well
    created/made said/stated stated/said additional/further numerous/many many/numerous obtained/got child/kid
    children/kids begins/starts ended/finished required/needed requires/needs initially/at_first usually/normally
    generally/usually various/different main/principal principal/main significant/important important/significant
    assisted/helped helped/assisted attempted/tried difficult/hard chosen/selected selected/chosen constructed/built
    built/constructed nation/country country/nation commonly/often received/got company/firm died/passed_away
    shows/demonstrates composed/written entire/whole near/close_to until/till becomes/turns_into cause/lead_to
    allows/lets permits/allows due_to/because_of because/since however/but moreover/also several/a_number_of
    known/famous famous/well-known portrayed/played release/publication released/published situated/located
    throughout/across under/below happen/occur occur/happen occurs/happens took_place/happened returned/came_back
    increased/went_up decreased/went_down complete/full completed/finished end/conclusion concept/idea
    contains/holds consists_of/is_made_up_of comprises/includes considered/regarded_as""".split()
]


def shortened(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """A clause between commas, in brackets or at the end is left out."""
    cuts = list(
        re.finditer(
            r" \([^()]+\)|, (?:which|who|where|including|such as|as well as|with|along with|after|while|because|although|in which)\b[^,;()]{8,}(?=[,.;])(?!, and)",
            sentence,
        )
    )
    cuts += list(re.finditer(r"(?<=[a-z]), and [^,;]{25,}(?=\.$)|; [^;]+(?=\.$)", sentence))
    cuts = [m for m in cuts if m.start() > 20 and not re.search(r"\b(?:not|only|if|unless|except)\b", m[0])]
    if not cuts:
        return None
    match = rng.choice(cuts)
    tail = sentence[match.end() :]
    if match[0].startswith(", ") and tail.startswith(","):
        tail = tail[1:]
    short = sentence[: match.start()] + tail
    return (short, source) if len(short) > 30 else None


def clause_order(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """ "In 1904, it opened." -> "It opened in 1904."; "X, because Y." -> "Because Y, X."."""
    front = re.match(
        r"((?:In|On|At|After|Before|During|When|While|Because|As|By|Since|With|For|Until|Although|If) [^,]{4,60}), ([^;:]+)\.$",
        sentence,
    )
    if front and " and " not in front[1][-12:] and not re.match(r"(?:and|or|but|who|which)\b", front[2]):
        body = front[2]
        return f"{body[0].upper()}{body[1:]} {front[1][0].lower()}{front[1][1:]}.", source
    back = re.match(r"([^,;:]{15,}?),? ((?:because|after|when|while|during|although|if|since) [^;:]{10,})\.$", sentence)
    if back:
        head = back[1]
        keep = head if re.match(r"[A-Z]\w+ [A-Z]|[A-Z]{2}", head) else _lower_first(head, source)
        return f"{back[2][0].upper()}{back[2][1:]}, {keep}.", source
    return None


def _lower_first(text: str, source: str) -> str:
    word = text.split()[0]
    return (
        text[0].lower() + text[1:]
        if word.lower() in ("the", "a", "an", "it", "they", "he", "she", "this", "in")
        else text
    )


def passive(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """ "X was written by Y." -> "Y wrote X."; "Y wrote X." -> "X was written by Y."."""
    verbs = dict(pair.split("/") for pair in """written/wrote directed/directed produced/produced founded/founded built/built
        created/created released/released performed/performed recorded/recorded published/published discovered/discovered
        owned/owned led/led played/played caused/caused portrayed/portrayed supported/supported bordered/bordered
        composed/composed sung/sang adopted/adopted established/established developed/developed designed/designed
        introduced/introduced surrounded/surrounded used/used replaced/replaced defeated/defeated won/won""".split())  # fmt: skip
    match = re.match(
        rf"([^,;:()]+?) (was|were|is|are) (?:also )?({'|'.join(verbs)}) by ([^,;:()]+?)((?: (?:in|on|from|for|at|as) [^;:()]*)?)\.$",
        sentence,
    )
    if match:
        thing, _, verb, agent, rest = match.groups()
        past = verbs[verb]
        return (
            f"{agent[0].upper()}{agent[1:]} {past} {thing[0].lower() + thing[1:] if thing.split()[0] in ('The', 'A', 'It', 'An') else thing}{rest}.",
            source,
        )
    active = re.match(
        rf"([A-Z][^,;:()]{{3,30}}?) ({'|'.join(sorted(set(verbs.values())))}) ((?:the|a|an|his|her|[A-Z])[^,;:()]*?)((?: (?:in|on|from|for|at|as) [^;:()]*)?)\.$",
        sentence,
    )
    if active and not re.search(
        r"\b(?:was|were|is|are|be|been|has|had|have|who|which|that|and|to|by|he|He|She|It|they|They)\b",
        active[1] + active[3],
    ):
        participle = {past: pp for pp, past in verbs.items()}[active[2]]
        thing = active[3]
        return f"{thing[0].upper()}{thing[1:]} was {participle} by {active[1]}{active[4]}.", source
    return None


def named(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """ "It was dismantled." -> "London Bridge was dismantled.", by the article's title."""
    plain = re.sub(r" \([^)]*\)", "", title)
    match = re.match(
        r"(?:It|He|She|They|The (?:film|song|show|series|movie|album|act|company|bridge|book|novel|character|event|city|town|war)) (?=is|was|has|had|[a-z]+(?:ed|s) )",
        sentence,
    )
    return (f"{plain} {sentence[match.end() :]}", source) if match and plain.lower() not in source.lower() else None


def pronoun(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """The source says "it" where the sentence names the title; the context names it."""
    plain = re.sub(r" \([^)]*\)", "", title)
    for opening in (plain, "The " + plain):
        if sentence.startswith(opening + " ") and source.count(plain) == 1 and (opening + " ") in source:
            return sentence, source.replace(opening, "It", 1)
    return None


def about(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """500 -> about 500; 528 -> more than 500."""
    found = [
        n for n in numbers(sentence) if n.value >= 10 and not n.modifier and n.start and sentence[n.start].isdigit()
    ]
    found = [
        n
        for n in found
        if not re.search(r"(?:[A-Z]\w*|\w-|than|to|and|between|number|age|aged) $", sentence[: n.start])
    ]
    found = [
        n
        for n in found
        if not re.match(r"th|st|nd|rd|-|s\b", sentence[n.end :])
        and not re.search(r"(?:th|st|nd|rd)\b", sentence[n.start : n.end])
    ]
    if not found:
        return None
    n = rng.choice(found)
    return sentence[: n.start] + rng.choice(("about ", "around ", "approximately ")) + sentence[n.start :], source


def such_as(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """A, B, C and D -> A and B."""
    match = re.search(r"(?<=[\w')])((?:, [\w'-]+(?: [\w'-]+)?){1,6}),? and ([\w'-]+(?: [\w'-]+)?)(?=[.,;)])", sentence)
    if not match or re.search(r"\b(?:only|all|both|two|three|four|five|six|seven|respectively)\b", sentence):
        return None
    items = [item.strip() for item in match[1].split(",") if item.strip()]
    kept = match[1][: match[1].rindex(",")] if len(items) > 1 else ""
    return sentence[: match.start()] + kept + " and " + items[-1] + sentence[match.end() :], source


def synonyms(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """One or two words replaced by words that mean the same."""
    out, done = sentence, 0
    for old, new in rng.sample(SYNONYMS, len(SYNONYMS)):
        if done < 2 and re.search(rf"(?<![\w-]){old}(?![\w-])", out):
            out, done = re.sub(rf"(?<![\w-]){old}(?![\w-])", new, out, count=1), done + 1
    return (out, source) if done else None


def date_format(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """October 26, 1936 -> 26 October 1936; or only the year is kept."""
    for date in dates(sentence):
        if date.year and date.month and date.day:
            month = re.search(r"[A-Z][a-z]+", sentence[date.start : date.end])
            if month:
                new = rng.choice((f"{date.day} {month[0]} {date.year}", f"{month[0]} {date.year}"))
                head = sentence[: date.start]
                if new.startswith(month[0]):
                    head = re.sub(r"\b([Oo])n $", lambda m: ("I" if m[1] == "O" else "i") + "n ", head)
                return head + new + sentence[date.end :], source
    return None


def percent(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """40% -> 40 per cent."""
    new = re.sub(r"(?<=\d) ?%", " per cent", sentence)
    if new == sentence:
        new = re.sub(r" per ?cent\b", "%", sentence)
    return (new, source) if new != sentence else None


def attributed(sentence: str, source: str, title: str, rng: Random) -> tuple[str, str] | None:
    """A hedge, a modifier or a negation that both sides carry is no error."""
    if re.search(
        r"\b(?:not|never|may|might|could|will|would|planned|more than|at least|about|only|all|nearly|up to)\b", sentence
    ):
        return synonyms(sentence, source, title, rng) or shortened(sentence, source, title, rng)
    return None


REWORDINGS: dict[str, Rewording] = {
    "shortened": shortened, "clause order": clause_order, "passive": passive, "named": named, "pronoun": pronoun,
    "about": about, "list shortened": such_as, "synonyms": synonyms, "date format": date_format, "percent": percent,
    "cue kept": attributed,
}  # fmt: skip
"""Kind of true sentence -> the rewording that makes it."""
