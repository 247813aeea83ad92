"""`python -m eval.fit_reranker`: train the adapter under which the embedding model finds the sentence that answers.

It learns from the answerable ones of the questions that were written for the judge (`eval.fit_judge`), over articles
invented for this and over CLAPNQ passages that no CLAPNQ question has its answer in: of all sentences of some passages,
the one that answers is to have the best score. What it learns is written to rag/reranker.safetensors: small changes
(LoRA, arXiv:2106.09685) of every matrix of the model, and how much each word of a question counts. The scores mean
something else then: `eval.record` and `eval.fit_decision --write` come next.

Two cores take 80 seconds an epoch. With `--held-out` an eighth of the passages is kept from it and measured.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from rich.progress import track
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from eval import fit_judge
from eval.questions import Question
from rag.config import Config
from rag.embedder import SentenceTransformerEmbedder
from rag.fetch import ensure_embedder
from rag.home import home_folder
from rag.rerank import ALPHA, PLACES, Interaction, Marked, Pieces

ADAPTER = Path(__file__).parent.parent / "rag" / "reranker.safetensors"
RANK = 8
"""Of the changes."""
PASSAGES, RATE, HEAD, WARM = 6, 5e-4, 5.0, 20
"""Passages of a step; the rate of the changes, how many times as fast the interaction learns, and steps until then."""
READ_TOGETHER = 6
HELD_OUT = 8
"""One of how many families of passages is held out."""

Asked = tuple[str, frozenset[int]]
"""A question, and the places of the sentences that answer it in its passage."""


class LowRank(nn.Module):
    """A linear layer, and a change of it that is learned."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.a = nn.Parameter(torch.randn(RANK, linear.in_features) / math.sqrt(linear.in_features))
        self.b = nn.Parameter(torch.zeros(linear.out_features, RANK))

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = self.linear(x) + ALPHA * functional.linear(functional.linear(x, self.a), self.b)
        return changed


class Learner(nn.Module):
    """The model with changes of its matrices, and the interaction, over passages of `said`: heading and sentences."""

    def __init__(self, model: Any, marked: Marked, said: dict[str, tuple[str, list[str]]]) -> None:
        super().__init__()
        self.model, self.interaction = model, Interaction(int(model.config.hidden_size))
        self._marked, self._said = marked, said
        for parameter in model.parameters():
            parameter.requires_grad = False
        self.changes: dict[str, LowRank] = {}
        for number, layer in enumerate(model.encoder.layer):
            for name, place in PLACES.items():
                changed = LowRank(layer.get_submodule(place))
                layer.set_submodule(place, changed)
                self.changes[f"{number}.{name}"] = changed

    def scores(self, ids: Sequence[str], asked: Sequence[str]) -> tuple[Tensor, list[tuple[str, int]]]:
        """Shape (len(asked), sentences), and of each sentence its passage and its place there."""
        texts, parts, places = list[Pieces](), list[list[int]](), list[tuple[str, int]]()
        for one in ids:
            heading, sentences = self._said[one]
            for first, window in windows(self._marked, heading, sentences):
                pieces, own = self._marked.passage(heading, window)
                texts.append(pieces)
                parts.append(own)
                places += [(one, first + i) for i in range(len(window))]
        kept = [state[-1 - sum(own) : -1] for state, own in zip(self._read(texts), parts, strict=True)]
        lengths = [length for own in parts for length in own]
        read = [state[:-1] for state in self._read([self._marked.question(text) for text in asked])]
        longest = max(map(len, read))
        rows = torch.stack([functional.pad(row, (0, 0, 0, longest - len(row))) for row in read])
        inner = torch.tensor([[0.0] + [1.0] * (len(row) - 1) + [0.0] * (longest - len(row)) for row in read])
        return self.interaction(rows, inner, torch.cat(kept), lengths), places

    def _read(self, texts: Sequence[Pieces]) -> list[Tensor]:
        """The states of each text; those of like length are read together."""
        found = [torch.empty(0)] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), READ_TOGETHER):
            some = order[start : start + READ_TOGETHER]
            most = max(len(texts[i]) for i in some)
            tokens = torch.tensor([texts[i] + [0] * (most - len(texts[i])) for i in some])
            mask = torch.tensor([[1] * len(texts[i]) + [0] * (most - len(texts[i])) for i in some])
            states = self.model(input_ids=tokens, attention_mask=mask).last_hidden_state
            for row, i in enumerate(some):
                found[i] = states[row, : len(texts[i])]
        return found

    def write(self, path: Path) -> None:
        tensors = {f"{name}.{part}": getattr(it, part) for name, it in self.changes.items() for part in ("a", "b")}
        tensors |= dict(self.interaction.state_dict())
        save_file({name: tensor.detach().half().contiguous() for name, tensor in tensors.items()}, path)


def windows(marked: Marked, heading: str, sentences: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The sentences in runs that the model reads whole, each with the place of its first."""
    runs: list[tuple[int, list[str]]] = [(0, [])]
    for place, sentence in enumerate(sentences):
        pieces, lengths = marked.passage(heading, [*runs[-1][1], sentence])
        if runs[-1][1] and (len(pieces) >= marked.longest or not lengths[-1]):
            runs.append((place, []))
        runs[-1][1].append(sentence)
    return runs


def loss(learner: Learner, ids: Sequence[str], asked: dict[str, list[Asked]]) -> tuple[Tensor, Tensor, Tensor]:
    """The mean loss of the questions to these passages; scores and which sentences answer, (questions, sentences)."""
    some = [(one, question, gold) for one in ids for question, gold in asked[one]]
    scores, places = learner.scores(ids, [question for _, question, _ in some])
    answers = torch.tensor([[one == p and place in gold for p, place in places] for one, _, gold in some])
    shares = functional.log_softmax(scores, 1).masked_fill(~answers, -99.0)
    return -torch.logsumexp(shares, 1).mean(), scores, answers


def learn(learner: Learner, ids: Sequence[str], asked: dict[str, list[Asked]], epochs: int, rng: Random) -> None:
    changes = [parameter for it in learner.changes.values() for parameter in (it.a, it.b)]
    groups = [{"params": changes, "lr": RATE}, {"params": learner.interaction.parameters(), "lr": RATE * HEAD}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = []
    for _ in range(epochs):
        order = rng.sample(ids, len(ids))
        steps += [order[start : start + PASSAGES] for start in range(0, len(order), PASSAGES)]
    learner.train()
    losses = []
    for number, some in enumerate(track(steps, "learning", disable=not sys.stderr.isatty())):
        share = min(1.0, (number + 1) / WARM) * max(0.05, 1 - number / len(steps))
        for group, rate in zip(optimiser.param_groups, (RATE, RATE * HEAD), strict=True):
            group["lr"] = rate * share
        value, *_ = loss(learner, some, asked)
        optimiser.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(changes, 1.0)
        optimiser.step()
        losses.append(value.item())
        if number % 20 == 19 or number == len(steps) - 1:
            print(f"step {number + 1} of {len(steps)}: mean loss {np.mean(losses[-20:]):.3f}", flush=True)
    learner.eval()


@torch.no_grad()
def found(learner: Learner, ids: Sequence[str], asked: dict[str, list[Asked]]) -> str:
    """How often a sentence that answers is the first of its passage, and among the first three."""
    first = []
    for one in ids:
        _, scores, answers = loss(learner, [one], asked)
        for row, right in zip(scores, answers, strict=True):
            first.append(int(right[row.argsort(descending=True)].int().argmax()))
    return f"first {np.mean([r == 0 for r in first]):.3f}, among three {np.mean([r < 3 for r in first]):.3f}"


def _by_passage(questions: Sequence[Question], said: dict[str, list[str]]) -> dict[str, list[Asked]]:
    asked: dict[str, list[Asked]] = {}
    for question in questions:
        one = question.id.split("/")[0]
        if quotes := {evidence.quote for evidence in question.evidence}:
            places = frozenset(i for i, sentence in enumerate(said[one]) if sentence in quotes)
            asked.setdefault(one, []).append((question.question, places))
    return asked


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.fit_reranker", description=__doc__)
    parser.add_argument("--clapnq", required=True, type=Path, help="folder with corpus.jsonl")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--held-out", action="store_true", help="measure on passages kept from it, and write nothing")
    parser.add_argument("--out", type=Path, default=ADAPTER)
    args = parser.parse_args()
    rng = Random(0)
    torch.manual_seed(0)
    embedder = SentenceTransformerEmbedder(ensure_embedder(Config().embedder, home_folder(Config()), None))
    with TemporaryDirectory() as folder:
        _, said, headings = fit_judge.corpus(args.clapnq, Path(folder))
    asked = _by_passage(fit_judge.questions(said), said)
    learner = Learner(embedder.transformer, embedder.marked, {one: (headings[one], said[one]) for one in asked})
    families = rng.sample(sorted({one.split("-a")[0] for one in asked}), len({one.split("-a")[0] for one in asked}))
    held = set(families[: len(families) // HELD_OUT]) if args.held_out else set[str]()
    test = [one for one in asked if one.split("-a")[0] in held]
    train = [one for one in asked if one not in test]
    print(f"{sum(len(asked[one]) for one in train)} questions to {len(train)} passages")
    if test:
        print(f"of {len(test)} held out, before: {found(learner, test, asked)}", flush=True)
    learn(learner, train, asked, args.epochs, rng)
    if test:
        print(f"after: {found(learner, test, asked)}")
    else:
        learner.write(args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
