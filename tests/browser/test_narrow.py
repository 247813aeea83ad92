"""Choosing publishers and languages over the list of articles, in a real browser: a few of them, and hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from rag.types import Article, Filters
from tests import ui_fakes as fakes
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask
from tests.browser.test_access import findings, reach

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

FEW = (
    replace(fakes.HARBOUR, language="en"),
    replace(fakes.FERRY, publisher="Seeblatt", language="de"),
    Article("tram", "Tram line opens", "It runs.", "\u202eXinhua", date(2024, 5, 1), "tram.txt", language="en"),
)
MANY = tuple(
    Article(f"a{i}", f"Story {i}", "It runs.", f"{('Lake', 'Hill', 'Sea')[i % 3]} Post {i % 300:03}", language="en")
    for i in range(600)
)


@pytest.fixture
def bot() -> fakes.ScriptedBot:
    return fakes.ScriptedBot(fakes.scripts(), FEW)


@pytest.fixture
def address(bot: fakes.ScriptedBot) -> Iterator[str]:
    with fakes.serving(lambda progress: bot) as url:
        yield url


def library(page: Page, articles: int) -> Page:
    expect(page.locator("#banner")).to_contain_text(f"{articles} articles")
    page.get_by_role("button", name="Articles", exact=True).click()
    return page


def said(page: Page) -> Locator:
    return page.locator("#shelf .asked [role=status]")


def test_a_question_goes_to_the_publishers_and_languages_that_were_picked(
    tab: OpenTab, address: str, bot: fakes.ScriptedBot
) -> None:
    page = library(tab(address), 3)
    page.get_by_text("All publishers").first.click()
    for name in ("Lindau Courier", "Seeblatt"):
        page.get_by_role("checkbox", name=name).click()
        expect(page.get_by_role("checkbox", name=name)).to_have_attribute("aria-checked", "true")  # and still open
    expect(said(page)).to_have_text("Asking 2 of 3 articles, only those of Lindau Courier and Seeblatt.")
    expect(page.get_by_role("row").filter(has_text="Tram line opens")).to_contain_text("Not asked.")
    page.get_by_text("All languages").first.click()
    page.get_by_role("checkbox", name="English").click()
    expect(page.locator(".offers.publishers summary")).to_have_text("2 publishers")
    expect(page.locator(".offers.languages summary")).to_have_text("Only English")
    page.get_by_role("button", name="Back to the questions").click()
    words = "Asking 1 of 3 articles, only those of Lindau Courier and Seeblatt in English"
    expect(page.locator("#narrowed")).to_contain_text(words)
    ask(page, fakes.LONG)
    expect(page.locator("#exchange-1 .among")).to_have_text(words)
    expect(page.locator("#exchange-1")).to_have_attribute("data-state", "answered")
    assert bot.wheres == [Filters(publishers=["lindau courier", "seeblatt"], languages=["en"])]
    bot.articles = (*FEW[1:], replace(FEW[1], id="new"))  # the folder changed: the Courier has gone, something came
    expect(page.locator("#narrowed")).to_contain_text("Asking 0 of 3 articles, only those of Seeblatt in English")
    bot.articles = FEW[2:]
    expect(page.locator("#narrowed")).to_contain_text("Asking 0 of 1 articles, only those of publishers that are gone")
    page.locator("#narrowed").get_by_role("button", name="Ask all articles").click()
    expect(page.locator("#narrowed")).to_be_hidden()
    page.get_by_role("button", name="Articles", exact=True).click()
    expect(page.locator(".offers")).to_have_count(0)  # one publisher, one language: no choice


def test_hundreds_of_publishers_are_found_by_their_name_and_by_keyboard(tab: OpenTab) -> None:
    with fakes.serving(lambda progress: fakes.ScriptedBot({}, MANY)) as address:
        page = library(tab(address), 600)
        menu, options = page.locator(".offers.publishers"), page.locator(".offers.publishers .option:visible")
        expect(page.locator(".offers.languages")).to_have_count(0)
        menu.locator("summary").press("Enter")
        expect(options).to_have_count(301)
        page.keyboard.press("Tab")
        expect(page.get_by_label("Find a publisher")).to_be_focused()
        page.keyboard.type("post 07 LAKE")
        expect(options).to_have_count(5)  # all of them, and 072, 075, 078 and 207
        for _ in range(2):
            page.keyboard.press("ArrowDown")
        expect(options.nth(1)).to_be_focused()
        page.keyboard.press("Space")
        expect(said(page)).to_have_text("Asking 2 of 600 articles, only those of Lake Post 072.")
        expect(options.nth(1)).to_be_focused()
        expect(options).to_have_count(5)  # still sifted
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Space")
        expect(said(page)).to_contain_text("All articles are asked")
        page.keyboard.press("ArrowUp")
        page.keyboard.type(" zebra")
        expect(options).to_have_count(1)
        expect(menu.get_by_text("There is no such publisher.")).to_be_visible()
        page.keyboard.press("Escape")
        expect(options.first).to_be_hidden()
        expect(menu.locator("summary")).to_be_focused()
        expect(page.locator("#library-name")).to_be_visible()  # one press, one thing
        page.keyboard.press("Escape")
        expect(page.locator("#library-name")).to_be_hidden()


@pytest.mark.parametrize(("width", "dark"), [(1360, True), (740, True), (620, False), (360, False)])
def test_a_choice_fits_and_can_be_read_by_all(tab: OpenTab, width: int, dark: bool) -> None:
    with fakes.serving(lambda progress: fakes.ScriptedBot({}, [*FEW, *MANY[:40]])) as address:
        page = library(tab(address, width=width, dark=dark), 43)
        for kind, name in (("publishers", "Seeblatt"), ("languages", "German")):
            menu = page.locator(f".offers.{kind}")
            menu.locator("summary").click()
            menu.get_by_role("checkbox", name=name).click()
            expect(menu.locator("summary")).to_have_text(f"Only {name}")
            assert findings(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for part in menu.locator(":is(summary, .sift, button):visible").all()[:6]:
                box = part.bounding_box() or {}
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width
                assert box["height"] >= 24  # WCAG 2.2, 2.5.8


def test_a_choice_is_reached_and_made_with_the_keyboard_alone(tab: OpenTab, address: str) -> None:
    page = library(tab(address), 3)
    reach(page, ".offers.languages summary")
    page.keyboard.press("Enter")
    reach(page, '.option[data-name="de"]')
    page.keyboard.press("Space")
    expect(said(page)).to_have_text("Asking 1 of 3 articles, only those in German.")
