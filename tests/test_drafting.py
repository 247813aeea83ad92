"""A draft judged while it is written: what is said to stand stands in the end, whatever the model writes next."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import cite
from rag.drafting import Drafting
from rag.evidence import Sentence
from rag.support import SupportChecker
from rag.types import Passed
from tests.fakes import FakeEmbedder
from tests.sample import BRIDGE, FERRY, evidence, hit

QUESTION = "Who cut the ribbon of the harbour bridge, and how long is it?"
EMBED = FakeEmbedder()
CHECKER = SupportChecker(EMBED)
FOUND = evidence(QUESTION, [hit(BRIDGE), hit(FERRY)])
OPENED, LONG, CUT, WATCHED = (sentence.text for sentence in FOUND[:4])
FALSE = "It was designed by Karla Weiss in 1987."
CLOSING = "That is all they say"
SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))


def drafting(relevance: list[float], found: list[Sentence] = FOUND, question: str = QUESTION) -> Drafting:
    return Drafting(question, question, "", found, relevance, EMBED, CHECKER, 0.5)


def written(
    draft: str,
    relevance: list[float],
    found: list[Sentence] = FOUND,
    question: str = QUESTION,
    weighed: list[float] | None = None,
):
    """What passed on the way, word by word, and what the draft came to; `weighed` is what is known after it."""
    one = drafting(relevance, found, question)
    told = [passed for piece in re.findall(r"\S+\s*", draft) if (passed := one.add(piece))]
    if weighed:
        told.append(one.end())
        one.weigh(weighed)
    statements, dropped = one.finish()
    return told, cite.number(statements)[0], dropped


def relevant(*best: str) -> list[float]:
    """The first named sentence is the most relevant one; those that are not named lie beside the question."""
    return [1 - 0.1 * best.index(s.text) if s.text in best else 0.0 for s in FOUND]


def test_a_sentence_stands_with_its_number_as_soon_as_it_is_complete() -> None:
    told, claims, _ = written(f"{CUT} {LONG} {CLOSING}", relevant(CUT, LONG))
    assert [[claim.text for claim in passed.claims] for passed in told] == [[CUT], [CUT, LONG]]
    assert [passed.rest for passed in told] == ["It is 412 ", "That is all "]
    assert told[-1].claims == claims


def test_a_sentence_that_falls_leaves_the_draft_at_once() -> None:
    told, claims, dropped = written(f"{CUT} {FALSE} {LONG}", relevant(CUT, LONG))
    assert dropped == (FALSE,)
    assert [FALSE in passed.rest for passed in told] == [False, False]
    assert [claim.text for claim in claims] == [CUT, LONG]


def test_while_a_far_better_source_may_still_come_first_nothing_stands() -> None:
    relevance = [{CUT: 1.0, LONG: 0.4, OPENED: 0.3}.get(s.text, 0.0) for s in FOUND]
    told, claims, _ = written(f"{LONG} {OPENED} {CLOSING}", relevance)
    assert [passed.claims for passed in told] == [(), ()]
    assert told[-1].rest == f"{LONG} {OPENED} That is all "
    assert claims[0].text == f"“{CUT}”"


def test_a_source_that_is_little_better_is_quoted_after_what_the_draft_says() -> None:
    told, claims, _ = written(f"{LONG} {OPENED} {CLOSING}", relevant(CUT, LONG, OPENED))
    assert [claim.text for claim in told[0].claims] == [LONG]
    assert [claim.text for claim in claims] == [LONG, OPENED, f"“{CUT}”"]


def test_what_turns_out_relevant_after_the_draft_is_quoted_and_moves_nothing() -> None:
    told, claims, _ = written(LONG, relevant(LONG), weighed=relevant(CUT, LONG))
    assert [claim.text for claim in told[-1].claims] == [LONG]
    assert [claim.text for claim in claims] == [LONG, f"“{CUT}”"]


def test_where_the_draft_falls_the_best_source_stands_before_the_others_are_heard() -> None:
    told, claims, dropped = written(FALSE, relevant(LONG), weighed=relevant(LONG, CUT, OPENED))
    assert [[claim.text for claim in passed.claims] for passed in told] == [[f"“{LONG}”"]]
    assert {f"“{text}”" for text in (LONG, CUT, OPENED)} == {claim.text for claim in claims}
    assert claims[0] == told[0].claims[0]
    assert dropped == (FALSE,)


def test_what_the_draft_rests_on_is_not_taken_back_after_it() -> None:
    told, claims, _ = written(f"{CUT} {LONG}", relevant(CUT, LONG), weighed=relevant(WATCHED))
    assert [claim.text for claim in told[-1].claims] == [CUT, LONG]
    assert [claim.text for claim in claims] == [CUT, LONG, f"“{WATCHED}”"]


def test_where_two_articles_disagree_nothing_stands_before_the_end() -> None:
    """The two sides come first then, each in its own words."""
    other = replace(BRIDGE, id="other", text="Mayor Ilse Brandt cut the ribbon. The harbour bridge is 380 metres long.")
    one = replace(BRIDGE, text="Mayor Ilse Brandt cut the ribbon. The harbour bridge is 412 metres long.")
    question = "How long is the harbour bridge?"
    found = evidence(question, [hit(one), hit(other)])
    told, claims, _ = written(
        f"{found[1].text} {CLOSING} and no more. {CLOSING}", [0.3, 0.9, 0.3, 0.8], found, question
    )
    assert told
    assert all(passed.claims == () for passed in told)
    assert claims[0].text.startswith("The articles disagree")


SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.22, 0.3, 0.9]), min_size=len(FOUND), max_size=len(FOUND))


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.sampled_from([OPENED, LONG, CUT, WATCHED, FOUND[4].text, FALSE, f"{CUT[:-1]} [1].", "No."]), max_size=7
    ),
    SCORES,
    st.none() | SCORES,
)
def test_what_stands_begins_the_answer_and_nothing_that_falls_was_ever_shown_to_stand(
    drafted: list[str], relevance: list[float], weighed: list[float] | None
) -> None:
    told, claims, dropped = written(" ".join(drafted), relevance, weighed=weighed)
    for passed in told:
        assert passed.claims == claims[: len(passed.claims)]
        assert not {claim.text for claim in passed.claims} & {*dropped}
    assert [len(p.claims) for p in told] == sorted(len(p.claims) for p in told)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_piece_by_piece_the_sentences_are_those_of_the_whole(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())[2000:6000]
    judged: list[str] = []

    class Listener(Drafting):
        def _judge(self, text: str) -> None:
            judged.extend(sentence for sentence in cite.draft_sentences(text) if sentence not in judged)

    one = Listener(QUESTION, QUESTION, "", FOUND, [0.0] * len(FOUND), EMBED, CHECKER, 0.5)
    for piece in re.findall(r"\S+\s*", text):
        one.add(piece)
    one.finish()
    assert judged == cite.draft_sentences(text)


def test_a_stop_inside_a_quotation_is_no_end() -> None:
    one = drafting(relevant(CUT))
    assert [one.add(word) for word in ("“It is late. ", "We have to go now, ", "all of us,” ", "she said. ")] == [
        None
    ] * 4


def test_nothing_written_is_nothing_said() -> None:
    assert drafting([0.0] * len(FOUND)).add("") is None
    assert isinstance(drafting(relevant(CUT)).add(f"{CUT} It is 412 metres"), Passed)
