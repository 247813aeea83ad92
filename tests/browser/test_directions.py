"""Articles with characters that turn the writing direction, in a real browser: each stays within its own words.

The unit tests look at the markup; here is asked where the words come to stand.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from rag.types import Claim, Retrieved
from tests import ui_fakes as fakes
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

TURN = "\u202e"
"""Right-to-left override: what follows is set from right to left, up to the end of what contains it."""
QUESTION = f"{TURN}Is it red?"
TRAM = replace(
    fakes.HARBOUR,
    id="tram",
    title=f"{TURN}Tram line",
    publisher=f"{TURN}Lindau Post",
    text=f"So {TURN}far. It {TURN}is red. It runs.",
    source=f"/articles/{TURN}tram.txt",
)
BOAT = replace(fakes.FERRY, publisher=f"{TURN}Seeblatt")
HEBREW = "הרכבת אדומה."


def answer() -> fakes.Answer:
    first, second = fakes.quote(TRAM, f"It {TURN}is red.", 1), fakes.quote(TRAM, "It runs.", 2)
    claims = [Claim(f"{TURN}It is red.", (first,)), Claim("It runs.", (second,)), Claim(HEBREW, (first,))]
    return fakes.answer(QUESTION, claims, HITS)


HITS = (fakes.hit(TRAM, TRAM.text), fakes.hit(BOAT, BOAT.text[:50]))


@pytest.fixture
def pause() -> fakes.Pause:
    return fakes.Pause()


@pytest.fixture
def address(pause: fakes.Pause) -> Iterator[str]:
    script = [Retrieved(HITS), "writing", *fakes.tokens(f"{TURN}It is red."), pause, answer()]
    bot = fakes.ScriptedBot({QUESTION: script}, (TRAM, BOAT))
    with fakes.serving(lambda progress: bot) as url:
        yield url


PLACES = """places => places.map(place => {
    const element = [...document.querySelectorAll(place)].find(element => element.getClientRects().length);
    const {left, top, bottom} = element.getClientRects()[0];
    return [left, (top + bottom) / 2, bottom];
})"""


def in_order(page: Page, *places: str) -> None:
    """Each of them begins to the right of the one before, or on a later line: where lines end is the font's doing."""
    found = page.evaluate(PLACES, list(places))
    for (left, _, bottom), (next_left, next_middle, _) in itertools.pairwise(found):
        assert next_left > left or next_middle > bottom, list(zip(places, found, strict=True))


def runs_to_the_right(page: Page, words: str) -> bool:
    """Whether these words of an article are set from left to right."""
    return bool(
        page.evaluate(
            """words => {
                const article = document.querySelector(".source article");
                const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
                while (!walker.nextNode()?.data.includes(words));
                const [range, at] = [document.createRange(), walker.currentNode.data.indexOf(words)];
                const left = offset => {
                    range.setStart(walker.currentNode, offset);
                    range.setEnd(walker.currentNode, offset + 1);
                    return range.getBoundingClientRect().left;
                };
                return left(at) < left(at + words.length - 1);
            }""",
            words,
        )
    )


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("width", "dark"), [(1360, False), (360, True)])
def test_an_override_turns_nothing_but_its_own_words(
    tab: OpenTab, address: str, pause: fakes.Pause, width: int, dark: bool
) -> None:
    page = tab(address, width=width, dark=dark)
    ask(page, QUESTION)
    expect(page.locator(".draft")).to_contain_text("red.")
    expect(page.locator("#panel .found .byline").first).to_be_visible()
    in_order(page, "#panel .found .byline bdi", "#panel .found .byline time")
    assert fits(page)
    pause.go.set()
    expect(page.locator(".answer a.ref")).to_have_text(["1", "2", "1"])
    first, second, third = (f".claim:nth-child({number})" for number in (1, 2, 3))
    in_order(page, f"{first} > bdi", f"{first} a.ref", f"{second} > bdi", f"{second} a.ref")
    in_order(page, f"{third} > bdi", f"{third} a.ref")
    expect(page.locator(".source summary").first).to_be_visible()  # it is drawn after the answer
    in_order(page, ".source summary .byline bdi", ".source summary .byline time", ".source summary .number")
    page.locator("a.ref").first.hover()
    expect(page.locator(".card").first).to_be_visible()
    in_order(page, ".card .byline bdi", ".card .byline time")
    page.locator("a.ref").first.click()
    expect(page.locator("mark.current")).to_have_text(f"It {TURN}is red.")
    in_order(page, "mark[data-keys='1']", "a.back[data-key='1']", "mark[data-keys='2']", "a.back[data-key='2']")
    assert runs_to_the_right(page, "It runs.")
    assert not runs_to_the_right(page, "is red.")  # its own words do: the test is awake
    assert fits(page)
    page.get_by_role("button", name="Articles", exact=True).click()
    rows = page.get_by_role("row").filter(has_text="Tram line")
    cells = [(cell.bounding_box() or {}) for cell in rows.get_by_role("cell").all()]
    publisher, day, removal = cells[2:5]
    assert publisher["x"] + publisher["width"] <= day["x"] + 1
    assert day["x"] < removal["x"]
    page.get_by_text("All publishers").first.click()
    page.get_by_role("checkbox", name="Post").click()
    expect(page.locator("#shelf .asked [role=status]")).to_have_text(
        "Asking 1 of 2 articles, only those of Lindau Post."
    )
    in_order(page, ".option[aria-checked=true] .name", ".option[aria-checked=true] .count")
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_role("button", name="Keep")).to_be_visible()
    assert fits(page)
