"""For those who do not use a mouse, or do not see the page: axe-core finds nothing serious, and the keyboard does all.

axe-core comes in the package axe-playwright-python, and is run from its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rag.articles import Skipped
from rag.index import SyncReport
from tests import ui_fakes as fakes
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SERIOUS = ("serious", "critical")
SIZES = [(1360, False), (360, True)]
"""Width and darkness: two of the four say what is wrong in any."""


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


@pytest.mark.parametrize(("width", "dark"), SIZES)
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


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_axe_finds_nothing_serious_while_an_answer_comes_and_when_it_is_stopped(
    tab: OpenTab, width: int, dark: bool
) -> None:
    """The states of a moment: each is held until axe has looked at it."""
    at_once, reading, writing = fakes.Pause(), fakes.Pause(), fakes.Pause()
    first, _ = fakes.long_answer().claims
    script = [
        at_once,
        fakes.Retrieved(fakes.BRIDGE_HITS),
        "reading",
        reading,
        "writing",
        *fakes.tokens(f"{first.text} It is the longest bridge"),
        fakes.Passed((first,), "It is the longest bridge "),
        writing,
        fakes.long_answer(),
    ]
    bot = fakes.ScriptedBot(fakes.scripts() | {fakes.SLOW: script})
    with fakes.serving(lambda progress: bot) as address:
        page, other = tab(address, width=width, dark=dark), tab(address, width=width, dark=dark)
        ask(page, fakes.SLOW)
        expect(page.locator(".status")).to_contain_text("Searching")
        assert findings(page) == []
        ask(other, fakes.LONG)
        expect(other.locator(".status")).to_contain_text("Another question")
        assert findings(other) == []
        other.get_by_role("button", name="Stop").click()
        at_once.go.set()
        expect(page.locator("#panel .found")).to_be_visible()
        assert findings(page) == []
        reading.go.set()
        expect(page.locator(".draft")).to_contain_text("longest")
        expect(page.locator(".standing a.ref")).to_have_text("1")
        assert findings(page) == []
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".stopped")).to_be_visible()
        assert findings(page) == []
        writing.go.set()


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_axe_finds_nothing_serious_in_what_opens_over_the_page(
    tab: OpenTab, address: str, width: int, dark: bool
) -> None:
    page = tab(address, width=width, dark=dark)
    for number, question in enumerate((fakes.LONG, fakes.MAYOR), start=1):
        ask(page, question)
        expect(page.locator(f"#exchange-{number}")).not_to_have_attribute("data-state", "open")
    page.locator("#exchange-2 a.ref").first.focus()
    expect(page.locator("#exchange-2 .card").first).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit question").first.click()
    expect(page.locator(".editing")).to_contain_text("Editing question 1")
    assert findings(page) == []
    page.get_by_role("button", name="Cancel editing").click()
    page.get_by_text("Export", exact=True).click()
    page.get_by_role("button", name="JSON").click()
    expect(page.locator("#export .said")).to_have_text("Download started")
    assert findings(page) == []
    page.keyboard.press("Escape")
    ask(page, " ")
    expect(page.locator("#editing [role=alert]")).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_axe_finds_nothing_serious_while_something_loads(tab: OpenTab, width: int, dark: bool) -> None:
    loading, adding = fakes.Pause(), fakes.Pause()

    class Slow(fakes.ScriptedBot):
        def add_text(self, text: str, title: str | None = None, **options: Any) -> SyncReport:
            options["progress"]("embedding", 1, 4)
            adding.hold()
            return SyncReport(1, 0, 0, 2, (Skipped("the text", "it is half a text"),))

    def load(progress: Any) -> Slow:
        progress("embedding", 3, 12)
        loading.hold()
        return Slow(fakes.scripts())

    with fakes.serving(load) as address:
        page = tab(address, width=width, dark=dark)
        expect(page.locator("#banner progress")).to_be_visible()
        assert findings(page) == []
        page.get_by_role("button", name="Articles", exact=True).click()
        expect(page.locator("#shelf")).to_contain_text("no articles yet")
        page.get_by_label("paste the text").fill("A tram was built in Lindau.")
        page.get_by_role("button", name="Add this text").click()
        expect(page.locator("#said")).to_contain_text("Waiting until Footnote has loaded")
        assert findings(page) == []
        loading.go.set()
        expect(page.locator("#said progress")).to_have_attribute("value", "25")
        assert findings(page) == []
        adding.go.set()
        expect(page.locator("#said .left-out")).to_contain_text("half a text")
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
