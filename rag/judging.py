"""What a language model is asked: of the sentences, one by one, and for the answer. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rag import prompt
from rag.decide import ASKED_FIRST, Judged, is_enough, worth_asking
from rag.evidence import Sentence
from rag.types import Generator, Messages, Turn

REPLIES = ("Yes", "No")


def judged(
    model: Generator,
    question: str,
    evidence: Sequence[Sentence],
    history: Sequence[Turn],
    as_of: date | None,
    threshold: float,
) -> Judged:
    """Of the sentences that are worth asking about, one at a time: among many a small model loses sight of what is
    asked. Of the less relevant ones only where those before are not enough for an answer of this probability."""
    prompts = asked_about(question, evidence, history, as_of, model.trained)
    found = Judged({}, model.trained)
    for end in (1, ASKED_FIRST, len(prompts)):
        if not is_enough(question, evidence, found, threshold):
            found = _asked(model, prompts, end, found)
    return found


def completed(
    model: Generator,
    question: str,
    evidence: Sequence[Sentence],
    history: Sequence[Turn],
    as_of: date | None,
    found: Judged,
) -> Judged:
    """With the rest of those that come first, where the answer was written from one of them: they may add to it."""
    return _asked(model, asked_about(question, evidence, history, as_of, model.trained), ASKED_FIRST, found)


def _asked(model: Generator, prompts: Mapping[int, Messages], end: int, found: Judged) -> Judged:
    """With what the model says of those among the first `end` that it was not asked about yet."""
    places = sorted(set(list(prompts)[:end]) - found.logits.keys())  # sentences of one article share its title
    replies = model.choose_each([prompts[i] for i in places], REPLIES) if places else []
    said = {i: yes - no for i, (yes, no) in zip(places, replies, strict=True)}
    return Judged({**found.logits, **said}, model.trained)


def asked_about(
    question: str, evidence: Sequence[Sentence], history: Sequence[Turn], as_of: date | None, trained: bool
) -> dict[int, Messages]:
    """The prompts, for a model that was trained for them or another, of the sentences that are worth asking about, by
    their places, the most relevant first."""
    places = worth_asking(question, evidence)
    return {i: prompt.judge(question, evidence[i], history, as_of, titled=trained) for i in places}


def writing(
    model: Generator, question: str, chosen: Sequence[Sentence], history: Sequence[Turn], as_of: date | None
) -> tuple[Messages, Messages | None]:
    """The prompt for the answer from these sentences, and the one that it goes on after if it goes on from one of
    `judged`: a single sentence has been read, under its title, right after the question."""
    if len(chosen) != 1:
        return prompt.answer(chosen, question, history, as_of), None
    judged = prompt.judge(question, chosen[0], history, as_of, titled=model.trained)
    return prompt.answer_from(judged), judged
