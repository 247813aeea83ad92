"""The library on the page: what is chosen, what adding and removing do, and that no name or text becomes markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.articles import Skipped
from rag.chat import Chatbot
from rag.config import Config
from rag.errors import StoreError
from rag.index import SyncReport
from rag.types import Article, Filters
from tests import ui_fakes as fakes
from tests.test_ui_app import click, loaded
from tests.test_ui_render import Page, assert_harmless
from ui import library, narrow
from ui.conversation import Conversation
from ui.feedback import NAME, Feedback
from ui.models import Models
from ui.shelf import Shelf
from ui.task import Task

ARTICLES = (fakes.HARBOUR, fakes.FERRY)
NASTY = "<img src=x onerror=alert(1)>\"'</td><script>alert(2)</script>"


# --- what is asked -------------------------------------------------------------------------------------------------


def test_articles_are_chosen_one_by_one_and_without_any_all_are_asked() -> None:
    shelf = Shelf()
    assert shelf.where is None
    shelf.choose("harbour", ARTICLES)
    assert shelf.where == Filters(articles=["harbour"])
    shelf.choose("ferry", ARTICLES)
    assert shelf.where == Filters(articles=["harbour", "ferry"])
    shelf.choose("harbour", ARTICLES)
    shelf.choose("ferry", ARTICLES)
    shelf.choose("of another library", ARTICLES)
    assert shelf.where is None


def test_days_narrow_what_is_asked_and_a_span_that_ends_before_it_begins_is_not_taken() -> None:
    shelf = Shelf()
    shelf.bound("after", "2024-04-01")
    assert shelf.where == Filters(after=date(2024, 4, 1))
    for word in ("2024-03-01", "no day", "2024-13-40"):
        shelf.bound("before", word)
        assert shelf.trouble
        assert shelf.where == Filters(after=date(2024, 4, 1))
    shelf.bound("before", "2024-04-30")
    assert (shelf.trouble, shelf.where) == ("", Filters(after=date(2024, 4, 1), before=date(2024, 4, 30)))
    shelf.bound("after", "")
    shelf.bound("before", "")
    assert shelf.where is None


GERMAN = Article("fähre", "Fähre", "Die Fähre hält.", "LINDAU COURIER", language="de")
ENGLISH = Article("tram", "Tram", "It runs.", "Seeblatt", language="en")


def test_publishers_and_languages_are_picked_as_articles_are_and_only_those_there_are() -> None:
    there = (*ARTICLES, GERMAN, ENGLISH)
    shelf = Shelf()
    for kind, key in (("publishers", "nobody"), ("languages", "fr"), ("removing", "de"), ("chosen", "harbour")):
        shelf.pick(kind, key, there)
    assert (shelf.where, shelf.removing) == (None, "")
    shelf.pick("publishers", "lindau courier", there)
    assert shelf.where == Filters(publishers=["lindau courier"])
    assert narrow.among(there, shelf.where) == "Asking 2 of 4 articles, only those of Lindau Courier"
    shelf.pick("publishers", "seeblatt", there)
    shelf.pick("languages", "de", there)
    assert shelf.where == Filters(publishers=["lindau courier", "seeblatt"], languages=["de"])
    said = "Asking 1 of 4 articles, only those of Lindau Courier and Seeblatt in German"
    assert narrow.among(there, shelf.where) == said
    shelf.choose("harbour", there)
    assert narrow.among(there, shelf.where) == (
        "Asking 0 of 4 articles, of the chosen ones only those of Lindau Courier and Seeblatt in German"
    )
    shelf.choose("harbour", there)
    shelf.pick("publishers", "", there)
    assert shelf.where == Filters(languages=["de"])
    shelf.pick("languages", "de", there)
    assert shelf.where is None
    shelf.pick("languages", "en", there)
    shelf.all()
    assert shelf.where is None


@pytest.mark.parametrize("by_reader", [False, True])
def test_a_publisher_that_is_gone_does_not_widen_the_question(by_reader: bool) -> None:
    shelf = Shelf(publishers=frozenset({"seeblatt", "lindau courier"}), languages=frozenset({"en"}))
    shelf.gone([*ARTICLES, ENGLISH], by_reader=by_reader)
    assert shelf.where == Filters(publishers=["seeblatt", "lindau courier"], languages=["en"])
    shelf.gone(ARTICLES, by_reader=by_reader)
    assert shelf.where == Filters(publishers=["lindau courier"], languages=[])
    shelf.gone([fakes.FERRY], by_reader=by_reader)
    assert shelf.where == Filters(publishers=[], languages=[])
    assert narrow.among([fakes.FERRY], shelf.where) == (
        "Asking 0 of 1 articles, only those of publishers that are gone in languages that are gone"
    )
    html = narrow.tools([fakes.FERRY], shelf)
    assert "No publisher</summary>" in html  # though there is none to choose: it has to be undone


def test_a_choice_is_shown_only_where_there_is_one_and_says_what_is_chosen() -> None:
    assert "<details" not in narrow.tools(ARTICLES, Shelf())  # one publisher, and one article without
    there = (*ARTICLES, GERMAN, ENGLISH)
    page = Page(narrow.tools(there, Shelf(publishers=frozenset({"seeblatt"}))))
    assert "Only Seeblatt" in page.text
    assert "All languages" in page.text
    assert page.attributes("data-name") == ["", "lindau courier", "seeblatt", "", "en", "de"]
    assert page.attributes("aria-checked") == ["false", "false", "true", "true", "false", "false"]
    assert "Lindau Courier2 articles" in page.text
    assert "German1 article" in page.text
    assert "<details" not in narrow.tools(there, Shelf(), LIMITS)  # of that publisher, one article has a language
    both = Page(narrow.tools(there, Shelf(publishers=frozenset({"seeblatt", "lindau courier"}))))
    assert "2 publishers" in both.text


def test_of_very_many_publishers_those_of_the_most_articles_are_offered_and_those_that_are_chosen() -> None:
    many = [Article(str(i), None, "", f"Post {i:04}") for i in range(narrow.OFFERED + 7)]
    html = narrow.tools([*many, *many[:5]], Shelf(publishers=frozenset({"post 0506"})))
    assert html.count('data-kind="publishers"') == 1 + narrow.OFFERED + 1
    assert "Find a publisher" in html
    assert 'data-name="post 0506"' in html
    assert "The 500 publishers of the most articles" in html
    assert "Find a publisher" not in narrow.tools(many[:9], Shelf())


def test_what_is_not_asked_is_paler_in_the_list_and_says_so() -> None:
    html = library.library(ARTICLES, Shelf(after=date(2024, 4, 1)), (), may_change=False)
    assert html.count('class="aside"') == html.count("Not asked.") == 1
    assert "aside" not in library.library(ARTICLES, Shelf(), (), may_change=False)


def test_what_was_removed_is_no_longer_chosen() -> None:
    shelf = Shelf(chosen=frozenset({"harbour", "ferry"}), removing="ferry")
    shelf.gone([fakes.HARBOUR])
    assert (shelf.chosen, shelf.removing) == (frozenset({"harbour"}), "")
    shelf.gone([], by_reader=True)
    assert shelf.where is None


def test_what_goes_by_itself_does_not_widen_the_question() -> None:
    shelf = Shelf(chosen=frozenset({"ferry"}), removing="harbour")
    shelf.gone([fakes.HARBOUR])
    assert shelf.where == Filters(articles=[])
    assert narrow.among([fakes.HARBOUR], shelf.where) == "Asking 0 of 1 articles"
    assert shelf.removing == "harbour"  # still about to be answered
    shelf.gone([], by_reader=True)
    assert shelf.where == Filters(articles=[])  # it was empty before


def test_the_list_shows_the_newest_first_and_can_be_narrowed() -> None:
    undated = Article("x", "Harbour guide", "Text.", "Lindau Courier")
    shelf = Shelf()
    assert shelf.listed([undated, *ARTICLES]) == [fakes.FERRY, fakes.HARBOUR, undated]
    shelf.needle = "COURIER harbour"
    assert shelf.listed([undated, *ARTICLES]) == [fakes.HARBOUR, undated]


def test_a_question_keeps_what_it_was_put_to() -> None:
    conversation = Conversation()
    conversation.shelf.choose("ferry", ARTICLES)
    conversation.ask(fakes.LONG)
    conversation.shelf.all()
    assert conversation.exchanges[0].where == Filters(articles=["ferry"])


LIMITS = Filters(publishers=["lindau courier"])


def test_a_chat_started_for_some_articles_shows_and_asks_only_them(home: Path) -> None:
    from ui.handlers import Handlers
    from ui.librarian import Librarian

    bot = fakes.ScriptedBot(fakes.scripts(), config=Config(model="none", where=LIMITS))
    background, mine = loaded(bot), Conversation()
    handlers, librarian = Handlers(background, Feedback(home / NAME), Models(home)), Librarian(background, True)
    assert "Answers from 1 of 2 articles" in handlers.look(mine)[0]
    librarian.choose(mine, click(article="ferry"))
    assert mine.shelf.where is None  # of another publisher
    _, shelf, _, narrowed, _ = librarian.view(mine)
    assert "Harbour bridge" in shelf
    assert "Ferry line" not in shelf
    for html in (shelf, narrowed):
        assert "Asking 1 of 2 articles, only those of Lindau Courier" in html
        assert "Ask all" not in html
    librarian.after(mine, click(word="2024-03-01"))
    for where in (None, Filters(after=date(2024, 3, 1))):
        mine.shelf.after = where and where.after
        handlers.ask(mine, fakes.TOLL)
        list(handlers.answer(mine))
        assert bot.wheres[-1] == where  # which the chatbot takes within its own
        assert "only those of Lindau Courier" in mine.exchanges[-1].among
        handlers.rate(mine, click(exchange=str(len(mine.exchanges)), verdict="up"))
    kept = [json.loads(line)["filters"] for line in (home / NAME).read_text().splitlines()]
    assert kept == [{"publishers": ["lindau courier"]}, {"publishers": ["lindau courier"], "after": "2024-03-01"}]


# --- how it looks ---------------------------------------------------------------------------------------------------


def test_an_article_is_listed_with_title_publisher_and_date() -> None:
    page = Page(library.library(ARTICLES, Shelf(chosen=frozenset({"ferry"})), (), may_change=True))
    for words in ("Harbour bridge opens after nine years of work", "Lindau Courier", "4 Mar 2024", "ferry.txt"):
        assert words in page.text
    assert "somebody" not in page.text  # the folder says more about this computer than about the article
    assert page.attributes("aria-checked") == ["true", "false"]
    assert "Asking 1 of 2 articles" in page.text


def test_removing_asks_once_more_and_says_what_happens_to_the_file() -> None:
    shelf = Shelf(removing="ferry")
    assert "Your file stays" in library.library(ARTICLES, shelf, (), may_change=True)
    html = library.library(ARTICLES, shelf, {"ferry"}, may_change=True)
    assert "copy is deleted" in html
    assert Page(html).attributes("data-event").count("sure") == 1
    guest = Page(library.library(ARTICLES, shelf, {"ferry"}, may_change=False))
    assert not {"remove", "sure"} & {*guest.attributes("data-event")}


def test_a_long_list_is_cut_and_says_so() -> None:
    many = [replace(fakes.FERRY, id=str(i)) for i in range(library.LISTED + 5)]
    html = library.library(many, Shelf(), (), may_change=True)
    assert html.count('<tr role="row">') == library.LISTED + 1
    assert "5 more: narrow the list." in html
    assert "There are no articles yet." in library.library([], Shelf(), (), may_change=True)
    assert "No article has these words." in library.library(many, Shelf(needle="zebra"), (), may_change=True)


def test_what_was_taken_up_and_what_was_not_is_said() -> None:
    left_out = tuple(Skipped(f"/somewhere/upload/{name}.pdf", "it is locked") for name in range(library.NAMED + 2))
    page = Page(library.outcome(SyncReport(3, 0, 1, 7, left_out)))
    assert page.text.startswith("3 added, 1 removed.")
    assert "0.pdf it is locked" in page.text
    assert "and 2 more" in page.text
    assert "/somewhere/upload" not in page.text
    new = [*ARTICLES, *[replace(fakes.FERRY, id=str(i)) for i in range(library.NAMED)]]
    page = Page(library.outcome(SyncReport(len(new), 0, 0, 7), new))
    assert f"{len(new)} added.{fakes.HARBOUR.title}{fakes.FERRY.title}" in page.text.replace("\n", "")
    assert "and 2 more" in page.text
    assert "Nothing is new." in library.outcome(SyncReport(0, 0, 0, 7))
    assert "Nothing was taken up." in library.outcome(SyncReport(0, 0, 0, 7, left_out))


def test_hostile_names_and_texts_stay_text() -> None:
    nasty = [replace(fakes.HOSTILE, id=NASTY), Article(NASTY, NASTY, NASTY, NASTY, source=f"/x/{NASTY}")]
    key = NASTY.casefold()
    shelf = Shelf(frozenset({NASTY}), frozenset({key}), needle=NASTY, removing=NASTY, trouble=NASTY)
    nasty[0] = replace(nasty[0], language=NASTY)
    for html in (
        narrow.tools([*nasty, *ARTICLES, GERMAN], shelf),
        narrow.tools([*nasty, *ARTICLES, GERMAN], Shelf(languages=frozenset({key}))),
        library.library(nasty, shelf, {NASTY}, may_change=True),
        narrow.narrowed(nasty, shelf),
        library.outcome(SyncReport(0, 0, 0, 0, (Skipped(NASTY, NASTY),)), nasty),
        library.folders([Path(NASTY)]),
        library.trouble(NASTY),
    ):
        assert_harmless(html)
    assert "<script>alert(2)</script>" in Page(library.library(nasty, Shelf(), (), True)).text


# --- what its events do ---------------------------------------------------------------------------------------------


@pytest.fixture
def bot(corpus: Path, tmp_path: Path) -> Iterator[Chatbot]:
    with fakes.small_bot(corpus, tmp_path / "index") as bot:
        yield bot


@pytest.fixture
def librarian(bot: Chatbot) -> Any:
    from ui.librarian import Librarian

    return Librarian(loaded(bot), may_change=True)


def test_files_are_taken_up_and_the_uploads_deleted(librarian: Any, bot: Chatbot, tmp_path: Path) -> None:
    good, bad = tmp_path / "tram.txt", tmp_path / "picture.png"
    good.write_text("Tram line opens\n\nA tram was built in Lindau by Ada Stern. It carries 300 people.\n")
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    *_, (said, shelf, _, _, banner, files) = librarian.add_files(Conversation(), [str(good), str(bad)])
    assert "1 added" in said
    assert "picture.png" in said
    assert "Tram line opens" in shelf
    assert "4 articles" in banner
    assert files is None
    assert not good.exists()
    assert not bad.exists()
    assert "Tram line opens" in {article.title for article in bot.articles}


def test_a_text_is_taken_up_and_its_fields_emptied_only_then(librarian: Any) -> None:
    text = "The tram was built in Lindau by Ada Stern. It is red and carries 300 people every day."
    *_, (said, shelf, _, _, _, *fields) = librarian.add_text(Conversation(), text, "Tram line opens")
    assert "1 added" in said
    assert "Tram line opens" in shelf
    assert fields == ["", ""]
    *_, (said, _, _, _, _, *fields) = librarian.add_text(Conversation(), text, "Tram line opens")
    assert "holds it already" in said
    assert fields != ["", ""]
    ((said, *_),) = librarian.add_text(Conversation(), "  ", "")
    assert "Paste the text of an article first." in said


def test_what_is_being_read_is_said_while_it_is(librarian: Any, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.txt" for name in ("one", "two")]
    for path in paths:
        path.write_text(f"{path.stem} opens\n\nA tram number {path.stem} was built in Lindau by Ada Stern.\n")
    views = [view[0] for view in librarian.add_files(Conversation(), [str(path) for path in paths])]
    said = [Page(html).text for html in views]
    beginning, first, second, *rest = said
    assert (beginning, first, second) == ("Beginning …", "Reading one.txt …", "Reading two.txt …")
    assert [Page(html).attributes("value") for html in views[:3]] == [[], ["0"], ["50"]]
    assert any("Embedding" in words for words in rest)
    assert "2 added." in said[-1]
    said = [Page(view[0]).text for view in librarian.add_text(Conversation(), "The tram of Lindau is red.", "Tram")]
    assert "Reading the text …" in said
    assert "1 added." in said[-1]


def test_a_text_without_a_headline_is_known_by_its_first_words(librarian: Any, bot: Chatbot) -> None:
    text = "The tram was built in Lindau\nby Ada Stern. It is red and carries 300 people every day."
    *_, (_, shelf, *_) = librarian.add_text(Conversation(), text, " ")
    assert "The tram was built in Lindau by Ada Stern. It is red and …" in shelf


def test_a_folder_is_followed_and_left_out_again(librarian: Any, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "tram.txt").write_text("Tram line opens\n\nA tram was built in Lindau by Ada Stern. It is red.\n")
    *_, (said, _, folders, *_) = librarian.add_folder(Conversation(), f" {folder} ")
    assert "1 added" in said
    assert str(folder) in folders
    *_, (said, _, folders, *_) = librarian.forget(Conversation(), click(folder=str(folder)))
    assert "1 removed" in said
    assert folders == ""
    *_, (said, *_) = librarian.add_folder(Conversation(), str(tmp_path / "nowhere"))
    assert "Nothing was taken up" in said
    ((said, *_),) = librarian.add_folder(Conversation(), " ")
    assert "Name a folder first" in said


def test_an_article_is_removed_by_the_second_click_and_no_longer_asked(librarian: Any, bot: Chatbot) -> None:
    conversation = Conversation()
    ferry = next(article for article in bot.articles if "Ferry" in (article.title or ""))
    librarian.choose(conversation, click(article=ferry.id))
    librarian.remove(conversation, click(article=ferry.id))
    assert ferry in bot.articles
    *_, (said, _, _, narrowed, _) = librarian.sure(conversation, click(article=ferry.id))
    assert "1 removed" in said
    assert narrowed == ""
    assert ferry.id not in {article.id for article in bot.articles}


def test_adding_an_article_does_not_widen_the_question(librarian: Any, bot: Chatbot) -> None:
    mine, other = Conversation(), Conversation()
    ferry = next(article for article in bot.articles if "Ferry" in (article.title or ""))
    librarian.choose(mine, click(article=ferry.id))
    list(librarian.sure(other, click(article=ferry.id)))
    *_, (said, _, _, narrowed, *_) = librarian.add_text(mine, "The tram was built in Lindau by Ada Stern.", "Tram")
    assert "1 added" in said
    assert "Asking 0 of 3 articles" in narrowed


def test_a_failure_is_shown_and_changes_nothing(librarian: Any, bot: Chatbot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **_: object) -> SyncReport:
        raise StoreError("The disk is full. Make room.")

    monkeypatch.setattr(bot, "add_text", full)
    *_, (said, *_, title, text) = librarian.add_text(Conversation(), "Some words of an article.", "")
    assert "The disk is full. Make room." in said
    assert 'role="alert"' in said
    assert (title, text) != ("", "")


def test_questions_to_start_from_follow_the_articles(librarian: Any) -> None:
    assert all("Tram" not in question for question in librarian._bot.starters)
    text = "The tram was built in Lindau. “It is red and carries 300 people,” said Ada Stern of the town council."
    list(librarian.add_text(Conversation(), text, "Tram line opens"))
    assert "What did Ada Stern say?" in librarian._bot.starters


def test_a_change_from_elsewhere_is_shown_once_and_nothing_else_is(librarian: Any, bot: Chatbot) -> None:
    from gradio import skip

    mine, waiting = Conversation(), [skip()] * 5
    librarian.look(mine)
    assert list(librarian.look(mine)) == waiting
    bot.add_text("The tram was built in Lindau. “It is red,” said Ada Stern of the town council.", "Tram line opens")
    _, shelf, _, _, banner = librarian.look(mine)
    assert "Tram line opens" in shelf
    assert "4 articles" in banner
    assert list(librarian.look(mine)) == waiting
    fakes.eventually(lambda: "What did Ada Stern say?" in librarian._bot.starters)


def test_a_task_tells_how_far_it_is_then_gives_its_result_or_raises() -> None:
    def work(progress: Any) -> int:
        progress("embedding", 1, 4)
        return 7

    task = Task(work)
    assert [(status.message, status.fraction) for status in task] == [("Embedding …", 0.25)]
    assert task.result() == 7

    def broken(progress: Any) -> int:
        raise ValueError("bad")

    task = Task(broken)
    assert list(task) == []
    with pytest.raises(ValueError, match="bad"):
        task.result()
