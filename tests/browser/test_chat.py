"""The page in a real browser, over a scripted chatbot. Each test has a tab of its own; none waits for a clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from rag.errors import NoNetwork
from tests import ui_fakes as fakes
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

EXAMPLES = (fakes.LONG, fakes.TOLL)


@pytest.fixture
def bot() -> fakes.ScriptedBot:
    return fakes.ScriptedBot(fakes.scripts(), offered=EXAMPLES)


@pytest.fixture
def address(bot: fakes.ScriptedBot) -> Iterator[str]:
    with fakes.serving(lambda progress: bot) as url:
        yield url


@pytest.fixture
def page(tab: OpenTab, address: str) -> Page:
    return tab(address)


def last(page: Page) -> Locator:
    return page.locator(".exchange").last


def overflow(page: Page) -> int:
    """Pixels that the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def visible(page: Page, element: Locator) -> bool:
    """Whether the element lies inside the window and inside everything that clips it."""
    return bool(
        element.evaluate(
            """element => {
                const box = element.getBoundingClientRect();
                const top = document.elementFromPoint(box.left + 4, box.top + box.height / 2);
                return top !== null && (top === element || element.contains(top) || top.contains(element));
            }"""
        )
    )


def test_passages_come_before_the_first_word_then_a_draft_then_the_answer(tab: OpenTab) -> None:
    at_once, before, within, after = (fakes.Pause() for _ in range(4))
    script = [
        at_once,
        fakes.Retrieved(fakes.BRIDGE_HITS),
        "reading",
        before,
        "writing",
        *fakes.tokens("The bridge is 412"),
        within,
        "checking",
        after,
        fakes.long_answer(),
    ]
    with fakes.serving(lambda progress: fakes.ScriptedBot({fakes.LONG: script})) as address:
        page = tab(address)
        ask(page, fakes.LONG)
        expect(page.locator(".status")).to_contain_text("Searching")
        at_once.go.set()
        expect(page.locator("#panel .found")).to_contain_text("Ferry line to close in summer")
        expect(page.locator(".status")).to_contain_text("Reading")
        expect(page.locator(".draft")).to_have_count(0)
        before.go.set()
        expect(page.locator(".status")).to_contain_text("Writing")
        expect(page.locator(".draft")).to_contain_text("The bridge is 412")
        expect(page.locator(".draft")).to_contain_text("not checked")
        expect(page.locator(".answer")).to_have_count(0)
        within.go.set()
        expect(page.locator(".status")).to_contain_text("Checking")
        expect(page.locator(".steps .done")).to_have_count(3)
        after.go.set()
        expect(last(page)).to_have_attribute("data-state", "answered")
        expect(page.locator(".draft")).to_have_count(0)
        expect(page.locator(".answer a.ref")).to_have_text(["1", "2"])


@pytest.mark.parametrize(("width", "height"), [(1360, 860), (360, 740)])
def test_the_passages_are_on_screen_before_the_first_sentence(tab: OpenTab, width: int, height: int) -> None:
    """How soon is measured by `python -m eval.bench`."""
    before = fakes.Pause()
    script = [fakes.Retrieved(fakes.BRIDGE_HITS), "reading", before, *fakes.scripts()[fakes.LONG][1:]]
    with fakes.serving(lambda progress: fakes.ScriptedBot({fakes.LONG: script})) as address:
        page = tab(address, width=width, height=height)
        ask(page, fakes.LONG)
        found = page.locator("#panel .found .headline")
        expect(found).to_have_text([fakes.HARBOUR.title or "", fakes.FERRY.title or ""])
        for passage in found.all():
            expect(passage).to_be_in_viewport()
            assert visible(page, passage)  # and not behind the question box
        expect(page.locator(":is(.standing, .draft, .answer)")).to_have_count(0)
        before.go.set()
        expect(page.locator(".answer a.ref")).to_have_text(["1", "2"])


def test_sentences_appear_as_they_pass_the_check_and_their_sources_open_before_the_end(tab: OpenTab) -> None:
    first, second = fakes.long_answer().claims
    one, two = fakes.Pause(), fakes.Pause()
    script = [
        fakes.Retrieved(fakes.BRIDGE_HITS),
        "writing",
        *fakes.tokens(f"{first.text} It is the longest bridge"),
        fakes.Passed((first,), "It is the longest bridge "),
        one,
        *fakes.tokens("in the country. It opened to traffic"),
        fakes.Passed((first,), "It opened to traffic "),  # the second sentence fell
        *fakes.tokens("on a Sunday."),
        two,
        fakes.long_answer(),
    ]
    with fakes.serving(lambda progress: fakes.ScriptedBot({fakes.LONG: script})) as address:
        page = tab(address)
        ask(page, fakes.LONG)
        standing, draft = page.locator(".standing"), page.locator(".draft")
        expect(standing).to_contain_text(first.text)
        expect(draft).to_contain_text("It is the longest bridge")
        expect(draft).not_to_contain_text("412")
        expect(page.locator(".answer")).to_have_count(0)
        standing.locator("a.ref").click()
        current = page.locator("mark.current")
        expect(current).to_have_text(first.citations[0].quote)
        page.locator("a.back").click()
        expect(standing.locator("a.ref")).to_be_focused()
        one.go.set()
        expect(draft).to_contain_text("It opened to traffic on a Sunday.")
        expect(draft).not_to_contain_text("longest")
        expect(standing.locator("a.ref")).to_be_focused()  # whatever else is written
        two.go.set()
        expect(page.locator(".answer a.ref")).to_have_text(["1", "2"])
        expect(page.locator(":is(.standing, .draft)")).to_have_count(0)
        expect(current).to_have_text(first.citations[0].quote)  # still open
        assert second.text in page.locator(".answer").inner_text()


def test_a_footnote_opens_the_article_at_the_words_of_its_quote_and_they_lead_back(page: Page) -> None:
    ask(page, fakes.MAYOR)
    expect(page.locator(".answer")).to_be_visible()
    for citation in fakes.mayor_answer().citations:
        ref = page.locator(f'a.ref[data-key="{citation.number}"]')
        ref.click()
        current = page.locator("mark.current")
        expect(current).to_have_text(citation.quote)
        expect(current).to_be_focused()
        assert visible(page, current)
        source = page.locator("details.source[open]").filter(has=current)
        expect(source.locator("summary")).to_contain_text(citation.article.title or "")
        source.locator(f'a.back[data-key="{citation.number}"]').click()
        expect(ref).to_be_focused()


def test_the_original_is_linked_where_there_is_one(page: Page) -> None:
    ask(page, fakes.MAYOR)
    link = page.locator(".source .original a")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", fakes.HARBOUR.source)
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_hover_and_focus_show_quote_title_publisher_and_date(page: Page) -> None:
    ask(page, fakes.LONG)
    ref, card = page.locator("a.ref").first, page.locator(".card").first
    expect(card).to_be_hidden()
    ref.hover()
    expect(card).to_be_visible()
    assert visible(page, card)  # the first line of the first answer is near the head of the page
    for words in ("412 metres long", "Harbour bridge opens", "Lindau Courier", "4 Mar 2024"):
        expect(card).to_contain_text(words)
    card.hover()  # stays, so that it can be read and copied from
    expect(card).to_be_visible()
    page.mouse.move(0, 0)
    expect(card).to_be_hidden()
    ref.focus()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_everything_can_be_done_with_the_keyboard(page: Page) -> None:
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(fakes.LONG)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_be_visible()
    page.locator("a.ref").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark.current")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator('a.back[data-key="1"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("a.ref").first).to_be_focused()


def test_footnotes_of_an_earlier_answer_bring_its_sources_back(page: Page) -> None:
    for question in (fakes.LONG, fakes.MAYOR):
        ask(page, question)
        expect(last(page).locator(".question")).to_have_text(question)
        expect(last(page)).to_have_attribute("data-state", "answered")
    page.locator('#exchange-1 a.ref[data-key="1"]').click()
    expect(page.locator("mark.current")).to_have_text("It is 412 metres long and cost 38 million euros.")
    expect(page.locator("#panel .for:visible")).to_have_text(fakes.LONG)


def test_the_passages_of_the_next_question_are_seen_from_their_head(tab: OpenTab, address: str) -> None:
    page = tab(address, height=420)
    ask(page, fakes.MAYOR)
    expect(last(page)).to_have_attribute("data-state", "answered")
    page.locator('#exchange-1 a.ref[data-key="2"]').click()
    expect(page.locator("mark.current")).to_be_in_viewport()
    panel = page.locator("#panel")
    assert panel.evaluate("panel => panel.scrollTop") > 0
    ask(page, fakes.TOLL)
    expect(page.locator("#exchange-2")).to_have_attribute("data-state", "refused")
    expect(panel.get_by_role("heading", name="Nearest passages")).to_be_in_viewport()
    assert panel.evaluate("panel => panel.scrollTop") == 0


def test_what_is_read_of_an_earlier_answer_stays_open_while_the_next_is_written(tab: OpenTab) -> None:
    first, second = fakes.long_answer().claims
    pauses = [fakes.Pause() for _ in range(3)]
    script = [
        fakes.Retrieved(fakes.BRIDGE_HITS),
        pauses[0],
        fakes.Passed((first,), "It opened "),
        pauses[1],
        fakes.Passed((first, second), ""),
        pauses[2],
        fakes.long_answer(),
    ]
    bot = fakes.ScriptedBot(fakes.scripts() | {fakes.LONG: script})
    with fakes.serving(lambda progress: bot) as address:
        page = tab(address)
        ask(page, fakes.MAYOR)
        expect(last(page)).to_have_attribute("data-state", "answered")
        ask(page, fakes.LONG)
        expect(page.locator("#panel .found:visible")).to_be_visible()
        page.locator('#exchange-1 a.ref[data-key="2"]').click()
        current, quote = page.locator("mark.current"), fakes.mayor_answer().citations[1].quote
        expect(current).to_have_text(quote)
        for pause, count in zip(pauses, (1, 2, 2), strict=True):
            pause.go.set()
            expect(page.locator("#exchange-2 a.ref")).to_have_count(count)
            expect(page.locator("#panel .sources:visible")).to_have_attribute("data-exchange", "1")
            expect(current).to_have_text(quote)
            expect(current).to_be_visible()
        expect(last(page)).to_have_attribute("data-state", "answered")
        expect(page.locator("#panel .sources:visible")).to_have_attribute("data-exchange", "1")
        expect(current).to_be_visible()


def test_what_was_unfolded_stays_so_when_it_is_drawn_again(page: Page) -> None:
    left_out = page.locator("#exchange-1 .dropped")
    for clear in (False, True):
        if clear:
            page.get_by_role("button", name="New chat").click()
            expect(page.locator(".exchange")).to_have_count(0)
        ask(page, fakes.LONG)
        expect(left_out).to_be_visible()
        expect(left_out).not_to_have_attribute("open", "")  # of a new conversation, nothing is unfolded yet
        left_out.locator("summary").click()
        page.locator("#panel details.others summary").click()
        page.get_by_role("button", name="Right").click()
        expect(page.get_by_label("Why?")).to_be_visible()
        ask(page, fakes.WHEN)
        expect(page.locator("#exchange-2")).to_have_attribute("data-state", "answered")
        expect(left_out).to_have_attribute("open", "")
        expect(page.locator('#panel .sources[data-exchange="1"] .others')).to_have_attribute("open", "")
        left_out.locator("summary").click()
        page.locator("#exchange-1").get_by_role("button", name="Wrong").click()
        expect(page.locator("#exchange-1").get_by_role("button", name="Wrong")).to_have_attribute(
            "aria-pressed", "true"
        )
        expect(left_out).not_to_have_attribute("open", "")


def test_how_a_question_ended_is_said_once_to_those_who_only_hear_the_page(page: Page) -> None:
    expect(page.locator("#told")).to_have_text("")
    page.locator("#told").evaluate(
        """told => {
            window.said = [];
            const hear = () => told.textContent && said.push(told.textContent);
            new MutationObserver(hear).observe(told, {childList: true, subtree: true});
        }"""
    )
    for number, question in enumerate((fakes.LONG, fakes.MAYOR, fakes.TOLL, fakes.BROKEN), start=1):
        ask(page, question)
        expect(page.locator(f"#exchange-{number}")).not_to_have_attribute("data-state", "open")
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    ask(page, fakes.SLOW)
    expect(page.locator(".draft")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#told")).to_have_text("Stopped")
    assert page.evaluate("said") == ["Answer ready", "Answer ready", "Not in the articles", "Stopped"]


def test_the_keyboard_goes_on_at_the_question_after_a_stop(page: Page) -> None:
    ask(page, fakes.SLOW)
    expect(page.locator(".draft")).to_be_visible()
    page.get_by_role("button", name="Stop").press("Enter")
    expect(last(page)).to_have_attribute("data-state", "stopped")
    expect(page.get_by_label("Your question")).to_be_focused()


def test_a_disagreement_and_low_confidence_do_not_look_like_an_answer_that_is_sure(page: Page) -> None:
    for number, (question, look) in enumerate([(fakes.WHEN, ".disagreement"), (fakes.MAYOR, ".doubt")], start=1):
        ask(page, question)
        expect(page.locator(f"#exchange-{number}")).to_have_attribute("data-state", "answered")
        expect(page.locator(f"#exchange-{number} {look}")).to_be_visible()
    ask(page, fakes.LONG)
    expect(page.locator("#exchange-3 .answer")).to_be_visible()
    expect(page.locator("#exchange-3 :is(.disagreement, .doubt)")).to_have_count(0)
    page.get_by_text("1 sentence left out: not supported").click()
    expect(page.get_by_text("It is the longest bridge in the country.")).to_be_visible()


def test_a_refusal_offers_the_nearest_passages(page: Page) -> None:
    ask(page, fakes.TOLL)
    expect(last(page)).to_have_attribute("data-state", "refused")
    refusal = page.locator(".refusal")
    expect(refusal).to_contain_text("I looked for a toll for lorries")
    expect(page.locator(".answer, .failure")).to_have_count(0)
    refusal.locator("a.passage").nth(1).click()
    expect(page.locator("mark.current")).to_have_text(fakes.BRIDGE_HITS[1].passage.text)
    page.get_by_role("link", name="Back to the nearest passages").last.click()
    expect(refusal.locator("a.passage").nth(1)).to_be_focused()


def test_a_refusal_leads_to_a_question_that_is_answered(page: Page, bot: fakes.ScriptedBot) -> None:
    better = f"What about {fakes.HARBOUR.title}?"
    bot.scripts[better] = bot.scripts[fakes.LONG]
    ask(page, fakes.TOLL)
    page.locator(".refusal").get_by_role("button", name=better).click()
    expect(page.locator("#exchange-2 .question")).to_have_text(better)
    expect(page.locator("#exchange-2")).to_have_attribute("data-state", "answered")
    expect(page.locator("#exchange-1 .refusal")).to_contain_text("What these articles do answer")


@pytest.mark.parametrize(("question", "message"), [(fakes.BROKEN, "812 tokens"), (fakes.CRASH, "shape (3,)")])
def test_a_failure_looks_like_one_and_can_be_asked_again(
    page: Page, bot: fakes.ScriptedBot, question: str, message: str
) -> None:
    ask(page, question)
    expect(last(page)).to_have_attribute("data-state", "failed")
    expect(page.locator(".failure")).to_contain_text(message)
    expect(page.locator(".refusal, .answer")).to_have_count(0)
    bot.scripts[question] = [fakes.long_answer()]
    page.get_by_role("button", name="Ask again").click()
    expect(last(page)).to_have_attribute("data-state", "answered")


def test_stop_in_the_middle_of_a_draft_leaves_a_clean_state(page: Page, bot: fakes.ScriptedBot) -> None:
    pause = fakes.pause_of(bot.scripts)
    ask(page, fakes.SLOW)
    expect(page.locator(".draft")).to_contain_text("opened on")
    page.get_by_role("button", name="Stop").click()
    expect(last(page)).to_have_attribute("data-state", "stopped")
    expect(page.locator(".draft")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    ask(page, fakes.LONG)  # the model is still busy with the word under way
    expect(page.locator(".status")).to_be_visible()
    pause.go.set()
    expect(last(page)).to_have_attribute("data-state", "answered")
    assert (bot.closed_early, bot.most_open) == (1, 1)
    assert bot.asked[-1] == (fakes.LONG, ())  # what was stopped is no part of the history


def test_clear_starts_over_even_in_the_middle_of_a_draft(page: Page, bot: fakes.ScriptedBot) -> None:
    ask(page, fakes.LONG)
    expect(page.locator(".answer")).to_be_visible()
    ask(page, fakes.SLOW)
    expect(page.locator(".draft")).to_contain_text("opened on")
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".exchange, .sources")).to_have_count(0)
    expect(page.locator(".starters button")).to_have_count(len(EXAMPLES))
    fakes.pause_of(bot.scripts).go.set()
    ask(page, fakes.TOLL)
    expect(page.locator(".refusal")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(1)
    assert bot.asked[-1] == (fakes.TOLL, ())


def test_an_empty_question_takes_nothing_away_and_says_why_it_is_not_asked(page: Page) -> None:
    ask(page, fakes.LONG)
    expect(page.locator(".answer")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    with page.expect_response(lambda response: "/queue/data" in response.url):  # the second of its two handlers
        ask(page, "   ")
    expect(page.locator("#editing [role=alert]")).to_have_text("Write a question first.")
    ask(page, fakes.TOLL)
    expect(page.locator("#exchange-2")).to_have_attribute("data-state", "refused")
    expect(page.locator("#exchange-1 .answer")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_an_example_asks_itself(page: Page) -> None:
    page.get_by_role("button", name=fakes.LONG).click()
    expect(page.locator(".question")).to_have_text(fakes.LONG)
    expect(page.locator(".answer")).to_be_visible()


def test_a_second_tab_waits_its_turn_and_says_so(tab: OpenTab, address: str, bot: fakes.ScriptedBot) -> None:
    first, second = tab(address), tab(address)
    ask(first, fakes.SLOW)
    expect(first.locator(".draft")).to_contain_text("opened on")
    ask(second, fakes.TOLL)
    expect(second.locator(".status")).to_contain_text("Another question is being answered first")
    assert [question for question, _ in bot.asked] == [fakes.SLOW]
    fakes.pause_of(bot.scripts).go.set()
    expect(first.locator(".answer")).to_be_visible()
    expect(second.locator(".refusal")).to_be_visible()
    expect(first.locator(".exchange")).to_have_count(1)
    assert bot.most_open == 1


def test_hostile_text_stays_text(page: Page) -> None:
    ask(page, fakes.NASTY)
    expect(last(page)).to_have_attribute("data-state", "answered")
    expect(page.locator(".question")).to_have_text(fakes.NASTY)
    expect(page.locator(".answer")).to_contain_text("<img src=x onerror=alert(8)>")
    page.locator("a.ref").click()
    expect(page.locator("mark.current")).to_have_text(fakes.HOSTILE.text[:60])
    expect(page.locator("#columns :is(script, img, svg, iframe)")).to_have_count(0)
    expect(page.locator('#columns a:not([href^="#"])')).to_have_count(0)
    expect(page).to_have_title("Footnote")
    assert overflow(page) == 0


def test_the_page_is_there_while_the_model_loads_and_a_question_waits_for_it(tab: OpenTab) -> None:
    go = threading.Event()

    def load(progress: Any) -> fakes.ScriptedBot:
        progress("embedding", 3, 12)
        go.wait(120)
        return fakes.ScriptedBot(fakes.scripts(), offered=EXAMPLES)

    with fakes.serving(load) as address:
        page = tab(address)
        expect(page.locator("#banner")).to_contain_text("Embedding")
        expect(page.locator("#banner progress")).to_have_attribute("value", "25")
        ask(page, fakes.LONG)
        expect(page.locator(".status")).to_contain_text("still loading")
        go.set()
        expect(page.locator(".answer")).to_be_visible()
        expect(page.locator("#banner")).to_contain_text("2 articles")


def test_a_model_that_cannot_be_loaded_is_said_on_the_page(tab: OpenTab) -> None:
    def load(progress: Any) -> fakes.ScriptedBot:
        raise NoNetwork("No source could be reached. Go online.")

    with fakes.serving(load) as address:
        page = tab(address)
        expect(page.locator(".failure")).to_contain_text("No source could be reached. Go online.")
        ask(page, fakes.LONG)
        expect(last(page)).to_have_attribute("data-state", "failed")


def test_a_phone_of_360_pixels_scrolls_in_one_direction_only(tab: OpenTab, address: str) -> None:
    page = tab(address, width=360, height=740)
    for question, state in ((fakes.MAYOR, "answered"), (fakes.NASTY, "answered"), (fakes.TOLL, "refused")):
        ask(page, question)
        expect(last(page).locator(".question")).to_have_text(question)
        expect(last(page)).to_have_attribute("data-state", state)
        assert overflow(page) == 0
    for place in (0, 10_000):  # the box stays at the window's lower edge wherever one reads
        page.evaluate("y => window.scrollTo(0, y)", place)
        box = page.locator("#composer").bounding_box() or {}
        assert 735 <= box["y"] + box["height"] <= 740
    first = page.locator("#exchange-1 a.ref").first
    first.hover()
    expect(page.locator(".card").first).to_be_visible()
    assert overflow(page) == 0
    first.click()
    mark, talk = page.locator("mark.current"), page.locator("#talk")
    assert visible(page, mark)
    sizes = [element.bounding_box() or {} for element in (talk, page.locator("#panel"))]
    assert sizes[1]["y"] >= sizes[0]["y"] + sizes[0]["height"]  # stacked


def test_side_by_side_on_a_wide_screen(page: Page) -> None:
    ask(page, fakes.LONG)
    expect(page.locator(".answer")).to_be_visible()
    talk, panel = (page.locator(name).bounding_box() or {} for name in ("#talk", "#panel"))
    assert panel["x"] >= talk["x"] + talk["width"]


LUMINANCES = """element => {
    const parse = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const colours = [getComputedStyle(element).color, getComputedStyle(document.body).backgroundColor];
    return colours.map(colour => light(parse(colour)));
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_in_light_and_in_dark(tab: OpenTab, address: str, dark: bool) -> None:
    page = tab(address, dark=dark)
    ask(page, fakes.LONG)
    expect(page.locator(".answer")).to_be_visible()
    for place in (".question", ".claim", ".about", ".source article p", "#panel .for"):
        ink, paper = page.locator(place).first.evaluate(LUMINANCES)
        assert (paper < ink) is dark
        lighter, darker = max(ink, paper), min(ink, paper)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, place  # WCAG 2.2, 1.4.3
