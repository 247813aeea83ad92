"""What a reader does with an answer, in a real browser over a scripted chatbot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.config import Config
from rag.errors import NoNetwork
from tests import ui_fakes as fakes
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask
from ui.export import answer_markdown
from ui.feedback import NAME

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture
def bot() -> fakes.ScriptedBot:
    return fakes.ScriptedBot(fakes.scripts())


@pytest.fixture
def address(bot: fakes.ScriptedBot, home: Path) -> Iterator[str]:
    with fakes.serving(lambda progress: bot, feedback=home / NAME) as url:
        yield url


@pytest.fixture
def page(tab: OpenTab, address: str) -> Page:
    return tab(address)


def asked(page: Page, *questions: str) -> None:
    for number, question in enumerate(questions, start=page.locator(".exchange").count() + 1):
        ask(page, question)
        expect(page.locator(f"#exchange-{number}")).not_to_have_attribute("data-state", "open")


def test_an_answer_is_copied_as_markdown_and_says_so(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    asked(page, fakes.MAYOR)
    page.get_by_role("button", name="Copy answer").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == answer_markdown(fakes.mayor_answer())
    # A page from another computer, without https, is given no clipboard.
    page.evaluate("navigator.clipboard.writeText('')")
    page.evaluate("clipboard = navigator.clipboard; Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="Copy answer").press("Enter")
    expect(page.get_by_role("button", name="Copy answer")).to_be_focused()
    page.wait_for_function("clipboard.readText().then(text => text !== '')")
    assert page.evaluate("clipboard.readText()") == answer_markdown(fakes.mayor_answer())


def test_the_conversation_is_saved_as_markdown_and_as_json(page: Page, tmp_path: Path) -> None:
    expect(page.get_by_text("Export", exact=True)).to_have_count(0)
    asked(page, fakes.LONG, fakes.TOLL, fakes.BROKEN)
    page.get_by_text("Export", exact=True).click()
    saved = {}
    for label in ("Markdown", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).press("Enter")
        name = download.value.suggested_filename
        download.value.save_as(tmp_path / name)
        saved[name] = (tmp_path / name).read_text(encoding="utf-8")
    expect(page.locator("#export .said")).to_have_text("Download started")
    markdown, records = saved["footnote-conversation.md"], json.loads(saved["footnote-conversation.json"])
    for note in fakes.long_answer().citations:
        assert note.quote in markdown
    assert [record.get("refused") for record in records] == [False, True, None]
    assert records[0] == fakes.long_answer().to_dict()
    assert "812 tokens" in records[2]["error"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="JSON")).to_be_hidden()
    expect(page.locator("#export summary")).to_be_focused()


def test_the_last_question_is_asked_again_in_its_place(page: Page, bot: fakes.ScriptedBot) -> None:
    asked(page, fakes.LONG, fakes.MAYOR)
    bot.scripts[fakes.MAYOR] = [ValueError("broken")]
    page.get_by_role("button", name="Ask again").press("Enter")
    expect(page.locator("#exchange-2")).to_have_attribute("data-state", "failed")
    expect(page.locator("#exchange-2")).to_be_focused()
    page.get_by_role("button", name="Bring back what stood here").press("Enter")
    expect(page.locator("#exchange-2")).to_have_attribute("data-state", "answered")
    expect(page.get_by_label("Your question")).to_be_focused()
    bot.scripts[fakes.MAYOR] = [fakes.refused(fakes.MAYOR, "Nothing about it.", ())]
    page.get_by_role("button", name="Ask again").press("Enter")
    expect(page.locator("#exchange-2")).to_have_attribute("data-state", "refused")
    expect(page.locator(".question")).to_have_text([fakes.LONG, fakes.MAYOR])
    assert [len(history) for question, history in bot.asked if question == fakes.MAYOR] == [1, 1, 1]


def test_an_edited_question_replaces_the_rest_of_the_conversation(page: Page, bot: fakes.ScriptedBot) -> None:
    asked(page, fakes.LONG, fakes.MAYOR, fakes.BROKEN)
    box = page.get_by_label("Your question")
    box.fill("half a tho")
    second = page.get_by_role("region", name="Question 2")
    second.get_by_role("button", name="Edit question").press("Enter")
    expect(box).to_have_value(fakes.MAYOR)
    expect(box).to_be_focused()
    expect(page.locator("#editing")).to_contain_text("the 1 question after it")
    page.get_by_role("button", name="Cancel editing").press("Enter")
    expect(box).to_have_value("half a tho")
    expect(page.locator("#editing")).to_be_hidden()
    second.get_by_role("button", name="Edit question").press("Enter")
    expect(box).to_have_value(fakes.MAYOR)
    ask(page, fakes.TOLL)
    expect(page.locator("#exchange-2")).to_have_attribute("data-state", "refused")
    expect(page.locator(".question")).to_have_text([fakes.LONG, fakes.TOLL])
    expect(box).to_have_value("half a tho")
    question, history = bot.asked[-1]
    assert (question, [turn.question for turn in history]) == (fakes.TOLL, [fakes.LONG])


def test_a_new_chat_gives_back_what_an_edit_had_put_aside(page: Page) -> None:
    asked(page, fakes.LONG)
    box = page.get_by_label("Your question")
    box.fill("half a tho")
    page.get_by_role("button", name="Edit question").click()
    expect(box).to_have_value(fakes.LONG)
    page.get_by_role("button", name="New chat").click()
    expect(box).to_have_value("half a tho")
    expect(page.locator("#editing")).to_be_hidden()


def test_a_thumb_and_a_word_are_kept_on_this_computer(page: Page, home: Path) -> None:
    asked(page, fakes.LONG)
    expect(page.locator(".actions")).to_contain_text("Feedback stays on this computer.")
    thumb = page.get_by_role("button", name="Wrong")
    thumb.press("Enter")
    expect(thumb).to_have_attribute("aria-pressed", "true")
    expect(thumb).to_be_focused()
    page.keyboard.press("Tab")
    why = page.get_by_label("Why?")
    expect(why).to_be_focused()
    page.keyboard.type("Too long.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Your word is noted")).to_be_visible()
    asked(page, fakes.MAYOR)
    second = page.get_by_role("region", name="Question 2")
    second.get_by_role("button", name="Right").click()
    second.get_by_label("Why?").fill("Just what I asked for")
    page.get_by_label("Your question").focus()  # left without Enter
    expect(page.get_by_role("status").filter(has_text="Your word is noted")).to_have_count(2)
    lines = [json.loads(line) for line in (home / NAME).read_text(encoding="utf-8").splitlines()]
    assert [(line["question"], line["verdict"], line["word"]) for line in lines] == [
        (fakes.LONG, "down", ""),
        (fakes.LONG, "down", "Too long."),
        (fakes.MAYOR, "up", ""),
        (fakes.MAYOR, "up", "Just what I asked for"),
    ]
    assert [turn["question"] for turn in lines[-1]["history"]] == [fakes.LONG]


def test_another_model_is_chosen_and_answers(tab: OpenTab) -> None:
    """The old one answers meanwhile; the choice stays where its reader put it, and every tab hears of it."""
    loading, told = fakes.Pause(), []
    old = fakes.ScriptedBot(fakes.scripts())
    new = fakes.ScriptedBot({fakes.LONG: [fakes.mayor_answer()]}, config=Config(model="smollm2-135m"))

    def with_model(bot: fakes.ScriptedBot, name: str, progress: Callable[..., None]) -> fakes.ScriptedBot:
        told.append((bot, name))
        progress("fetching smollm2-135m", 1, 4)
        loading.hold()
        return new

    with fakes.serving(lambda progress: old, with_model=with_model) as address:
        page, other = tab(address), tab(address)
        page.get_by_text("Settings", exact=True).click()
        choice = page.get_by_role("combobox", name="Model")
        expect(choice).to_have_value("none")
        choice.select_option("smollm2-135m")
        expect(page.locator("#banner")).to_contain_text("Fetching smollm2-135m")
        expect(page.locator("#banner progress")).to_have_attribute("value", "25")
        expect(choice).to_have_value("smollm2-135m")
        expect(choice).to_be_visible()  # what was just changed stays open
        page.keyboard.press("Escape")
        asked(page, fakes.LONG)
        expect(page.locator("#exchange-1 .answer")).to_contain_text("412 metres")
        loading.go.set()
        for each in (page, other):
            expect(each.locator("#banner .ready")).to_contain_text("2 articles")
            each.get_by_text("Settings", exact=True).click()
            expect(each.get_by_role("combobox", name="Model")).to_have_value("smollm2-135m")
            each.keyboard.press("Escape")
        asked(page, fakes.LONG)
        expect(page.locator("#exchange-2 .answer")).to_contain_text("Mayor Ilse Brandt")
    assert told == [(old, "smollm2-135m")]
    assert old.released


def test_a_model_that_cannot_be_had_is_said_and_the_old_one_goes_on(tab: OpenTab, bot: fakes.ScriptedBot) -> None:
    def with_model(*_: object) -> fakes.ScriptedBot:
        raise NoNetwork("The model smollm2-135m is not on this computer. Go online.")

    with fakes.serving(lambda progress: bot, with_model=with_model) as address:
        page = tab(address)
        page.get_by_text("Settings", exact=True).click()
        page.get_by_role("combobox", name="Model").select_option("smollm2-135m")
        expect(page.locator("#banner [role=alert]")).to_contain_text("is not on this computer. Go online.")
        expect(page.locator("#settings select").last).to_have_value("none")
        asked(page, fakes.LONG)
        expect(page.locator(".answer")).to_be_visible()


def test_all_of_it_fits_a_phone(tab: OpenTab, address: str) -> None:
    page = tab(address, width=360, height=740)
    asked(page, fakes.MAYOR, fakes.BROKEN)
    page.get_by_role("button", name="Right").click()
    expect(page.get_by_label("Why?")).to_be_visible()
    page.get_by_role("button", name="Edit question").first.click()
    expect(page.locator(".editing")).to_be_visible()
    page.get_by_text("Export", exact=True).click()
    for button in page.locator("button:visible, input:visible").all():
        box = button.bounding_box() or {}
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
