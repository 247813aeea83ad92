"""The page behind the browser: loading, the one queue at the model, stopping, and the API for programs."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from rag.errors import ModelError, NoNetwork, UsageError
from rag.types import Answer, Retrieved, Token, Turn
from tests import ui_fakes as fakes
from ui.api import Api
from ui.conversation import Conversation
from ui.feedback import NAME, Feedback
from ui.loading import BackgroundBot
from ui.models import Models
from ui.run import Begins, Run, Waits
from ui.serve import free_port, serve
from ui.turns import Turns

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # Gradio's own: see ui_fakes.serving


def loaded(bot: fakes.ScriptedBot) -> BackgroundBot:
    background = BackgroundBot(lambda progress: bot)
    background.start()
    background.wait()
    return background


# --- loading -----------------------------------------------------------------------------------------------------


def test_loading_says_how_far_it_is_and_then_gives_the_chatbot() -> None:
    told, go = threading.Event(), threading.Event()
    bot = fakes.ScriptedBot({})

    def load(progress: Any) -> fakes.ScriptedBot:
        progress("embedding", 3, 12)
        told.set()
        go.wait(60)
        return bot

    background = BackgroundBot(load)
    background.start()
    assert told.wait(60)
    assert (background.status.state, background.status.message, background.status.fraction) == (
        "loading",
        "Embedding …",
        0.25,
    )
    go.set()
    assert background.wait() is bot
    assert background.status.state == "ready"


@pytest.mark.parametrize("error", [NoNetwork("Go online."), ValueError("bad shape")])
def test_a_failed_load_is_shown_and_raised_to_whoever_asks(error: Exception) -> None:
    def load(progress: Any) -> fakes.ScriptedBot:
        raise error

    background = BackgroundBot(load)
    background.start()
    with pytest.raises(type(error)):
        background.wait()
    assert background.status.state == "failed"
    assert str(error) in background.status.message


def test_importing_the_page_loads_neither_gradio_nor_a_model() -> None:
    heavy = "gradio torch chromadb llama_cpp sentence_transformers bm25s"
    code = f"import sys, ui.app; print([name for name in {heavy.split()!r} if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


# --- one question on its way --------------------------------------------------------------------------------------


def test_a_run_gives_the_events_in_order() -> None:
    bot = fakes.ScriptedBot(fakes.scripts())
    script = [Begins(step) if isinstance(step, str) else step for step in fakes.scripts()[fakes.LONG]]
    assert list(Run(lambda tell: bot.stream(fakes.LONG, tell=tell), Turns())) == [Begins("searching"), *script]


def test_a_run_raises_what_the_chatbot_raises() -> None:
    bot = fakes.ScriptedBot(fakes.scripts())
    with pytest.raises(ModelError, match="812 tokens"):
        list(Run(lambda tell: bot.stream(fakes.BROKEN), Turns()))


def test_stopping_frees_the_reader_at_once_and_closes_the_stream_before_the_next_one_opens() -> None:
    scripts = fakes.scripts()
    pause = fakes.pause_of(scripts)
    bot, turns = fakes.ScriptedBot(scripts), Turns()
    run = Run(lambda tell: bot.stream(fakes.SLOW), turns)
    events = iter(run)
    assert isinstance(next(events), Retrieved)
    assert pause.reached.wait(60)  # the model is busy, nobody can interrupt it
    run.stop()
    assert [event for event in events if not isinstance(event, Begins | Token)] == []
    after = Run(lambda tell: bot.stream(fakes.LONG), turns)
    assert next(iter(after)) == Waits(1)
    assert bot.closed_early == 0
    pause.go.set()
    assert isinstance(list(after)[-1], Answer)
    assert (bot.closed_early, bot.most_open) == (1, 1)


def test_a_run_that_is_stopped_before_its_turn_never_opens_its_stream() -> None:
    bot, turns = fakes.ScriptedBot(fakes.scripts()), Turns()
    with turns.turn(lambda ahead: None, lambda: False):
        run = Run(lambda tell: bot.stream(fakes.LONG), turns)
        assert next(iter(run)) == Waits(1)
        run.stop()
        assert list(run) == []
        after = Run(lambda tell: bot.stream(fakes.TOLL), turns)
        assert Waits(1) in iter(after)  # who left is not counted, once gone
    assert list(after)
    assert [question for question, _ in bot.asked] == [fakes.TOLL]


def test_closing_stops_what_is_being_answered_before_it_closes_the_chatbot() -> None:
    scripts = fakes.scripts()
    pause = fakes.pause_of(scripts)
    bot = fakes.ScriptedBot(scripts)
    background = loaded(bot)
    events = iter(background.run(fakes.SLOW))
    assert pause.reached.wait(60)
    closing = threading.Thread(target=background.close)
    closing.start()
    assert all(isinstance(event, Begins | Retrieved | Token) for event in events)
    assert not bot.closed
    pause.go.set()
    closing.join(60)
    assert bot.closed


def test_closing_does_not_wait_for_what_is_still_loading() -> None:
    go = threading.Event()

    def load(progress: Any) -> fakes.ScriptedBot:
        go.wait(60)
        return fakes.ScriptedBot({})

    background = BackgroundBot(load)
    background.start()
    events = background.run(fakes.LONG)
    fakes.eventually(lambda: background._turns._line != [])  # it waits for the chatbot, and holds the turn
    closing = threading.Thread(target=background.close, daemon=True)
    closing.start()
    closing.join(60)
    assert not closing.is_alive()
    assert list(events) == []
    go.set()
    fakes.settle(background)


@pytest.mark.parametrize("call", ["search", "check"])
def test_what_a_program_calls_waits_for_the_question_before_it(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is a model changed under it: that takes a turn too."""
    bot = fakes.ScriptedBot({})
    background, open_meanwhile = loaded(bot), []
    made = getattr(bot, call)

    def spy(*args: Any, **options: Any) -> Any:
        other = Run(lambda tell: iter(()), background._turns)  # type: ignore[arg-type, return-value]
        open_meanwhile.append(next(iter(other)))
        other.stop()
        return made(*args, **options)

    monkeypatch.setattr(bot, call, spy)
    getattr(Api(background), call)("bridge")
    assert open_meanwhile == [Waits(1)]


@pytest.mark.parametrize("arguments", [{"history": ["a"]}, {"history": {"a": 1}}, {"where": ["CGTN"]}])
def test_what_is_no_history_or_filter_is_said(arguments: dict[str, Any]) -> None:
    (name,) = arguments
    with pytest.raises(Exception, match=f"`{name}` is not"):
        Api(loaded(fakes.ScriptedBot(fakes.scripts()))).ask(fakes.LONG, **arguments)


def test_whoever_waits_is_told_their_place_and_moves_up_in_the_order_of_coming() -> None:
    turns, over, order = Turns(), threading.Event(), []
    told: dict[str, list[int]] = {name: [] for name in "abc"}
    stand = {name: threading.Event() for name in "abc"}

    def wait(name: str) -> None:
        def tell(ahead: int) -> None:
            told[name].append(ahead)
            stand[name].set()

        with turns.turn(tell, lambda: False):
            order.append(name)

    with turns.turn(lambda ahead: over.set(), lambda: False):
        threads = []
        for name in "abc":
            threads.append(threading.Thread(target=wait, args=(name,)))
            threads[-1].start()
            assert stand[name].wait(60)
    for thread in threads:
        thread.join(60)
    assert order == ["a", "b", "c"]
    assert not over.is_set()
    assert all(places == sorted(places, reverse=True) for places in told.values())
    assert [places[0] for places in told.values()] == [1, 2, 3]


# --- handlers -----------------------------------------------------------------------------------------------------


@pytest.fixture
def handlers(home: Path) -> Any:
    from ui.handlers import Handlers

    return Handlers(loaded(fakes.ScriptedBot(fakes.scripts())), Feedback(home / NAME), Models(home))


def test_a_follow_up_is_asked_with_what_came_before(handlers: Any) -> None:
    conversation = Conversation()
    for question in (fakes.LONG, fakes.BROKEN, fakes.MAYOR):
        handlers.ask(conversation, question)
        list(handlers.answer(conversation))
    _, history = handlers._bot.wait().asked[-1]
    assert [turn.question for turn in history] == [fakes.LONG]
    assert [exchange.phase for exchange in conversation.exchanges] == ["answered", "failed", "answered"]


def test_what_was_answered_is_read_by_the_model_while_it_is_read_by_a_person(handlers: Any) -> None:
    conversation = Conversation()
    for question in (fakes.LONG, fakes.BROKEN):
        handlers.ask(conversation, question)
        list(handlers.answer(conversation))
    prepared = handlers._bot.wait().prepared
    answer = conversation.exchanges[0].answer
    assert answer is not None
    assert prepared.get(timeout=5) == (Turn(fakes.LONG, answer.text),)
    with pytest.raises(queue.Empty):
        prepared.get(timeout=0.2)  # what failed said nothing


def test_nothing_is_read_ahead_while_somebody_waits_for_the_model() -> None:
    bot = loaded(fakes.ScriptedBot({}))
    bot.call(lambda chatbot: bot.prepare([Turn("Where?", "There.")]))
    with pytest.raises(queue.Empty):
        bot.wait().prepared.get(timeout=0.2)


@pytest.mark.parametrize("ends", ["stop", "clear"])
def test_a_question_that_is_stopped_before_its_run_begins_never_reaches_the_model(handlers: Any, ends: str) -> None:
    conversation = Conversation()
    handlers.ask(conversation, fakes.LONG)
    views = handlers.answer(conversation)
    next(views)
    getattr(handlers, ends)(conversation)
    assert len(list(views)) == 1
    handlers._bot.close()
    assert handlers._bot.bot.asked == []


def test_a_stop_that_comes_while_a_run_is_made_ends_that_run(handlers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation, made = Conversation(), handlers._bot.run

    def run(*args: Any) -> Run:
        conversation.stop()
        return made(*args)

    monkeypatch.setattr(handlers._bot, "run", run)
    handlers._bot.bot.scripts[fakes.LONG] = [fakes.Pause()]  # would hold for ever
    handlers.ask(conversation, fakes.LONG)
    assert 'data-state="stopped"' in list(handlers.answer(conversation))[-1][1]
    handlers._bot.bot.scripts[fakes.LONG][0].go.set()


def test_a_question_asked_while_another_is_open_stays_in_the_box(handlers: Any) -> None:
    conversation = Conversation()
    assert handlers.ask(conversation, fakes.LONG)[0] == ""
    box, *_, note = handlers.ask(conversation, fakes.MAYOR)
    assert box != ""
    assert "One question at a time" in note
    handlers.stop(conversation)
    box, *_, note = handlers.ask(conversation, "   ")
    assert box != ""
    assert "Write a question first." in note
    handlers.ask(conversation, fakes.MAYOR)
    assert handlers.end_edit(conversation)[-1] == ""
    assert [exchange.question for exchange in conversation.exchanges] == [fakes.LONG, fakes.MAYOR]


def test_nothing_to_answer_shows_what_there_is_again(handlers: Any) -> None:
    """A generator without a word would have Gradio empty the page."""
    conversation = answered(handlers, fakes.LONG)
    handlers.ask(conversation, " ")
    ((_, live, *_, note),) = handlers.answer(conversation)
    assert "412 metres" in live
    assert "Write a question first." in note


def test_after_a_refusal_questions_are_offered_that_the_articles_found_do_answer(handlers: Any) -> None:
    conversation = Conversation()
    handlers.ask(conversation, fakes.TOLL)
    *_, (_, live, *_) = handlers.answer(conversation)
    assert f"What about {fakes.HARBOUR.title}?" in live
    assert f"What about {fakes.FERRY.title}?" in live
    assert "do answer" not in answered(handlers, fakes.LONG).exchanges[0].instead
    record = Api(handlers._bot).ask(fakes.TOLL)  # a program is told what the chatbot says, and nothing else
    assert record["refused"]


def test_a_failure_is_never_a_refusal(handlers: Any) -> None:
    conversation = Conversation()
    for question in (fakes.BROKEN, fakes.CRASH):
        handlers.ask(conversation, question)
        *_, (_, live, *_) = handlers.answer(conversation)
        assert 'data-state="failed"' in live
        assert "refusal" not in live


def click(**data: str) -> Any:
    """The event of a button with these data-… attributes."""
    from gradio import EventData

    return EventData(None, {"word": "", **data})


def answered(handlers: Any, *questions: str) -> Conversation:
    conversation = Conversation()
    for question in questions:
        handlers.ask(conversation, question)
        list(handlers.answer(conversation))
    return conversation


def test_a_question_asked_again_takes_its_own_place(handlers: Any) -> None:
    conversation = answered(handlers, fakes.LONG, fakes.MAYOR)
    handlers.again(conversation)
    list(handlers.answer(conversation))
    assert [exchange.question for exchange in conversation.exchanges] == [fakes.LONG, fakes.MAYOR]
    first, second = handlers._bot.wait().asked[-2:]
    assert first == second  # the same question, with the same history


def test_an_edited_question_replaces_what_came_after_it_and_keeps_what_came_before(handlers: Any) -> None:
    conversation = answered(handlers, fakes.LONG, fakes.MAYOR, fakes.TOLL)
    box, *view = handlers.edit(conversation, "half a tho", click(exchange="2"))
    assert box == fakes.MAYOR
    assert "Editing question 2" in view[-1]
    assert "the 1 question after it" in view[-1]
    assert handlers.ask(conversation, fakes.TOLL)[0] == "half a tho"  # back in the box
    list(handlers.answer(conversation))
    assert [exchange.question for exchange in conversation.exchanges] == [fakes.LONG, fakes.TOLL]
    assert [exchange.number for exchange in conversation.exchanges] == [1, 2]
    question, history = handlers._bot.wait().asked[-1]
    assert (question, [turn.question for turn in history]) == (fakes.TOLL, [fakes.LONG])


def test_an_edit_that_is_cancelled_changes_nothing(handlers: Any) -> None:
    conversation = answered(handlers, fakes.LONG)
    before = list(conversation.exchanges)
    handlers.edit(conversation, "half a tho", click(exchange="1"))
    assert handlers.end_edit(conversation)[0] == "half a tho"
    handlers.ask(conversation, fakes.MAYOR)
    assert conversation.exchanges[:-1] == before


def test_a_new_chat_ends_an_edit_and_gives_back_what_was_being_written(handlers: Any) -> None:
    from gradio import skip

    conversation = answered(handlers, fakes.LONG)
    handlers.edit(conversation, "half a tho", click(exchange="1"))
    box, *view = handlers.clear(conversation)
    assert (box, view[-1], conversation.editing) == ("half a tho", "", None)
    assert handlers.clear(conversation)[0] == skip()  # without an edit, the box keeps what is in it


def test_a_verdict_and_an_edit_draw_nothing_of_an_answer_that_is_under_way(handlers: Any) -> None:
    from gradio import skip

    conversation = answered(handlers, fakes.LONG)
    handlers.ask(conversation, fakes.MAYOR)
    transcript, live = handlers.rate(conversation, click(exchange="1", verdict="up"))
    assert 'aria-pressed="true"' in transcript
    assert live == skip()
    assert len(handlers.edit(conversation, "", click(exchange="1"))) == 2  # the box, and the note over it


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", ""])
def test_what_is_not_there_cannot_be_edited(handlers: Any, number: str) -> None:
    conversation = answered(handlers, fakes.LONG)
    handlers.edit(conversation, "", click(exchange=number))
    assert conversation.editing is None


def test_a_button_that_asks_leaves_the_box_and_an_edit_alone(handlers: Any) -> None:
    conversation = answered(handlers, fakes.LONG)
    handlers.edit(conversation, "", click(exchange="1"))
    box, *_ = handlers.offered(conversation, click(question=fakes.MAYOR))
    assert box != ""
    assert conversation.editing == 1
    assert [exchange.question for exchange in conversation.exchanges] == [fakes.LONG, fakes.MAYOR]


@pytest.mark.parametrize("question", [fakes.BROKEN, fakes.CRASH])
def test_what_a_failed_question_took_the_place_of_comes_back(handlers: Any, question: str) -> None:
    conversation = answered(handlers, fakes.LONG, fakes.MAYOR, fakes.TOLL)
    before = list(conversation.exchanges)
    handlers.edit(conversation, "", click(exchange="2"))
    handlers.ask(conversation, question)
    list(handlers.answer(conversation))
    handlers.again(conversation)  # and fails again
    *_, view = handlers.answer(conversation)
    assert 'data-event="restore"' in view[1]
    handlers.restore(conversation)
    assert conversation.exchanges == before
    assert [exchange.number for exchange in conversation.exchanges] == [1, 2, 3]
    assert 'data-event="restore"' not in handlers.restore(conversation)[1]
    assert conversation.exchanges == before


def test_nothing_is_replaced_while_a_question_is_open(handlers: Any) -> None:
    conversation = answered(handlers, fakes.LONG)
    handlers.ask(conversation, fakes.MAYOR)
    handlers.again(conversation)
    handlers.restore(conversation)
    assert [exchange.question for exchange in conversation.exchanges] == [fakes.LONG, fakes.MAYOR]


def test_a_verdict_is_kept_with_question_history_and_answer(handlers: Any, home: Path) -> None:
    conversation = answered(handlers, fakes.LONG, fakes.BROKEN, fakes.MAYOR)
    handlers.rate(conversation, click(exchange="3", verdict="up"))
    handlers.rate(conversation, click(exchange="3", verdict="up"))  # nothing new
    handlers.rate(conversation, click(exchange="3", verdict="down", word=" Wrong mayor. "))
    handlers.rate(conversation, click(exchange="3", verdict="down", word=" Wrong mayor. "))
    handlers.rate(conversation, click(exchange="3", verdict="down", word=""))  # taken back
    lines = [json.loads(line) for line in (home / NAME).read_text().splitlines()]
    # The first time, the word still stood in the field of the other thumb.
    said = [(line["verdict"], line["word"]) for line in lines]
    assert said == [("up", ""), ("down", ""), ("down", "Wrong mayor."), ("down", "")]
    first = lines[0]
    assert first["question"] == fakes.MAYOR
    assert first["history"] == [{"question": fakes.LONG, "answer": fakes.long_answer().text}]
    assert first["answer"] == fakes.mayor_answer().to_dict()


@pytest.mark.parametrize(("number", "verdict"), [("2", "up"), ("9", "up"), ("1", "sideways")])
def test_only_an_answer_can_be_judged_and_only_up_or_down(handlers: Any, home: Path, number: str, verdict: str) -> None:
    conversation = answered(handlers, fakes.LONG, fakes.BROKEN)
    handlers.rate(conversation, click(exchange=number, verdict=verdict))
    assert not (home / NAME).exists()


def test_a_verdict_that_cannot_be_kept_says_so_and_can_be_given_again(handlers: Any, home: Path) -> None:
    conversation = answered(handlers, fakes.LONG)
    (home / NAME).mkdir()
    live = handlers.rate(conversation, click(exchange="1", verdict="up"))[1]
    assert "could not be written" in live
    assert 'aria-pressed="true"' not in live
    (home / NAME).rmdir()
    live = handlers.rate(conversation, click(exchange="1", verdict="up"))[1]
    assert "could not be written" not in live
    assert 'aria-pressed="true"' in live


def test_a_word_that_could_not_be_kept_is_kept_by_pressing_the_thumb_again(handlers: Any, home: Path) -> None:
    conversation = answered(handlers, fakes.LONG)
    handlers.rate(conversation, click(exchange="1", verdict="up"))
    (home / NAME).rename(home / "aside")
    (home / NAME).mkdir()
    assert "could not be written" in handlers.rate(conversation, click(exchange="1", verdict="up", word="Yes."))[1]
    (home / NAME).rmdir()
    assert "could not be written" not in handlers.rate(conversation, click(exchange="1", verdict="up", word="Yes."))[1]
    assert json.loads((home / NAME).read_text())["word"] == "Yes."


# --- served -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with fakes.serving(lambda progress: fakes.ScriptedBot(fakes.scripts())) as url:
        yield url


@pytest.fixture(scope="module")
def client(address: str) -> Any:
    from gradio_client import Client

    return Client(address, verbose=False, analytics_enabled=False)


def test_programs_get_the_record_that_ask_gives(client: Any) -> None:
    assert client.predict(fakes.LONG, api_name="/ask") == fakes.long_answer().to_dict()
    earlier = [{"question": fakes.LONG, "answer": "412 metres."}]
    assert client.predict(fakes.TOLL, earlier, api_name="/ask")["refused"] is True


def test_programs_get_an_error_with_its_message(client: Any) -> None:
    with pytest.raises(Exception, match="812 tokens"):
        client.predict(fakes.BROKEN, api_name="/ask")


def test_programs_see_three_endpoints(client: Any) -> None:
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/ask", "/search", "/check"]


def test_programs_search_and_check_and_get_the_words_themselves(client: Any) -> None:
    first, second = client.predict("bridge", 2, api_name="/search")
    assert first["text"] == fakes.BRIDGE_HITS[0].passage.text
    assert (first["title"], first["published"]) == (fakes.HARBOUR.title, "2024-03-04")
    assert second["publisher"] is None
    checked = client.predict("The bridge is 412 metres long.", api_name="/check")
    assert checked["verdict"] == "supported"
    (note,) = checked["citations"]
    assert note["quote"] == fakes.HARBOUR.text[note["start"] : note["end"]]


def test_programs_may_ask_some_of_the_articles(client: Any) -> None:
    where = {"articles": ["ferry"], "after": "2024-04-01"}
    assert client.predict(fakes.LONG, None, where, api_name="/ask")["refused"] is False
    with pytest.raises(Exception, match="there is no filter colour"):
        client.predict(fakes.LONG, None, {"colour": "red"}, api_name="/ask")


def test_every_response_keeps_the_browser_here(address: str) -> None:
    for path in ("", "theme.css", "config"):
        policy = httpx.get(address + path).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy


def test_the_page_listens_on_this_computer_only(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")


def test_a_taken_port_gives_way_to_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port("127.0.0.1", port) < port + 100


def test_a_port_that_is_lost_at_the_last_moment_gives_way_to_the_next_one() -> None:
    class Page:
        tried: ClassVar[list[int]] = []

        def launch(self, server_port: int, **options: Any) -> tuple[None, str, None]:
            self.tried.append(server_port)
            if len(self.tried) < 3:
                raise OSError("Cannot find empty port")
            return None, f"http://127.0.0.1:{server_port}/", None

    first = free_port("127.0.0.1", 7990)
    assert serve(Page(), port=first) == f"http://127.0.0.1:{Page.tried[2]}/"
    assert first == Page.tried[0] < Page.tried[1] < Page.tried[2]


@pytest.mark.parametrize(("host", "port", "way_out"), [("192.0.2.1", 7860, "--host"), ("127.0.0.1", 70000, "--port")])
def test_an_address_that_cannot_be_had_is_refused_in_words(host: str, port: int, way_out: str) -> None:
    with pytest.raises(UsageError, match=way_out):
        free_port(host, port)


def test_everything_at_the_model_shares_one_queue(tmp_path: Path) -> None:
    from ui.app import build_page
    from ui.chat_part import MODEL, WAITING_ROOM

    page = build_page(loaded(fakes.ScriptedBot({})), tmp_path / NAME, Models(tmp_path))
    queued = [fn for fn in page.fns.values() if fn.queue and fn.fn is not None and fn.concurrency_id != "library"]
    # Two ways to type a question, two to click one, one to ask it again, and three for programs.
    assert len(queued) == 8
    assert {(fn.concurrency_id, fn.concurrency_limit) for fn in queued} == {(MODEL, WAITING_ROOM)}
    assert page.analytics_enabled is False
