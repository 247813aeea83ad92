"""Records to HTML: what is shown, what is marked, and that nothing foreign becomes markup."""

from __future__ import annotations

import doctest
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.cite import quoted
from rag.disagree import both_sides
from rag.errors import CorpusNotFound, ModelError, ModelNotFound, QuestionError
from rag.evidence import Sentence
from rag.types import Article, Citation, Claim, Passed, Retrieved, Token, Turn
from tests import ui_fakes as fakes
from ui import article as article_module
from ui import escape as escape_module
from ui import render
from ui.actions import editing, export_menu
from ui.answer import DISAGREEMENT, footnote
from ui.article import WHOLE, Mark, article, body, windows
from ui.banner import banner, cannot_start
from ui.conversation import Conversation, Exchange
from ui.escape import clipped, isolated, web_address
from ui.export import answer_markdown, conversation_json, conversation_markdown
from ui.loading import Status
from ui.run import Begins, Instead, Waits
from ui.sources import cited, panel, spans


class Page(HTMLParser):
    """Tags, attributes and text of some HTML, and the text under each key of its <mark>s."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.marked: dict[str, str] = {}
        self._keys: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "mark":
            self._keys = (dict(attrs)["data-keys"] or "").split()

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._keys = []

    def handle_data(self, data: str) -> None:
        self.text += data
        for key in self._keys:
            self.marked[key] = self.marked.get(key, "") + data

    def attributes(self, name: str) -> list[str]:
        return [value for _, attrs in self.tags if (value := attrs.get(name)) is not None]


def exchange(question: str, number: int = 1) -> Exchange:
    """The exchange after all that its script says."""
    result = Exchange(number, question)
    for step in fakes.scripts()[question]:
        if isinstance(step, Exception):
            result.end("failed", step)
        elif not isinstance(step, fakes.Pause):
            result.take(Begins(step) if isinstance(step, str) else step)
    return result


@pytest.mark.parametrize("module", [article_module, escape_module])
def test_examples_in_docstrings_hold(module) -> None:
    assert doctest.testmod(module).failed == 0


# --- marks ----------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs", "Cc"]), max_size=80).filter(str.strip),
    st.data(),
)
def test_marked_characters_are_exactly_those_of_the_spans(text: str, data: st.DataObject) -> None:
    spans = st.integers(0, len(text) - 1).flatmap(lambda a: st.tuples(st.just(a), st.integers(a + 1, len(text))))
    drawn = data.draw(st.lists(spans, min_size=1, max_size=4))
    marks = [Mark(f"p{i}", start, end) for i, (start, end) in enumerate(drawn)]
    page = Page(body(text, marks, exchange=1))
    assert page.text == text
    assert page.marked == {mark.key: text[mark.start : mark.end] for mark in marks}


def test_a_mark_over_two_paragraphs_marks_both_and_leads_back_once() -> None:
    text = "First line.\n\nSecond line."
    page = Page(body(text, [Mark("1", 6, 19)], exchange=1))
    assert page.marked["1"] == "line." + "Second"
    assert [attrs["data-key"] for tag, attrs in page.tags if tag == "a"] == ["1"]


def test_two_footnotes_into_one_article_mark_both() -> None:
    page = Page(panel([exchange(fakes.MAYOR)]))
    quotes = {str(c.number): c.quote for c in fakes.mayor_answer().citations}
    assert page.marked == quotes
    assert len([tag for tag, attrs in page.tags if attrs.get("class") == "source"]) == 2


def test_a_very_long_article_is_cut_around_its_marks_and_says_so() -> None:
    text = "a" * WHOLE + " here " + "b" * WHOLE
    shown = body(text, [Mark("1", WHOLE + 1, WHOLE + 5)], exchange=1)
    page = Page(shown)
    assert page.marked["1"] == "here"
    assert len(shown) < WHOLE / 2
    assert shown.count('class="gap"') == 2
    assert windows(len(text), []) == [(0, WHOLE)]


# --- nothing foreign becomes markup ---------------------------------------------------------------------------------

OURS = {"section", "article", "details", "summary", "h2", "h3", "h4", "p", "div", "ul", "ol", "li"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td", "label"}
OURS |= {"span", "a", "q", "bdi", "mark", "time", "button", "input", "code", "progress"}


def assert_harmless(html: str) -> None:
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= OURS
    names = {name for _, attrs in page.tags for name in attrs}
    assert not any(name.startswith("on") or name in ("src", "style", "srcdoc") for name in names)
    assert all(href.startswith(("http://", "https://", "#")) for href in page.attributes("href"))


def hostile_exchanges() -> list[Exchange]:
    nasty = "<img src=x onerror=alert(1)>\" onmouseover='alert(2)' </bdi></p><script>alert(3)</script>"
    answer = replace(fakes.hostile_answer(), dropped=(nasty,))
    hits = answer.hits
    return [
        Exchange(1, nasty, "answered", hits, answer=answer),
        Exchange(2, nasty, "answered", hits, answer=fakes.refused(nasty, nasty, hits)),
        Exchange(3, nasty, "failed", hits, error=ModelError(nasty)),
        Exchange(4, nasty, "failed", hits, error=ValueError(nasty)),
        Exchange(5, nasty, "stopped", hits),
        Exchange(6, nasty, "writing", hits, draft=nasty),
    ]


@pytest.mark.parametrize("one", hostile_exchanges(), ids=lambda one: f"{one.number}-{one.phase}")
def test_hostile_text_stays_text(one: Exchange) -> None:
    conversation, sources = render.transcript([one]), panel([one])
    assert_harmless(conversation)
    assert_harmless(sources)
    assert "<img src=x onerror=alert(1)>" in Page(conversation).text
    assert "<script>document.title='pwned'</script>" in Page(sources).text


def test_other_places_escape_too() -> None:
    assert_harmless(render.welcome(["<b onclick=x>\"'"]))
    assert_harmless(banner(Status("loading", "<b>"), 0, 0))
    assert_harmless(cannot_start(Status("failed", "<b onload=x>")))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_survives_being_escaped(text: str) -> None:
    page = Page(f"<p>{isolated(text)}</p>")
    assert [tag for tag, _ in page.tags] == ["p", "bdi"]
    isolated("\ud800" + text).encode("utf-8")  # a lone surrogate can be sent to a browser


@pytest.mark.parametrize(
    ("source", "linked"),
    [
        ("https://news.example/a?b=c", True),
        ("http://news.example/", True),
        ("javascript:alert(1)", False),
        (" JavaScript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//news.example/", False),
        ("https:", False),
        ("http://[broken", False),
        ("/home/me/articles/a.txt", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(source: str, linked: bool) -> None:
    assert (web_address(source) is not None) is linked
    shown = article(replace(fakes.FERRY, source=source), [], 1, True)
    assert ("Read the original" in shown) is linked


# --- what is shown --------------------------------------------------------------------------------------------------


def test_a_card_names_the_page_of_a_quote_from_a_pdf() -> None:
    record = Article("a", "Report", "On page one. On page two.", pages=(0, 13))
    second = Citation(1, record, 13, 25, "On page two.", 1.0)
    assert "page 2" in Page(footnote(second, 1, 1)).text
    assert "page" not in Page(footnote(replace(second, article=replace(record, pages=())), 1, 1)).text.replace(
        second.quote, ""
    )


def test_each_sentence_carries_its_footnotes_and_their_cards() -> None:
    page = Page(render.transcript([exchange(fakes.MAYOR)]))
    notes = [attrs["data-key"] for _, attrs in page.tags if attrs.get("role") == "doc-noteref"]
    assert notes == ["1", "2", "3"]
    cards = page.attributes("aria-describedby")
    assert cards == [attrs["id"] for _, attrs in page.tags if attrs.get("role") == "tooltip"]
    for citation in fakes.mayor_answer().citations:
        assert citation.quote in page.text
    assert "Lindau Courier · 4 Mar 2024" in page.text


def test_a_source_counts_its_copies_and_names_them() -> None:
    copy = replace(fakes.HARBOUR, id="copy", publisher="The <b>Copy</b>")
    note = replace(fakes.quote(fakes.HARBOUR, "Buses will cross from Monday.", 1), copies=(copy,))
    printed = fakes.answer("Buses?", [Claim(note.quote, (note,))], [fakes.hit(copy, "Buses will cross from Monday.")])
    page = Page(cited(spans(printed), printed.citations, printed.hits, 1))
    assert "and 1 copy" in page.text
    assert "The <b>Copy</b>" in page.attributes("title")
    assert "Also found" not in page.text


def test_an_article_says_what_its_page_said_and_nothing_more() -> None:
    bare = Article(id="x", title=None, text="Words.", source="/home/somebody/secret/notes.txt")
    page = Page(article(bare, [], 1, True))
    assert "notes.txt" in page.text
    assert "secret" not in page.text
    assert "None" not in page.text
    assert Page(article(replace(bare, source=""), [], 1, True)).text.startswith("Untitled article")


def test_answer_refusal_failure_stop_and_draft_each_look_their_own() -> None:
    stopped = Exchange(1, fakes.SLOW, "writing", draft="words")
    stopped.end("stopped")
    looks = {
        "answer": render.transcript([exchange(fakes.LONG)]),
        "refusal": render.transcript([exchange(fakes.TOLL)]),
        "failure": render.transcript([exchange(fakes.BROKEN)]),
        "stopped": render.transcript([stopped]),
        "draft": render.transcript([Exchange(1, fakes.SLOW, "writing", draft="words")]),
    }
    for look, html in looks.items():
        assert [name for name in looks if f'<div class="{name}"' in html] == [look]


def test_a_refusal_gives_its_reason_and_leads_to_the_nearest_passages() -> None:
    one = exchange(fakes.TOLL)
    page = Page(render.transcript([one]))
    assert "I looked for a toll for lorries" in page.text
    keys = [attrs["data-key"] for tag, attrs in page.tags if tag == "a"]
    assert keys == ["p1", "p2"]
    sources = Page(panel([one]))
    assert sources.marked == {f"p{i}": hit.passage.text for i, hit in enumerate(fakes.BRIDGE_HITS, 1)}
    assert [attrs["data-key"] for _, attrs in sources.tags if attrs.get("class") == "back"] == keys  # and back again


def test_a_refusal_offers_questions_that_are_answered() -> None:
    one = exchange(fakes.TOLL)
    assert "do answer" not in render.transcript([one])
    one.take(Instead((fakes.LONG, fakes.NASTY)))
    html = render.transcript([one])
    assert_harmless(html)
    assert Page(html).attributes("data-question") == [fakes.LONG, fakes.NASTY]
    assert one.phase == "answered"


def test_a_refusal_that_names_the_nearest_words_leads_to_them() -> None:
    one = exchange(fakes.TOLL)
    assert one.answer is not None
    near = fakes.quote(fakes.HARBOUR, "Lorries above 7.5 tonnes have to wait", 1)
    one.answer = replace(one.answer, citations=(near,))
    page = Page(render.transcript([one]))
    assert near.quote in page.text
    assert [attrs["data-key"] for tag, attrs in page.tags if tag == "a"] == ["1"]
    assert Page(panel([one])).marked == {"1": near.quote}


def test_a_failure_shows_the_message_and_offers_to_ask_again() -> None:
    page = Page(render.transcript([exchange(fakes.BROKEN)]))
    assert "llama.cpp failed while evaluating 812 tokens" in page.text
    assert page.attributes("data-question") == [fakes.BROKEN]
    crash = Page(render.transcript([exchange(fakes.CRASH)]))
    assert "Unexpected error: ValueError: shape (3,) is not (4,)" in crash.text
    assert "Not in the articles" not in page.text + crash.text


def test_a_question_that_cannot_be_asked_is_no_breakdown_and_is_not_offered_again() -> None:
    one = Exchange(1, "x" * 3000)
    one.end("failed", QuestionError("The question has 3,000 characters; 2,000 are the most."))
    page = Page(render.transcript([one], last=True))
    assert "2,000 are the most" in page.text
    assert "went wrong" not in page.text
    assert page.attributes("data-event") == ["edit"]
    one.replaced = (exchange(fakes.LONG),)
    assert events(render.transcript([one], last=True)) == ["restore", "edit"]
    assert events(render.transcript([one])) == ["edit"]


@pytest.mark.parametrize("kind", [CorpusNotFound, ModelNotFound])
def test_what_is_not_there_to_answer_from_is_no_fault_of_the_question(kind: type[Exception]) -> None:
    one = Exchange(1, fakes.LONG)
    one.end("failed", kind("It is not there."))
    assert "went wrong" in Page(render.transcript([one], last=True)).text


def test_each_step_and_the_place_in_the_line_are_said() -> None:
    one = Exchange(1, fakes.LONG)
    said = []
    for event in (Waits(2), Waits(1), Begins("searching"), Begins("reading"), Begins("writing"), Begins("checking")):
        one.take(event)
        said.append(Page(render.transcript([one])).text)
    assert "2 other questions are being answered first" in said[0]
    assert "Another question is being answered first" in said[1]
    for words, text in zip(("Searching", "Reading", "Writing", "Checking"), said[2:], strict=True):
        assert words in text
    assert render.transcript([one]).count('class="done"') == 3


def test_a_disagreement_is_shown_as_one() -> None:
    """The page knows it by the words that `rag.disagree` begins with."""
    texts = ("The Lindau bridge is 412 metres long.", "It measures 380 metres, Lindau says.")
    vector = np.ones(1, np.float32)
    one, other = (
        Sentence(Article(str(i), None, text), 0, len(text), i, 1.0, 1.0, 1.0, vector) for i, text in enumerate(texts)
    )
    shown = both_sides("How long is the Lindau bridge?", [quoted(one)], [one, other], [1.0, 1.0])
    assert shown[0].text.startswith(DISAGREEMENT)
    assert "The articles disagree" in Page(render.transcript([exchange(fakes.WHEN)])).text.partition("disagree:")[0]
    assert 'class="disagreement"' not in render.transcript([exchange(fakes.LONG)])


def test_an_unsure_answer_says_so_and_what_was_left_out_can_be_read() -> None:
    assert "Low confidence (58 %)" in render.transcript([exchange(fakes.MAYOR)])
    sure = render.transcript([exchange(fakes.LONG)])
    assert "Low confidence" not in sure
    assert "1 sentence left out: not supported" in sure
    assert "It is the longest bridge in the country." in sure


def test_an_answer_can_be_copied_with_its_footnotes() -> None:
    for question in (fakes.LONG, fakes.TOLL):
        one = exchange(question)
        assert one.answer is not None
        page = Page(render.transcript([one]))
        assert page.attributes("data-copy") == [answer_markdown(one.answer)]
    assert Page(render.transcript([exchange(fakes.BROKEN)])).attributes("data-copy") == []


def test_the_conversation_can_be_exported_once_something_is_over() -> None:
    assert export_menu([]) == export_menu([Exchange(1, fakes.LONG)]) == ""
    nasty = [*hostile_exchanges(), exchange(fakes.LONG, 7)]
    assert_harmless(export_menu(nasty))
    page = Page(export_menu(nasty))
    assert page.attributes("data-save") == ["footnote-conversation.md", "footnote-conversation.json"]
    assert page.attributes("data-text") == [conversation_markdown(nasty), conversation_json(nasty)]


def events(html: str) -> list[str]:
    return Page(html).attributes("data-event")


def test_every_question_can_be_edited_and_the_last_one_asked_again() -> None:
    for question in (fakes.LONG, fakes.TOLL):
        assert events(render.transcript([exchange(question)])) == ["edit", "rate", "rate"]
        assert events(render.transcript([exchange(question)], last=True)) == ["edit", "again", "rate", "rate"]
    assert events(render.transcript([exchange(fakes.BROKEN)])) == ["ask", "edit"]
    assert events(render.transcript([exchange(fakes.BROKEN)], last=True)) == ["again", "edit"]
    assert events(render.transcript([Exchange(1, fakes.SLOW)], last=True)) == []


def test_a_question_that_came_to_nothing_leads_back_to_what_it_replaced() -> None:
    for phase in ("failed", "stopped"):
        one = Exchange(1, fakes.SLOW, replaced=(exchange(fakes.LONG),))
        one.end(phase)
        assert events(render.transcript([one], last=True)) == ["again", "restore", "edit"]
    one = Exchange(1, fakes.LONG, replaced=(exchange(fakes.TOLL),))
    one.take(fakes.long_answer())
    assert one.replaced == ()


def test_thumbs_show_what_was_thought_and_where_it_is_kept() -> None:
    one = exchange(fakes.LONG)

    def pressed() -> list[str]:
        return Page(render.transcript([one])).attributes("aria-pressed")

    assert pressed() == ["false", "false"]
    assert "Feedback stays on this computer." in Page(render.transcript([one])).text
    one.verdict = "down"
    assert pressed() == ["false", "true"]
    one.word = '"><b onclick=x>'
    html = render.transcript([one])
    assert_harmless(html)
    assert Page(html).attributes("value") == [one.word]
    assert "on this computer only" in Page(html).text
    one.trouble = "There is <b>no room</b>."
    assert one.trouble in Page(render.transcript([one])).text


def test_the_note_over_the_box_says_what_an_edit_replaces() -> None:
    conversation = Conversation([exchange(fakes.LONG, number) for number in (1, 2, 3)])
    assert editing(conversation) == ""
    said = []
    for number in (1, 2, 3):
        conversation.edit(number, "")
        said.append(Page(editing(conversation)).text.removesuffix("Cancel editing"))
    assert said == [
        "Editing question 1. Asking it replaces its answer and the 2 questions after it.",
        "Editing question 2. Asking it replaces its answer and the 1 question after it.",
        "Editing question 3. Asking it replaces its answer.",
    ]


def test_a_draft_says_that_it_is_unchecked_and_carries_no_footnote() -> None:
    one = Exchange(1, fakes.LONG, "searching")
    one.take(Retrieved(fakes.BRIDGE_HITS))
    one.take(Token("The bridge [1]"))
    page = Page(render.transcript([one]))
    assert "Draft, not checked yet" in page.text
    assert not page.attributes("data-key")
    assert "Ferry line to close in summer" in Page(panel([one])).text


def test_sentences_that_passed_stand_apart_from_the_draft_with_footnotes_that_open() -> None:
    first, second = fakes.long_answer().claims
    one = Exchange(1, fakes.LONG, "writing")
    for event in (Retrieved(fakes.BRIDGE_HITS), Token(first.text + " It opened"), Passed((first,), "It opened")):
        one.take(event)
    one.take(Token(" on a Sunday"))
    html = render.transcript([one])
    standing, _, draft = html.partition('<div class="draft">')
    assert Page(standing).text.count(first.text) == 1
    assert first.text not in draft
    assert "It opened on a Sunday" in Page(draft).text
    assert 'class="answer"' not in html
    assert Page(html).attributes("data-key") == ["1"]
    assert Page(panel([one])).marked == {"1": first.citations[0].quote}
    one.take(Passed((first, second), ""))
    assert 'class="draft"' not in render.transcript([one])
    assert set(Page(panel([one])).marked) == {"1", "2"}


def test_a_stop_or_a_failure_leaves_nothing_of_what_stood() -> None:
    for phase in ("stopped", "failed"):
        one = Exchange(1, fakes.LONG, "writing")
        one.take(Passed(fakes.long_answer().claims, "and so on"))
        one.end(phase, ValueError("broken"))
        assert "412 metres" not in render.transcript([one]) + panel([one])


def test_only_the_sources_of_the_last_exchange_are_visible() -> None:
    page = Page(panel([exchange(fakes.LONG, 1), exchange(fakes.MAYOR, 2)]))
    blocks = [attrs for tag, attrs in page.tags if attrs.get("class") == "sources"]
    assert [(attrs["data-exchange"], "hidden" in attrs) for attrs in blocks] == [("1", True), ("2", False)]


def test_the_banner_tells_how_far_loading_is() -> None:
    assert 'value="36"' in banner(Status("loading", "Fetching …", 0.36), 0, 0)
    assert "progress" not in banner(Status("loading", "Loading …"), 0, 0)
    assert "1 article<" in banner(Status("ready", ""), 1, 1)
    assert "1,400 articles" in banner(Status("ready", ""), 1400, 1400)
    assert "Answers from 12 of 1,400 articles" in banner(Status("ready", ""), 12, 1400)


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(1, 100))
def test_clipped_text_is_a_beginning_of_the_text(text: str, limit: int) -> None:
    short = clipped(text, limit)
    assert len(short) <= limit + 2
    assert text.startswith(short.removesuffix(" …"))


# --- conversation ---------------------------------------------------------------------------------------------------


def test_history_holds_what_was_answered_or_refused() -> None:
    conversation = Conversation([exchange(q, i) for i, q in enumerate((fakes.LONG, fakes.BROKEN, fakes.TOLL), 1)])
    stopped = Exchange(4, fakes.SLOW)
    stopped.end("stopped")
    conversation.exchanges.append(stopped)
    answered, refusal = fakes.long_answer(), conversation.exchanges[2].answer
    assert refusal is not None
    conversation.ask(fakes.MAYOR)
    assert conversation.history(conversation.exchanges[1]) == [Turn(fakes.LONG, answered.text)]
    assert conversation.history(conversation.exchanges[-1]) == [
        Turn(fakes.LONG, answered.text),
        Turn(fakes.TOLL, refusal.text),
    ]


def test_what_comes_after_the_end_of_an_exchange_changes_nothing() -> None:
    one = Exchange(1, fakes.LONG, "writing", draft="words")
    one.end("stopped")
    before = replace(one)
    one.take(Token("more"))
    one.take(fakes.long_answer())
    one.end("failed", ValueError())
    assert one == before


def test_a_question_stopped_while_it_waits_is_never_taken_up() -> None:
    conversation = Conversation()
    conversation.ask(fakes.LONG)
    conversation.stop()
    assert conversation.take_up() is None
    conversation.ask(fakes.MAYOR)
    taken = conversation.take_up()
    assert taken is not None
    assert taken.question == fakes.MAYOR
    assert conversation.take_up() is None
