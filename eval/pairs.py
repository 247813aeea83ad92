"""Labelled pairs (sentence, source, context) for the support checker, built from questions with gold sentences.

True pairs: the reference sentences against the gold sentences they rest on, the gold sentences themselves, and
rewordings. False pairs: the same with one fact changed, or against a text that is about something else. Every pair
carries its article, so that cross-validation never has one text on both sides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import numpy as np

from eval.changes import CHANGES, Change
from eval.rewordings import REWORDINGS
from eval.speech import SPEECH_KINDS
from rag.facts import content_words, names
from rag.types import Vectors

PER_KIND = 150
"""Pairs of one kind, at most."""
COVERED = 0.7
"""Share of a reference sentence's content words in the gold; below, a human would often not call it supported."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`group` is the article of the sentence; `supported` the label; `kind` what was done."""

    sentence: str
    source: str
    context: str
    supported: bool
    kind: str
    group: str


@dataclass(frozen=True, slots=True)
class Base:
    """A sentence with the one to three gold sentences that it rests on."""

    sentence: str
    source: str
    context: str
    title: str
    article: str
    question: str
    kind: str


def plain(text: str) -> str:
    """Undo the spaces of a tokenised corpus.

    >>> plain("It 's `` big '' , they said ( in May ) .")
    'It\\'s "big", they said (in May).'
    """
    text = re.sub(r"``\s*|\s*''", '"', text)
    text = re.sub(r" (n't|'s|'re|'ve|'ll|'d|')(?!\w)", r"\1", text)
    text = re.sub(r"\s+([,.;:!?%)\]])", r"\1", text)
    text = re.sub(r"([(\[$])\s+", r"\1", text)
    text = re.sub(r"(?<=\w) - (?=\w)", "-", text)
    text = re.sub(r"\(\s*;?\s*\)", "", text)
    return re.sub(r"\s+", " ", text).strip()


def sentences(text: str) -> list[str]:
    """Sentences of a short text; a full stop before a capital ends one."""
    marked = re.sub(r"([a-z0-9)\"]{2}[.!?][\"”]?)\s+(?=[A-Z\"“])", r"\1\n", "\n".join(map(plain, text.splitlines())))
    return [line.strip() for line in marked.split("\n") if line.strip()]


def bases(data: Path) -> list[Base]:
    """Reference sentences and gold sentences of all answerable questions in `data`."""
    articles = {a["id"]: a for a in map(json.loads, (data / "corpus.jsonl").read_text(encoding="utf-8").splitlines())}
    found: list[Base] = []
    for line in (data / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        if not question.get("evidence"):
            continue
        article = articles[question["evidence"][0]["article"]]
        gold = [plain(e["quote"]) for e in question["evidence"] if e["article"] == article["id"]]
        for kind, text in [("reference", r) for r in question["reference"]] + [("verbatim", g) for g in gold]:
            for sentence in sentences(text) if kind == "reference" else [text]:
                base = _base(sentence, gold, article, question["id"], kind)
                if base and all((base.sentence, base.kind) != (b.sentence, b.kind) for b in found):
                    found.append(base)
    return found


def _base(sentence: str, gold: list[str], article: dict[str, str], question: str, kind: str) -> Base | None:
    if len(sentence.split()) < 5 or not sentence[0].isupper() or sentence.count("(") != sentence.count(")"):
        return None
    sentence = sentence if sentence[-1] in '.!?"' else sentence + "."
    wanted = set(content_words(sentence))
    chosen: list[int] = []
    while len(chosen) < 3:
        have = {w for i in chosen for w in content_words(gold[i])}
        gains = [len(wanted & (set(content_words(g)) - have)) for g in gold]
        best = int(np.argmax(gains))
        if gains[best] == 0 or (chosen and gains[best] < 2):
            break
        chosen.append(best)
    if not chosen:
        return None
    source = " ".join(gold[i] for i in sorted(chosen))
    title = str(article["title"])
    if len(wanted & set(content_words(source + " " + title))) < COVERED * len(wanted):
        return None
    text = plain(article["text"])
    before = text[: max(0, text.find(gold[min(chosen)]))].strip()
    preceding = re.split(r"(?<=[.!?])\s+", before)[-1] if before else ""
    return Base(sentence, source, f"{title}\n{preceding}", title, article["id"], question, kind)


def build(data: Path, embed: Callable[[Sequence[str]], Vectors], seed: int = 7) -> list[Pair]:
    """All pairs, at most PER_KIND of a kind, in a fixed order."""
    rng = Random(seed)
    found = bases(data)
    pairs = [_pair(base, base.sentence, base.source, True, base.kind) for base in found]
    for kind, reword in REWORDINGS.items():
        pairs += _made(found, kind, True, rng, lambda b, reword=reword: reword(b.sentence, b.source, b.title, rng))
    strangers = sorted({n.text for b in found for n in names(b.source) if len(n.text.split()) == 2})
    for kind, changes in CHANGES.items():
        pairs += _made(found, kind, False, rng, lambda b, changes=changes: _change(b, changes, strangers, rng))
    for kind, supported, make in SPEECH_KINDS:
        pairs += _made(found, kind, supported, rng, lambda b, make=make: make(b.sentence, b.source, rng))
    return pairs + _other_texts(found, embed, rng)


def _pair(base: Base, sentence: str, source: str, supported: bool, kind: str) -> Pair:
    # Where the source lost its year, the surroundings must not give it back.
    context = re.sub(r"\b(?:1\d{3}|20\d{2})\b", "", base.context) if kind == "year added" else base.context
    return Pair(sentence, source, context, supported, kind, base.article)


def _made(
    found: list[Base], kind: str, supported: bool, rng: Random, make: Callable[[Base], tuple[str, str] | None]
) -> list[Pair]:
    pairs = []
    for base in rng.sample(found, len(found)):
        made = make(base)
        if made and made != (base.sentence, base.source):
            pairs.append(_pair(base, *made, supported, kind))
    return pairs[:PER_KIND]


def _change(base: Base, changes: Sequence[Change], strangers: list[str], rng: Random) -> tuple[str, str] | None:
    """One fact changed; every third time in a sentence that was reworded first, so that wording gives nothing away."""
    sentence, source = base.sentence, base.source
    if rng.random() < 1 / 3:
        reword = rng.choice(list(REWORDINGS.values()))
        sentence, source = reword(sentence, source, base.title, rng) or (sentence, source)
    away = [s for s in strangers if not set(s.split()) & set(f"{sentence} {source} {base.context}".split())]
    made = rng.choice(changes)(sentence, source, away, rng)
    return made if made != (sentence, source) else None


def _other_texts(found: list[Base], embed: Callable[[Sequence[str]], Vectors], rng: Random) -> list[Pair]:
    """The same sentence against a text at random, the nearest by embedding, and the one that shares most words."""
    texts = list(dict.fromkeys((b.source, b.context, b.article) for b in found))
    chosen = rng.sample(found, min(PER_KIND, len(found)))
    rows = embed([text for text, _, _ in texts] + [b.sentence for b in chosen])
    bags = [set(content_words(text)) for text, _, _ in texts]
    pairs = []
    for base, mine in zip(chosen, rows[len(texts) :], strict=True):
        words = set(content_words(base.sentence))
        others = [i for i, (_, _, article) in enumerate(texts) if article != base.article]
        # A text of the same article may say the same in other words: it counts as wrong only if few words agree.
        wrong = others + [
            i for i, (_, _, article) in enumerate(texts)
            if article == base.article and len(words & bags[i]) < 0.5 * len(words)
        ]  # fmt: skip
        picks = {
            "another text": rng.choice(others),
            "near miss": max(wrong, key=lambda i: float(rows[i] @ mine)),
            "pinned to another": max(others, key=lambda i: len(words & bags[i]) / len(bags[i]) ** 0.5),
        }
        for kind, i in picks.items():
            pairs.append(Pair(base.sentence, texts[i][0], texts[i][1], False, kind, base.article))
    return pairs


def write(pairs: Sequence[Pair], path: Path) -> None:
    path.write_text("".join(json.dumps(asdict(p), ensure_ascii=False) + "\n" for p in pairs), encoding="utf-8")


def read(path: Path) -> Iterator[Pair]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield Pair(**json.loads(line))
