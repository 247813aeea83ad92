"""For those who do not use a mouse, or do not see the page: axe-core finds nothing serious, and the keyboard does all.

axe-core comes in the package axe-playwright-python, and is run from its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import ui_fakes as fakes
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SERIOUS = ("serious", "critical")


@pytest.fixture
def address() -> Iterator[str]:
    bot = fakes.ScriptedBot(fakes.scripts(), offered=(fakes.LONG, fakes.TOLL))
    with fakes.serving(lambda progress: bot, with_model=lambda *args: bot) as url:
        yield url


def findings(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands, from serious on."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['impact']} {rule['id']}: {rule['help']}: {rule['nodes'][0]['target']}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
    ]


@pytest.mark.parametrize(("width", "dark"), [(1360, False), (360, True)])
def test_axe_finds_nothing_serious(tab: OpenTab, address: str, width: int, dark: bool) -> None:
    page = tab(address, width=width, dark=dark)
    expect(page.locator(".starters button").first).to_be_visible()
    assert findings(page) == []
    for number, question in enumerate((fakes.MAYOR, fakes.LONG, fakes.WHEN, fakes.TOLL, fakes.BROKEN), start=1):
        ask(page, question)
        expect(page.locator(f"#exchange-{number}")).not_to_have_attribute("data-state", "open")
    page.locator("#exchange-1 a.ref").first.press("Enter")
    page.get_by_text("1 sentence left out").click()
    page.get_by_role("button", name="Right").first.click()
    expect(page.get_by_label("Why?")).to_be_visible()
    assert findings(page) == []
    page.get_by_text("Settings", exact=True).click()
    expect(page.get_by_label("Length of answers")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Articles", exact=True).click()
    page.get_by_role("button", name="Remove Ferry line").click()
    expect(page.get_by_text("Your file stays")).to_be_visible()
    assert findings(page) == []


def test_axe_is_awake(tab: OpenTab, address: str) -> None:
    page = tab(address)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\"><button></button>')")
    assert {finding.split()[1] for finding in findings(page)} >= {"image-alt:", "button-name:"}


def reach(page: Page, place: str, key: str = "Tab", most: int = 60) -> None:
    """Press a key until the focus is on `place`."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("place => document.activeElement.matches(place)", place):
            return
    raise AssertionError(f"{key} never came to {place}")


def test_the_keyboard_reaches_everything_and_the_focus_is_seen(tab: OpenTab, address: str) -> None:
    page = tab(address)
    page.get_by_label("Your question").focus()
    page.keyboard.type(fakes.LONG)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_be_visible()
    reach(page, "a.ref[data-key='1']", "Shift+Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    card = page.locator(".card").first
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("mark.current")).to_be_focused()
    expect(page.locator("mark.current")).to_have_text(fakes.long_answer().citations[0].quote)
    reach(page, "a.back[data-key='1']")
    page.keyboard.press("Enter")
    expect(page.locator("a.ref").first).to_be_focused()
    for place in (".export summary", ".settings summary", "#open-library button"):
        reach(page, place, "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#library-name")).to_be_focused()
    reach(page, "button.box")
    page.keyboard.press("Space")
    expect(page.locator("#shelf [role=status]")).to_contain_text("Asking 1 of 2 articles")
    page.keyboard.press("Escape")
    expect(page.locator("#open-library button")).to_be_focused()
    expect(page.locator("#narrowed")).to_contain_text("Asking 1 of 2 articles")


def test_settings_by_keyboard_stay_open_and_close_with_escape(tab: OpenTab, address: str) -> None:
    page = tab(address)
    page.locator(".settings summary").press("Enter")
    slider = page.get_by_role("slider")
    slider.press("End")
    expect(page.locator(".settings")).to_contain_text("at least 80 % sure")
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", "Careful")
    page.keyboard.press("Escape")
    expect(slider).to_be_hidden()
    expect(page.locator(".settings summary")).to_be_focused()
