"""`python -m eval.record`: what search and model say to each question, once; deciding is then refitted in seconds.

Knows nothing about weights. A line for each question: the features of `rag.decide`, and each evidence sentence
with its features and whether it is a gold sentence. A run that was stopped goes on where it ended.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from eval.questions import Question, read
from rag import decide, judging
from rag.build import parts
from rag.config import Config
from rag.evidence import Embed, Sentence, gather
from rag.followup import leans, standalone
from rag.index import Index
from rag.remembered import Remembered
from rag.search import search
from rag.types import Generator, Turn

NEVER = 2.0
"""No probability: one sentence is never enough, for what the others add is learned from."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.record", description=__doc__)
    parser.add_argument("--corpus", required=True, type=Path)
    parser.add_argument("--questions", required=True, type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--model", default=Config().model)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args()
    config = Config(corpus=args.corpus, index=args.index, model=args.model)
    index, model = parts(config)
    embed = Remembered(index.embed)
    if model is None or not model.judges:
        parser.error(f"recording needs a language model that judges, and {args.model} does not")
    questions = read(args.questions)
    # Answerable and unanswerable ones may stand in blocks: a limited run should see both.
    order = np.random.default_rng(0).permutation(len(questions))[: args.limit]
    done = {json.loads(line)["id"] for line in args.out.open(encoding="utf-8")} if args.out.exists() else set()
    with args.out.open("a", encoding="utf-8") as out:
        for i in track(order, "recording", disable=not sys.stderr.isatty()):
            if questions[i].id not in done:
                out.write(json.dumps(record(questions[i], index, embed, model, config)) + "\n")
                out.flush()
    return 0


def record(question: Question, index: Index, embed: Embed, model: Generator, config: Config) -> dict[str, Any]:
    """One line: the features and the evidence with its labels. Nothing is written: deciding needs no draft."""
    text, earlier, evidence = gathered(question, index, embed, config)
    around = (earlier, question.as_of)
    judged = judging.judged(model, text, evidence, *around, NEVER)
    rows = decide.sentence_features(text, evidence, judged)
    chosen = decide.best(evidence, decide.relevance(rows))
    unaided = decide.best(evidence, decide.relevance(decide.sentence_features(text, evidence)))
    return {
        "id": question.id,
        "answerable": question.answerable,
        "features": decide.features(text, evidence, unaided, None) | decide.features(text, evidence, chosen, judged),
        "sentences": [
            row | {"gold": is_gold(s, question), "text": s.text} for s, row in zip(evidence, rows, strict=True)
        ],
        "gold": len(question.evidence),
    }


def gathered(
    question: Question, index: Index, embed: Embed, config: Config
) -> tuple[str, Sequence[Turn], list[Sentence]]:
    """The question, what it leans on, and the sentences that an answer would be looked for in."""
    text = question.question
    query = standalone(text, question.history)
    earlier = question.history[-1:] if leans(text) else ()
    hits = search(index, query, config.top_k, config.per_article, config.retrieval)
    return text, earlier, gather(query, hits, embed, index.embed.rank)


def is_gold(sentence: Sentence, question: Question) -> bool:
    """Whether it holds a gold quote, or is part of one, white space aside."""
    text = "".join(sentence.text.split())
    source = {sentence.article.id, sentence.article.source, Path(sentence.article.source).name}
    quotes = ["".join(e.quote.split()) for e in question.evidence if e.article in source]
    return any(quote in text or text in quote for quote in quotes)


if __name__ == "__main__":
    sys.exit(main())
