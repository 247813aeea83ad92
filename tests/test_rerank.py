"""The sentences of a passage scored for a question: by hand, in any order, from a file of changes, and as learned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import BertConfig, BertModel

from eval import fit_reranker
from rag.errors import ModelBroken
from rag.rerank import ALPHA, PLACES, SCALE, Interaction, Marked, Reranker

DIM = 8
MARKED = Marked(lambda text: [2 + ord(c) % 60 for c in text if c.isalnum()], 0, 1, 60)
SENTENCES = ["the bridge is long", "it cost a lot", "ann cut the ribbon"]


@pytest.fixture
def bert() -> BertModel:
    torch.manual_seed(3)
    small = BertConfig(
        vocab_size=64,
        hidden_size=DIM,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    return BertModel(small).eval()


def adapter(path: Path, bert: BertModel, change: float = 0.0, **others: Tensor) -> Path:
    """A file of changes of which each adds `change` to every number of its matrix."""
    tensors: dict[str, Tensor] = dict(Interaction(DIM).state_dict())
    for number, layer in enumerate(bert.encoder.layer):
        for name, place in PLACES.items():
            rows, columns = layer.get_submodule(place).weight.shape  # type: ignore[misc,operator]
            tensors[f"{number}.{name}.a"] = torch.ones(1, columns)
            tensors[f"{number}.{name}.b"] = torch.full((rows, 1), change / ALPHA)
    save_file({**tensors, **others}, path)
    return path


def unit(*places: int) -> Tensor:
    return torch.stack([torch.eye(4)[place] for place in places])


def test_each_word_of_the_question_counts_the_nearest_of_a_sentence_and_the_means_are_compared() -> None:
    question, inner = unit(0, 1, 2), torch.tensor([0.0, 1.0, 1.0])  # its first state is no word
    scores = Interaction(4)(question, inner, unit(1, 3, 1, 2, 0), [2, 2, 1]).tolist()
    mean, words = SCALE
    assert scores == pytest.approx([mean * 0.5 + words * 0.5, mean + words, 0.0])


def test_scores_are_those_of_the_sentences_in_their_order_and_the_same_again(bert: BertModel) -> None:
    rank = Reranker(bert, MARKED)
    first = rank("how long is it", [("Bridge", SENTENCES), ("", SENTENCES[:1])])
    assert [len(scores) for scores in first] == [3, 1]
    assert rank("how long is it", [("", SENTENCES[:1]), ("Bridge", SENTENCES)]) == first[::-1]
    rank("who cut it", [("Bridge", SENTENCES)])
    assert rank("how long is it", [("Bridge", SENTENCES)]) == first[:1]
    assert Reranker(bert, MARKED)("how long is it", [("Bridge", SENTENCES)]) == first[:1]
    assert rank("how long is it", [("Ferry", SENTENCES)]) != first[:1]


@pytest.mark.parametrize("texts", [[], ["…"], ["…", "…"]])
def test_what_has_no_words_has_a_score(bert: BertModel, texts: Sequence[str]) -> None:
    assert Reranker(bert, MARKED)("?", [("Bridge", texts)]) == [[0.0] * len(texts)]


def test_what_the_model_cannot_read_any_more_comes_last(bert: BertModel) -> None:
    scores = Reranker(bert, MARKED)("how long", [("Bridge " * 40, ["word " * 12, *SENTENCES])])[0]
    assert scores[-1] == min(scores)


def test_a_question_of_any_length_is_read(bert: BertModel) -> None:
    assert len(Reranker(bert, MARKED)("how long " * 99, [("", SENTENCES)])[0]) == 3


def test_the_changes_of_an_adapter_are_those_of_a_copy(bert: BertModel, tmp_path: Path) -> None:
    plain = Reranker(bert, MARKED)("how long", [("Bridge", SENTENCES)])
    same = Reranker(bert, MARKED, adapter(tmp_path / "same.safetensors", bert))("how long", [("Bridge", SENTENCES)])
    other = Reranker(bert, MARKED, adapter(tmp_path / "other.safetensors", bert, 0.2))(
        "how long", [("Bridge", SENTENCES)]
    )
    assert same == plain != other
    assert Reranker(bert, MARKED)("how long", [("Bridge", SENTENCES)]) == plain


@pytest.mark.parametrize("what", ["cut off", "other model", "no file"])
def test_a_file_that_is_no_adapter_of_the_model_is_told_by_its_name(bert: BertModel, tmp_path: Path, what: str) -> None:
    path = tmp_path / "changes.safetensors"
    if what == "cut off":
        path.write_bytes(adapter(path, bert).read_bytes()[:300])
    elif what == "other model":
        adapter(path, bert, **{"0.query.a": torch.ones(1, DIM + 1)})
    with pytest.raises(ModelBroken, match=r"changes\.safetensors"):
        Reranker(bert, MARKED, path)


SAID = {"bridge": ("Bridge", SENTENCES), "ferry": ("Ferry", ["the ferry stops in june", "eleven people move"])}
ASKED = {
    "bridge": [("how long is it", frozenset({0})), ("who cut the ribbon", frozenset({2}))],
    "ferry": [("when does it stop", frozenset({0}))],
}


def test_what_is_learned_is_in_the_file_and_ranks_as_it_did_in_learning(bert: BertModel, tmp_path: Path) -> None:
    learner = fit_reranker.Learner(bert, MARKED, SAID)
    before = fit_reranker.loss(learner, list(SAID), ASKED)[0].item()
    fit_reranker.learn(learner, list(SAID), ASKED, 30, Random(0))
    after, scores, answers = fit_reranker.loss(learner, list(SAID), ASKED)
    assert after.item() < before
    assert answers.sum(1).tolist() == [1, 1, 1]
    learner.write(tmp_path / "learned.safetensors")

    torch.manual_seed(3)
    rank = Reranker(BertModel(bert.config).eval(), MARKED, tmp_path / "learned.safetensors")
    for (question, _), row in zip([asked for one in SAID for asked in ASKED[one]], scores, strict=True):
        found = [score for passage in rank(question, list(SAID.values())) for score in passage]
        assert found == pytest.approx(row.tolist(), abs=0.2)  # the file has half precision


def test_a_text_longer_than_the_model_reads_is_learned_from_in_runs() -> None:
    texts = [f"{'word ' * 4}{n}" for n in range(9)]
    runs = fit_reranker.windows(MARKED, "Bridge", texts)
    assert [text for _, run in runs for text in run] == texts
    assert [first for first, _ in runs] == [sum(len(run) for _, run in runs[:i]) for i in range(len(runs))]
    assert len(runs) > 1
    assert all(0 not in MARKED.passage("Bridge", run)[1] for _, run in runs)
