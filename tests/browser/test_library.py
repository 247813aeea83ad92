"""One's own articles in a real browser, over a real library: real files, real index, no language model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.chat import Chatbot
from tests import ui_fakes as fakes
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

TRAM = "Tram line opens\n\nA tram was built in Lindau by Ada Stern. It is red and carries 300 people.\n"
NASTY = (
    "<script>alert('title')</script> opens\n\n"
    "<img src=https://outside.example/x.png onerror=alert(1)> ![a](https://outside.example/y.png) "
    "[b](javascript:alert(2)) said the zebra of Lindau \u202eoverride. The zebra was seen in Lindau on Sunday.\n\n"
    + "x" * 1_000_000
    + "\n"
)


@pytest.fixture
def bot(corpus: Path, tmp_path: Path) -> Iterator[Chatbot]:
    with fakes.small_bot(corpus, tmp_path / "index") as bot:
        yield bot


@pytest.fixture
def address(bot: Chatbot) -> Iterator[str]:
    with fakes.serving(lambda progress: bot) as url:
        yield url


@pytest.fixture
def page(tab: OpenTab, address: str) -> Page:
    page = tab(address)
    expect(page.locator("#banner")).to_contain_text("3 articles")
    page.get_by_role("button", name="Articles", exact=True).click()
    return page


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_files_are_uploaded_listed_and_asked(page: Page, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    page.locator("#files input[type=file]").set_input_files([file(tmp_path, "tram.txt", TRAM), picture])
    expect(page.locator("#said")).to_contain_text("1 added")
    expect(page.locator("#said .new")).to_have_text("Tram line opens")
    expect(page.locator("#said .left-out")).to_contain_text("picture.png")
    expect(page.locator("#shelf")).to_contain_text("Tram line opens")
    expect(page.locator("#banner")).to_contain_text("4 articles")
    page.get_by_role("button", name="Back to the questions").click()
    expect(page.locator(".starters")).to_contain_text("Tram line opens")
    ask(page, "Who built the tram in Lindau?")
    expect(page.locator("#panel details.source summary").first).to_contain_text("Tram line opens")


def test_a_file_dropped_anywhere_finds_its_place_and_answers_with_its_own_words(tab: OpenTab, address: str) -> None:
    page = tab(address)
    expect(page.locator("#banner")).to_contain_text("3 articles")
    dropped = page.evaluate_handle(
        """text => {
            const dropped = new DataTransfer();
            dropped.items.add(new File([text], "tram.txt", {type: "text/plain"}));
            return dropped;
        }""",
        TRAM,
    )
    page.dispatch_event("#talk", "dragenter", {"dataTransfer": dropped})  # over the conversation, where no one takes it
    expect(page.locator("#files")).to_be_visible()
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("#files button", event, {"dataTransfer": dropped})
    expect(page.locator("#said")).to_contain_text("1 added")
    page.get_by_role("button", name="Back to the questions").click()
    ask(page, "Who built a tram in Lindau?")
    expect(page.locator("#exchange-1")).to_have_attribute("data-state", "answered")
    page.locator("#exchange-1 a.ref").first.click()
    expect(page.locator("mark.current")).to_have_text("A tram was built in Lindau by Ada Stern.")


def test_a_file_dropped_beside_its_place_does_not_take_the_page_away(page: Page) -> None:
    taken = page.evaluate(
        """() => ["#shelf", "#pasted textarea", "#top", "#files"].flatMap(place => ["dragover", "drop"].map(name => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(["text"], "tram.txt", {type: "text/plain"}));
            const event = new DragEvent(name, {bubbles: true, cancelable: true, dataTransfer});
            return !document.querySelector(place).dispatchEvent(event);
        }))"""
    )
    assert taken == [True] * 8
    text = "new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: new DataTransfer()})"
    assert page.evaluate(f"document.querySelector('#pasted textarea').dispatchEvent({text})")  # words may be dropped


def test_the_keyboard_goes_on_where_a_button_was_taken_away(page: Page) -> None:
    page.get_by_role("button", name="Remove Ferry line").press("Enter")
    expect(page.get_by_role("button", name="Really remove Ferry line")).to_be_focused()
    page.get_by_role("button", name="Keep Ferry line").press("Enter")
    expect(page.get_by_role("button", name="Remove Ferry line", exact=False)).to_be_focused()
    page.get_by_role("button", name="Remove Ferry line").press("Enter")
    page.get_by_role("button", name="Really remove Ferry line").press("Enter")
    expect(page.locator("#said")).to_contain_text("1 removed")
    expect(page.get_by_label("Find")).to_be_focused()
    page.get_by_role("checkbox", name="Harbour bridge").press("Space")
    page.locator("#shelf").get_by_role("button", name="Ask all articles").press("Enter")
    expect(page.get_by_label("Find")).to_be_focused()
    page.get_by_role("checkbox", name="Harbour bridge").press("Space")
    page.get_by_role("button", name="Back to the questions").click()
    page.locator("#narrowed").get_by_role("button", name="Ask all articles").press("Enter")
    expect(page.get_by_label("Your question")).to_be_focused()


def test_a_text_is_pasted_and_removed_again(page: Page) -> None:
    page.get_by_label("headline").fill("Tram line opens")
    page.get_by_label("paste the text").fill(TRAM.partition("\n\n")[2])
    page.get_by_role("button", name="Add this text").click()
    expect(page.locator("#said")).to_contain_text("1 added")
    expect(page.get_by_label("paste the text")).to_have_value("")
    page.get_by_role("button", name="Remove Tram line opens").click()
    page.get_by_role("button", name="Really remove Tram line opens").click()
    expect(page.locator("#said")).to_contain_text("1 removed")
    expect(page.locator("#shelf")).not_to_contain_text("Tram line opens")


def test_a_folder_is_followed(page: Page, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    file(tmp_path / "more", "tram.txt", TRAM)
    page.get_by_label("follow a folder").fill(str(tmp_path / "more"))
    page.get_by_role("button", name="Follow this folder").click()
    expect(page.locator("#said")).to_contain_text("1 added")
    page.get_by_role("button", name="no longer").click()
    expect(page.locator("#said")).to_contain_text("1 removed")
    page.get_by_label("follow a folder").fill("/there/is/no/such/folder")
    page.get_by_role("button", name="Follow this folder").click()
    expect(page.locator("#said .left-out")).to_be_visible()


def test_a_question_goes_to_the_chosen_articles_and_days_only(page: Page) -> None:
    page.get_by_role("checkbox", name="Ferry line").click()
    expect(page.get_by_role("checkbox", name="Ferry line")).to_have_attribute("aria-checked", "true")
    page.get_by_role("button", name="Back to the questions").click()
    expect(page.locator("#narrowed")).to_contain_text("Asking 1 of 3 articles")
    question = "Who cut the ribbon of the harbour bridge?"
    ask(page, question)
    expect(page.locator("#exchange-1")).to_have_attribute("data-state", "refused")
    expect(page.locator("#exchange-1 .among")).to_contain_text("Asking 1 of 3 articles")
    expect(page.locator("#panel")).not_to_contain_text("Harbour bridge")
    page.locator("#narrowed").get_by_role("button", name="Ask all articles").click()
    expect(page.locator("#narrowed")).to_be_hidden()
    page.get_by_role("button", name="Articles", exact=True).click()
    expect(page.get_by_role("checkbox", name="Ferry line")).to_have_attribute("aria-checked", "false")
    page.get_by_label("to", exact=True).fill("2024-03-31")
    expect(page.locator("#shelf [role=status]")).to_contain_text("Asking 1 of 3 articles, up to 31 Mar 2024")
    page.get_by_label("From", exact=True).fill("2024-04-30")
    expect(page.locator("#shelf .trouble")).to_contain_text("The first day comes after the last")
    page.get_by_role("button", name="Ask all articles").first.click()
    expect(page.get_by_label("to", exact=True)).to_have_value("")
    expect(page.get_by_label("From", exact=True)).to_have_value("")


def test_a_question_is_put_to_the_articles_of_a_span_of_days(page: Page) -> None:
    question = "What did Mayor Ilse Brandt do?"
    page.get_by_label("From", exact=True).fill("2024-03-01")
    expect(page.locator("#shelf [role=status]")).to_contain_text("Asking 2 of 3 articles, from 1 Mar 2024")
    page.get_by_label("to", exact=True).fill("2024-03-31")
    words = "Asking 1 of 3 articles, from 1 Mar 2024 up to 31 Mar 2024"
    expect(page.locator("#shelf [role=status]")).to_contain_text(words)
    page.get_by_role("button", name="Back to the questions").click()
    expect(page.locator("#narrowed")).to_contain_text(words)
    ask(page, question)
    expect(page.locator("#exchange-1")).to_have_attribute("data-state", "answered")
    expect(page.locator("#exchange-1 .among")).to_have_text(words)
    expect(page.locator("#exchange-1 .answer")).to_contain_text("cut the ribbon")
    for place in ("#exchange-1 .card .headline", '#panel [data-exchange="1"] :is(summary, li) .headline'):
        assert {*page.locator(place).all_text_contents()} == {"Harbour bridge opens after nine years"}
    page.locator("#narrowed").get_by_role("button", name="Ask all articles").click()
    expect(page.locator("#narrowed")).to_be_hidden()
    ask(page, question)
    expect(page.locator("#exchange-2")).to_have_attribute("data-state", "answered")
    expect(page.locator("#exchange-2 .among")).to_have_count(0)
    expect(page.locator('#panel .sources[data-exchange="2"]')).to_contain_text("Ferry line to close in summer")
    expect(page.locator("#exchange-1 .among")).to_have_text(words)  # what was asked then stays said


def test_a_change_of_the_watched_folder_reaches_open_pages_and_disturbs_nobody(
    tab: OpenTab, bot: Chatbot, corpus: Path, address: str
) -> None:
    bot.watch()
    welcome, reading, listing = tab(address), tab(address), tab(address)
    ask(reading, "How long is the harbour bridge in Lindau?")
    expect(reading.locator("#exchange-1")).to_have_attribute("data-state", "answered")
    reading.locator("#exchange-1 a.ref").first.click()
    reading.get_by_label("Your question").fill("half a tho")
    reading.locator(".settings summary").click()
    listing.get_by_role("button", name="Articles", exact=True).click()
    listing.get_by_role("checkbox", name="Ferry line").click()
    listing.get_by_label("Find").type("ferr")  # not sent yet
    file(corpus, "tram.txt", TRAM.replace("It is red", "“It is red,” said Ada Stern of the town council. It is new"))
    for page in (welcome, reading, listing):
        expect(page.locator("#banner")).to_contain_text("4 articles")
    expect(listing.locator("#shelf")).to_contain_text("Tram line opens")
    expect(welcome.locator(".starters")).to_contain_text("What did Ada Stern say?")
    expect(listing.get_by_label("Find")).to_have_value("ferr")
    expect(listing.get_by_label("Find")).to_be_focused()
    expect(listing.locator("#shelf [role=status]")).to_contain_text("Asking 1 of 4 articles")
    expect(reading.locator("mark.current")).to_be_visible()
    expect(reading.get_by_label("Your question")).to_have_value("half a tho")
    expect(reading.get_by_label("Length of answers")).to_be_visible()
    (corpus / "ferry.txt").unlink()
    expect(listing.locator("#narrowed")).to_contain_text("Asking 0 of 3 articles")
    away = corpus.rename(corpus.with_name("unplugged"))
    for page in (welcome, listing):
        expect(page.locator("#banner")).to_contain_text(str(corpus))
        expect(page.locator("#banner")).to_contain_text("3 articles")
    away.rename(corpus)
    expect(listing.locator("#banner .trouble")).to_have_count(0)


def test_a_hostile_article_does_nothing_but_stand_there(page: Page, tmp_path: Path) -> None:
    upload = file(tmp_path, "<img src=x onerror=alert(9)>.txt", NASTY)
    page.locator("#files input[type=file]").set_input_files([upload])
    expect(page.locator("#said")).to_contain_text("1 added")
    page.get_by_role("button", name="Back to the questions").click()
    ask(page, "Where was the zebra seen on Sunday?")
    expect(page.locator("#exchange-1")).not_to_have_attribute("data-state", "open")
    expect(page.locator("#panel details.source").first).to_be_visible()
    expect(page.locator("#columns :is(script, img, svg, iframe), #shelf :is(script, img)")).to_have_count(0)
    expect(page).to_have_title("Footnote")
    for width in (1360, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_it_fits_a_phone(tab: OpenTab, address: str) -> None:
    page = tab(address, width=360, height=740)
    page.get_by_role("button", name="Articles", exact=True).click()
    expect(page.get_by_role("button", name="Remove Ferry line")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for button in page.locator("button:visible, input:visible:not([type=file])").all():
        box = button.bounding_box() or {}
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_a_phone_lists_title_publisher_and_date_each_in_full(tab: OpenTab) -> None:
    with fakes.serving(lambda progress: fakes.ScriptedBot({})) as address:
        page = tab(address, width=360, height=740)
        page.get_by_role("button", name="Articles", exact=True).click()
        row = page.get_by_role("row").filter(has_text="Harbour bridge")
        for words in (fakes.HARBOUR.title, fakes.HARBOUR.publisher, "4 Mar 2024"):
            cell = row.get_by_role("cell").filter(has_text=words)
            expect(cell).to_be_visible()
            assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth + 1")
        assert (row.get_by_role("cell").nth(1).bounding_box() or {})["width"] > 250


def test_guests_can_neither_add_nor_remove(tab: OpenTab, bot: Chatbot) -> None:
    with fakes.serving(lambda progress: bot, may_change=False) as address:
        page = tab(address)
        page.get_by_role("button", name="Articles", exact=True).click()
        expect(page.get_by_role("checkbox", name="Ferry line")).to_be_visible()
        expect(page.locator("#library :is(input[type=file], textarea)")).to_have_count(0)
        expect(page.get_by_role("button", name="Remove")).to_have_count(0)
