"""`python -m eval.copies`: how well copies of a story are told from other stories, on variants that are made here.

Stories are cut from the shipped articles, or from those of --corpus: runs of sentences that share no words in a row
but much of their subject. Of each, copies are made as outlets make them, and articles that only quote it. A pair of
articles is right when it is in one group exactly if both print the same story. Precision and recall count pairs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from random import Random

from rag import alike, sentences
from rag.config import SEEDS
from rag.reading import read_corpus
from rag.types import Article

SENTENCES = 12
"""Of a story, at most."""
Make = Callable[[list[str], list[str], Random], list[str]]
"""Sentences of a story, sentences of others, and chance -> sentences of a variant."""


def another_head(story: list[str], others: list[str], rng: Random) -> list[str]:
    return [" ".join(rng.choice(others).split()[:8]), "(Agency) -", *story]


def changed_words(share: float) -> Make:
    def make(story: list[str], others: list[str], rng: Random) -> list[str]:
        words = " ".join(others).split()
        return [" ".join(rng.choice(words) if rng.random() < share else w for w in s.split()) for s in story]

    return make


def added_paragraphs(share: float) -> Make:
    def make(story: list[str], others: list[str], rng: Random) -> list[str]:
        at, count = rng.randrange(len(story) + 1), round(len(story) * share)
        return [*story[:at], *rng.sample(others, min(count, len(others))), *story[at:]]

    return make


def cut_to(share: float) -> Make:
    return lambda story, others, rng: story[: max(2, round(len(story) * share))]


def other_order(story: list[str], others: list[str], rng: Random) -> list[str]:
    halves = [story[: len(story) // 2], story[len(story) // 2 :]]
    return [*halves[1], *halves[0]]


def shouted(story: list[str], others: list[str], rng: Random) -> list[str]:
    return [s.upper().replace(",", "") for s in story]


def quoting(count: int) -> Make:
    """An article of its own that quotes some sentences."""

    def make(story: list[str], others: list[str], rng: Random) -> list[str]:
        own = rng.sample(others, min(SENTENCES, len(others)))
        return [*own[:3], *story[:count], *own[3:]]

    return make


COPIES: dict[str, Make] = {
    "another headline": another_head,
    "3 % of the words changed": changed_words(0.03),
    "8 % of the words changed": changed_words(0.08),
    "a paragraph added": added_paragraphs(0.25),
    "twice as long": added_paragraphs(1.0),
    "cut to a half": cut_to(0.5),
    "in another order": other_order,
    "in capitals": shouted,
}
QUOTES: dict[str, Make] = {"quotes a sentence": quoting(1), "quotes three sentences": quoting(3)}


def stories(articles: Sequence[Article]) -> list[list[str]]:
    """Runs of sentences, none of which stands in two of them."""
    seen: set[str] = set()
    found = []
    for article in articles:
        own = [article.text[start:end] for start, end in sentences.split(article.text)]
        fresh = [s for s in own if s not in seen and len(s.split()) > 5]
        seen |= {*fresh}
        found += [fresh[i : i + SENTENCES] for i in range(0, len(fresh), SENTENCES)]
    return [story for story in found if len(story) >= 4]


def variants(told: Sequence[list[str]], rng: Random) -> list[tuple[str, int | None, Article]]:
    """(kind, story or None for one of its own, article), in any order."""
    made: list[tuple[str, int | None, Article]] = []
    for number, story in enumerate(told):
        others = [s for other in told if other is not story for s in other]
        made.append(("the story", number, _article(len(made), story)))
        for kind, make in COPIES.items():
            made.append((kind, number, _article(len(made), make(story, others, rng))))
        for kind, make in QUOTES.items():
            # What an article of its own says must stand nowhere else: its words are put in another order.
            own = [" ".join(rng.sample(s.split(), len(s.split()))) for s in others]
            made.append((kind, None, _article(len(made), make(story, own, rng))))
    rng.shuffle(made)
    return made


def measure(told: Sequence[list[str]], seed: int = 1) -> tuple[float, float, dict[str, float]]:
    """Precision and recall over pairs, and for each kind the share of its pairs with the story that are right."""
    made = variants(told, Random(seed))
    found = alike.find({article.id: article for _, _, article in made}, alike.Copies(), {})
    both = same = together = 0
    right: dict[str, list[bool]] = {}
    for (kind, story, article), (other_kind, other_story, other) in combinations(made, 2):
        truly = story is not None and story == other_story
        grouped = found.story(article.id) == found.story(other.id)
        both, same, together = both + (truly and grouped), same + truly, together + grouped
        if "the story" in (kind, other_kind) and kind != other_kind and (truly or None in (story, other_story)):
            right.setdefault(other_kind if kind == "the story" else kind, []).append(truly == grouped)
    return both / max(1, together), both / max(1, same), {kind: sum(r) / len(r) for kind, r in right.items()}


def _article(number: int, story: list[str]) -> Article:
    return Article(f"v{number}", None, " ".join(story))


def main(argv: Sequence[str] | None = None) -> int:
    p = argparse.ArgumentParser(prog="python -m eval.copies", description="Measure how copies of a story are found.")
    p.add_argument("--corpus", type=Path, default=SEEDS, metavar="PATH", help="where the stories are cut from")
    told = stories(read_corpus(p.parse_args(argv).corpus).articles)
    precision, recall, kinds = measure(told)
    print(f"{len(told)} stories; pairs: precision {precision:.3f}, recall {recall:.3f}")
    for kind in (*COPIES, *QUOTES):
        print(f"  {kind:26}{kinds[kind]:.3f} right beside the story")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
