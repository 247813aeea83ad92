"""Answers in a terminal: the same words as elsewhere, in colour, and none of an article's own tricks."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from rag.terminal import Bars, answer_lines, hit_lines, plain, show
from rag.types import Article, Hit, Passage
from tests.test_cli import ANSWER, SHOWN


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


def test_a_terminal_gets_the_same_words_in_colour(terminal: Terminal) -> None:
    show(answer_lines(ANSWER), terminal)
    shown = terminal.getvalue()
    assert "\x1b[" in shown
    assert [word for word in SHOWN.split() if word not in plain(shown)] == ["[1]."]  # the marker is coloured by itself


def test_a_footnote_counts_its_copies(terminal: Terminal) -> None:
    note = ANSWER.citations[0]
    copied = replace(note, copies=(replace(note.article, id="copy"),))
    show(answer_lines(replace(ANSWER, citations=(copied, *ANSWER.citations[1:]))), terminal)
    assert "and 1 copy" in plain(terminal.getvalue())


@pytest.mark.parametrize("nasty", ["\x1b]0;title\x07", "\x9b2J", "\r", "\x00", "\u202e", "\u2066"])
def test_article_text_cannot_steer_the_terminal(nasty: str, terminal: Terminal) -> None:
    article = Article("a", f"Ti{nasty}tle", f"Te{nasty}xt", f"Pub{nasty}", None, f"fi{nasty}le.txt")
    show(hit_lines([Hit(Passage("p", "a", 0, len(article.text), article.text), article, 0.5)]), terminal)
    assert nasty not in terminal.getvalue()


def test_markup_in_an_article_stays_text(terminal: Terminal) -> None:
    article = Article("a", "[bold]Title[/bold]", "[link=http://x]click[/link] [/] :smile:", None, None, "[red].txt")
    show(hit_lines([Hit(Passage("p", "a", 0, 9, article.text), article, 0.5)]), terminal)
    with Bars(terminal) as progress:
        progress("[blink]reading[/blink]", 1, 2)
    shown = terminal.getvalue()
    for words in (
        "[bold]Title[/bold]",
        "[link=http://x]click[/link]",
        ":smile:",
        "[red].txt",
        "[blink]reading[/blink]",
    ):
        assert words in shown


def test_a_path_is_shown_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for source, shown in ((tmp_path / "news" / "a.txt", "news/a.txt"), ("/else/a.txt", "/else/a.txt")):
        article = Article("a", "Title", "Text", source=str(source))
        lines = hit_lines([Hit(Passage("p", "a", 0, 4, "Text"), article, 0.5)])
        assert [line.text for line in lines][1] == f"0.500 · {shown}"


def test_a_lone_surrogate_can_be_printed() -> None:
    assert plain("bro\udc80ken").encode() == b"bro?ken"


def test_a_working_folder_that_was_deleted_hides_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    shown = io.StringIO()
    show(answer_lines(ANSWER), shown)
    assert shown.getvalue() == SHOWN
