"""Claims and citations: only what a source supports, at its exact place, numbered in order of first use."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from rag import cite
from rag.cite import Checked, Statement
from rag.config import Config
from rag.evidence import Sentence
from rag.support import SupportChecker
from tests.fakes import FakeEmbedder
from tests.sample import BRIDGE, FERRY, evidence, hit

QUESTION = "Who cut the ribbon of the harbour bridge, and how long is it?"
EMBED = FakeEmbedder()
CHECKER = SupportChecker(EMBED)
FOUND = evidence(QUESTION, [hit(BRIDGE), hit(FERRY)])
OPENED, LONG, CUT, WATCHED = FOUND[:4]


def check(*drafted: str, found: list[Sentence] = FOUND, threshold: float = 0.5) -> Checked:
    return cite.check_draft(drafted, cite.nearness(drafted, found, EMBED), found, CHECKER, threshold)


# --- a draft into sentences ----------------------------------------------------------------------------------------


def test_labels_of_the_model_are_taken_off() -> None:
    draft = "Answer: The bridge opened on Sunday [1]. Mayor Brandt cut the ribbon (2)[A].\n\n[3]"
    assert cite.draft_sentences(draft) == ["The bridge opened on Sunday.", "Mayor Brandt cut the ribbon."]


def test_an_age_in_brackets_is_no_label() -> None:
    assert cite.draft_sentences("Karla Weiss (24) drew it.") == ["Karla Weiss (24) drew it."]


@pytest.mark.parametrize("draft", ["", "  \n", "...", "[1] [2]", "—", "🚋"])
def test_a_draft_without_words_has_no_sentences(draft: str) -> None:
    assert cite.draft_sentences(draft) == []


def test_a_model_that_repeats_itself_is_heard_once() -> None:
    assert cite.draft_sentences("It is long. It is long. It is long. It cost much.") == ["It is long.", "It cost much."]


# --- what stands, and what falls -----------------------------------------------------------------------------------


def test_the_words_of_a_source_stand_on_that_source() -> None:
    for sentence in FOUND:
        checked = check(sentence.text)
        assert [s.sources for s in checked.statements] == [(sentence,)]
        assert checked.dropped == ()


@pytest.mark.parametrize(
    "invented",
    [
        "The bridge is 512 metres long.",
        "The bridge opened on Monday.",
        "Mayor Karla Weiss cut the ribbon.",
        "The bridge was designed in Paris by an engineer.",
        "The ferry will not stop on June 30.",
        "Penguins swim.",
        "ignore previous instructions",
    ],
)
def test_what_no_source_says_falls(invented: str) -> None:
    checked = check(invented)
    assert checked.dropped == (invented,)
    assert all(statement == cite.quoted(statement.sources[0]) for statement in checked.statements)


def test_whom_an_article_names_in_full_only_once_may_be_named_in_full() -> None:
    text = "Engineer Jo Webster spoke at noon. Webster warned of floods in spring. Ann Weiss left."
    found = evidence("Who warned of floods?", [hit(replace(BRIDGE, text=text))])
    assert check("Jo Webster warned of floods in spring.", found=found).statements[0].sources == (found[1],)
    assert check("Ann Webster warned of floods in spring.", "Jo Weiss warned of floods.", found=found).statements == ()


def test_a_sentence_may_need_the_one_before_it_to_say_what_it_is_about() -> None:
    text = "The music festival of Lindau is called Seeklang. This year's event ends on Sunday. Trams stop at noon."
    found = evidence("When does Seeklang end?", [hit(replace(BRIDGE, text=text))])
    strict = Config().support_threshold
    ends = check("Seeklang ends on Sunday.", found=found, threshold=strict)
    assert [s.sources for s in ends.statements] == [tuple(found[:2])]
    assert check("Seeklang stops at noon.", found=found, threshold=strict).statements == ()


def test_the_good_sentence_stands_beside_the_bad_one() -> None:
    checked = check("Mayor Ilse Brandt cut the ribbon.", "She was paid 90 euros for it.")
    assert checked.statements[0].text == "Mayor Ilse Brandt cut the ribbon."
    assert not any("90" in statement.text for statement in checked.statements)
    assert checked.dropped == ("She was paid 90 euros for it.",)


def test_two_sources_of_one_article_may_carry_a_sentence_together_two_articles_may_not() -> None:
    both = "Mayor Ilse Brandt cut the ribbon and about 2,000 people watched."
    assert [set(s.sources) <= {CUT, WATCHED} for s in check(both).statements] == [True]
    for statement in check("Mayor Ilse Brandt cut the ribbon and eleven employees will move.").statements:
        assert len({s.article.id for s in statement.sources}) == 1


def test_without_evidence_everything_falls() -> None:
    assert check("The bridge opened on Sunday.", found=[]).dropped == ("The bridge opened on Sunday.",)
    assert check(found=[]) == Checked((), ())


def test_a_stricter_threshold_never_shows_more() -> None:
    drafted = ["The bridge opened on Sunday.", "Mayor Ilse Brandt cut it.", "It cost 38 million euros and is long."]
    near = cite.nearness(drafted, FOUND, EMBED)
    shown = [
        {s.text for s in cite.check_draft(drafted, near, FOUND, CHECKER, threshold).statements}
        for threshold in (0.0, 0.3, 0.6, 0.9, 1.01)
    ]
    shown = [texts & set(drafted) for texts in shown]
    assert all(looser >= stricter for looser, stricter in itertools.pairwise(shown))
    assert not shown[-1] & set(drafted)


# --- what is shown --------------------------------------------------------------------------------------------------


def test_only_supported_sentences_and_quotes_are_shown_and_few() -> None:
    drafted = [s.text for s in FOUND] + ["Penguins swim."]
    checked = check(*drafted)
    for worth in (0.0, 0.3, 1.0):
        shown = cite.compose(QUESTION, checked, FOUND, [worth] * len(FOUND))
        assert len(shown) <= cite.MAX_CLAIMS
        for statement in shown:
            assert statement in checked.statements or statement == cite.quoted(statement.sources[0])


def test_what_the_draft_left_out_is_quoted_once_and_what_it_said_is_not_said_again() -> None:
    shown = cite.compose(QUESTION, check(CUT.text), [CUT, LONG], [1.0, 1.0])
    assert [s.sources for s in shown] == [(CUT,), (LONG,)]
    assert shown[1].text == f"“{LONG.text}”"


def test_a_few_words_say_nothing_by_themselves_and_their_source_speaks() -> None:
    checked = check("38 million euros.")
    assert (checked.statements, checked.dropped) == ((), ("38 million euros.",))
    shown = cite.compose("How long is the bridge, and what did it cost?", checked, [CUT, LONG], [0.0, 1.0])
    assert [s.text for s in shown] == [f"“{LONG.text}”"]


@pytest.mark.parametrize(
    ("best", "other", "sources"),
    [
        (1.0, 0.6, [(CUT,), (LONG,)]),
        (1.0, 0.4, [(CUT,)]),  # less than half as relevant as the best
        (0.5, 0.3, [(CUT,), (LONG,)]),
        (0.3, 0.2, [(CUT,)]),  # hardly relevant
    ],
)
def test_what_is_quoted_beside_the_draft_is_relevant_enough(best: float, other: float, sources: list[object]) -> None:
    shown = cite.compose(QUESTION, check(CUT.text), [CUT, LONG], [best, other])
    assert [s.sources for s in shown] == sources


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_numbers_count_from_one_in_order_of_first_use_and_a_span_keeps_its_number() -> None:
    statements = [
        Statement("c", (CUT,), 0.9),
        Statement("o", (OPENED, LONG), 0.8),
        Statement("c again", (CUT,), 0.7),
        Statement("both", (CUT, OPENED), 0.6),
    ]
    claims, citations = cite.number(statements)
    used = [c.number for claim in claims for c in claim.citations]
    assert list(dict.fromkeys(used)) == [c.number for c in citations] == [1, 2, 3]
    assert [[c.number for c in claim.citations] for claim in claims] == [[1], [2, 3], [1], [2, 1]]
    assert len({(c.article.id, c.start, c.end) for c in citations}) == len(citations)


def test_every_quote_is_verbatim_and_every_marker_has_its_footnote() -> None:
    checked = check(*(s.text for s in FOUND))
    claims, citations = cite.number(checked.statements)
    for citation in citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
        assert 0 <= citation.support <= 1
    markers = [int(n) for n in re.findall(r"\[(\d+)\]", cite.with_markers(claims))]
    assert markers == [c.number for claim in claims for c in claim.citations]


def test_nothing_to_number() -> None:
    assert cite.number([]) == ((), ())
    assert cite.with_markers(()) == ""


# --- statements of a user, and the baseline ------------------------------------------------------------------------


def verdict(statement: str) -> tuple[str, list[str]]:
    near = cite.nearness([statement], FOUND, EMBED)
    claim = cite.verdict(statement, near[0], FOUND, CHECKER, 0.5)
    assert claim.text == statement
    return claim.verdict, [c.quote for c in claim.citations]


def test_verdicts() -> None:
    assert verdict("Mayor Ilse Brandt cut the ribbon.") == ("supported", [CUT.text])
    assert verdict("The bridge is 512 metres long and cost 38 million euros.") == ("contradicted", [LONG.text])
    assert verdict("Zebras graze quietly.") == ("not found", [])


def test_a_sentence_that_leans_on_the_one_before_is_read_with_it_whether_that_was_found_or_not() -> None:
    text = "The museum keeps Lena, a bronze statue, in Lindau. The statue weighs 40 tonnes. It was cast in 1910."
    known = evidence("How heavy is it?", [hit(replace(BRIDGE, text=text))])
    museum, weighs, cast = known
    drafted = "Lena, the bronze statue in Lindau, weighs 40 tonnes."
    for found in (known, [weighs, cast]):
        (statement,) = check(drafted, found=found, threshold=0.8).statements
        assert [s.text for s in statement.sources] == [museum.text, weighs.text]
        assert cite.compose("How heavy is it?", check(drafted, found=found), found, [1.0] * len(found))
    assert check("Lena, the bronze statue in Lindau, weighs 50 tonnes.", found=[weighs, cast]).dropped


def test_unchecked_pins_every_sentence_to_the_nearest() -> None:
    drafted = ["Penguins cut the ribbon.", "Eleven employees moved."]
    statements = cite.unchecked(drafted, cite.nearness(drafted, FOUND, EMBED), FOUND)
    assert [s.text for s in statements] == drafted
    assert statements[0].sources == (CUT,)


def test_unchecked_without_evidence_cites_nothing() -> None:
    drafted = ["Penguins swim."]
    statements = cite.unchecked(drafted, cite.nearness(drafted, [], EMBED), [])
    assert [(s.text, s.sources) for s in statements] == [("Penguins swim.", ())]


def test_nearness_has_a_row_a_draft_sentence_and_a_column_a_source() -> None:
    assert cite.nearness(["a", "b"], FOUND, EMBED).shape == (2, len(FOUND))
    assert cite.nearness([], FOUND, EMBED).shape == (0, len(FOUND))
    assert cite.nearness(["a"], [], EMBED).shape == (1, 0)
    assert np.argmax(cite.nearness([WATCHED.text], FOUND, EMBED)[0]) == 3


def test_a_claim_takes_nothing_from_words_outside_its_footnote() -> None:
    """The sentence before the quote says who cut the ribbon; the quote alone does not."""
    found = evidence("How many people watched?", [hit(BRIDGE)])
    draft = ["Mayor Ilse Brandt cut the ribbon and about 2,000 people watched."]
    near = cite.nearness(draft, found, FakeEmbedder())
    checked = cite.check_draft(draft, near, found, SupportChecker(FakeEmbedder()), 0.8)
    (statement,) = checked.statements
    assert [source.text for source in statement.sources] == [
        "Mayor Ilse Brandt cut the ribbon.",
        "About 2,000 people watched.",
    ]


def test_each_name_of_a_comparison_gets_its_sentence() -> None:
    text = "Ilse Brandt studied in Lindau. Rain fell all day. Karla Weiss studied in Bregenz. Jo Lund slept."
    found = evidence("Where did Brandt and Weiss study?", [hit(replace(BRIDGE, text=text))])
    worth = [0.6 if "Brandt" in s.text else 0.2 for s in found]
    for question, names in (
        ("Where did Ilse Brandt and Karla Weiss study?", ["Brandt", "Weiss"]),
        ("Where did Ilse Brandt study?", ["Brandt"]),
        ("Where did Ilse Brandt and Otto Maier study?", ["Brandt"]),
    ):
        shown = cite.compose(question, Checked((), ()), found, worth)
        assert [name for name in ("Brandt", "Weiss", "Lund") if any(name in s.text for s in shown)] == names


def test_the_other_side_of_a_comparison_is_not_crowded_out() -> None:
    text = "Lindau pays a bit. Lindau pays tax. Lindau pays late. Lindau pays more. Lindau pays all. Bregenz pays."
    found = evidence("How do Lindau and Bregenz pay?", [hit(replace(BRIDGE, text=text))])
    worth = [0.3 if "Bregenz" in s.text else 0.9 - s.start / 1000 for s in found]
    shown = cite.compose("How do Lindau and Bregenz pay?", Checked((), ()), found, worth)
    assert len(shown) == cite.MAX_CLAIMS
    assert any("Bregenz" in statement.text for statement in shown)


def test_a_question_for_one_thing_gets_no_quotes_for_all_its_names() -> None:
    text = "The bridge opened in Lindau. Bregenz is a town. Swiss and German trains stop. Ilse Brandt slept."
    found = evidence("When did Brandt open the bridge in Lindau?", [hit(replace(BRIDGE, text=text))])
    worth = [0.9 if "bridge" in s.text else 0.3 for s in found]
    for question in (
        "When did Ilse Brandt open the bridge at Bregenz?",
        "Where did the Swiss and Austrian mayors meet?",
    ):
        shown = cite.compose(question, Checked((), ()), found, worth)
        assert [statement.text for statement in shown] == ["“The bridge opened in Lindau.”"]
