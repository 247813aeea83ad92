"""The command line: what is typed reaches the settings, what comes back is shown safely, exit codes tell the truth."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag import errors
from rag.arguments import CAREFUL, config, parser
from rag.articles import Skipped
from rag.cli import COMMANDS, main
from rag.config import Config
from rag.types import Answer, Article, Citation, Claim, Filters, Hit, Passage, Seconds

TEXT = "The bridge opened on Sunday. It is 412 metres long."
BRIDGE = Article("a1", "Bridge opens", TEXT, "Lindau Post", date(2024, 3, 3), "articles/bridge.txt")
FOOTNOTE = Citation(1, BRIDGE, 29, 51, TEXT[29:51], 0.97)
HIT = Hit(Passage("p1", "a1", 0, 51, TEXT), BRIDGE, 0.75)
CLAIM = Claim("It is 412 metres long.", (FOOTNOTE,))
SECONDS = Seconds(0.1, 0.5, 1.0)
ANSWER = Answer("How long?", "It is 412 metres long [1].", (CLAIM,), (FOOTNOTE,), (HIT,), None, 0.9, SECONDS)
REFUSAL = Answer("Who built it?", "Nobody says.", (), (), (HIT,), "Nobody says.", 0.1, SECONDS)

ROOT = Path(__file__).resolve().parent.parent

SHOWN = """\
It is 412 metres long [1].

[1] Bridge opens
    Lindau Post · 3 March 2024 · articles/bridge.txt
    “It is 412 metres long.”
"""


class Bot:
    """A chatbot that gives what it was made with, and raises it if it is an exception."""

    def __init__(self, result: Any = ANSWER, skipped: Sequence[Skipped] = ()) -> None:
        self.result = result
        self.skipped = skipped
        self.asked: list[Any] = []
        self.config: Config | None = None
        self.closed = False

    def load(self, config: Config, progress: Any) -> Bot:
        self.config = config
        progress("embedding", 1, 2)
        return self

    def __enter__(self) -> Bot:
        return self

    def __exit__(self, *exc: object) -> None:
        self.closed = True

    def _give(self, *asked: Any) -> Any:
        self.asked.append(asked)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result

    def ask(self, question: str, as_of: date | None = None) -> Any:
        return self._give(question, as_of)

    def search(self, question: str, k: int) -> Any:
        return self._give(question, k)

    def check(self, statement: str) -> Any:
        return self._give(statement)


def all_errors(root: type[Exception]) -> list[type[Exception]]:
    return [root, *(error for child in root.__subclasses__() for error in all_errors(child))]


# --- what is typed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert exit_.value.code == 0
    assert f"usage: footnote {command}" in shown
    assert ("--corpus" in shown and "--index" in shown) or command == "library"


def test_nothing_typed_means_the_default_settings() -> None:
    assert config(parser().parse_args(["ask", "Where?"])) == Config()


def test_options_become_settings() -> None:
    line = (
        "ask --corpus c --index i --home h --model none --llm-url http://l --chroma-url http://c --threshold 0.3 Where?"
    )
    assert config(parser().parse_args(line.split())) == Config(
        corpus="c", index="i", home="h", model="none", llm_url="http://l", chroma_url="http://c", answer_threshold=0.3
    )
    assert config(parser().parse_args(["chat", "--careful"])).answer_threshold == CAREFUL > Config().answer_threshold


def test_watching_becomes_a_setting() -> None:
    assert config(parser().parse_args(["chat", "--watch"])).watch
    arguments = parser().parse_args(["sync", "--watch", "--allow-empty"])
    assert config(arguments).watch
    assert arguments.allow_empty


@pytest.mark.parametrize("command", ["ask x", "search x", "check x", "chat"])
def test_filters_become_settings(command: str) -> None:
    line = f"{command} --article a.txt --article b.txt --publisher CGTN --after 2024-01-01 --before 2024-12-31"
    where = config(parser().parse_args([*line.split(), "--language", "en"])).where
    names = frozenset(["a.txt", "b.txt"])
    assert where == Filters(names, frozenset(["CGTN"]), date(2024, 1, 1), date(2024, 12, 31), frozenset(["en"]))


def test_days_the_wrong_way_round_are_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--after", "2024-02-01", "--before", "2024-01-01", "Where?"], load=Bot().load) == 2
    assert "2024-02-01" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    ["", "sing", "ask --threshold 1.5 x", "ask --threshold much x", "ask --careful --threshold 0.5 x", "search -k 0 x",
     "ask --as-of yesterday x", "ask --after soon x", "chat --port -1", "chat --port 65536", "chat --port x",
     "sync --publisher x", "models burn"],
)  # fmt: skip
def test_a_wrong_command_line_is_a_usage_error(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(line.split())
    assert exit_.value.code == 2
    assert "usage: footnote" in capsys.readouterr().err


def test_what_is_no_date_is_told_what_one_looks_like(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["ask", "--as-of", "yesterday", "Where?"])
    assert "'yesterday' is not a date such as 2024-11-04" in capsys.readouterr().err


def test_the_question_comes_from_the_words_or_from_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    bot = Bot()
    main(["ask", "How", "long?", "--as-of", "2024-03-04"], load=bot.load)
    for arguments in (["ask", "-"], ["ask"]):
        monkeypatch.setattr("sys.stdin", io.StringIO("How wide?\n"))
        main(arguments, load=bot.load)
    assert bot.asked == [("How long?", date(2024, 3, 4)), ("How wide?", None), ("How wide?", None)]


def test_a_pipe_that_holds_no_text_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00"), encoding="utf-8"))
    assert main(["ask", "-"], load=Bot().load) == 2


def test_no_question_at_all_waits_for_no_keyboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    bot = Bot()
    assert main(["ask"], load=bot.load) == 2
    assert bot.config is None


@pytest.mark.parametrize("words", [[], ["-"]])
def test_a_closed_input_is_no_question(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert main(["ask", *words], load=Bot().load) == 2
    assert "standard input is closed" in capsys.readouterr().err


# --- what comes back ----------------------------------------------------------------------------------------


def test_an_answer_is_shown_with_its_footnotes(capsys: pytest.CaptureFixture[str]) -> None:
    bot = Bot()
    assert main(["ask", "How long?"], load=bot.load) == 0
    captured = capsys.readouterr()
    assert captured.out == SHOWN
    assert captured.err == "embedding …\n"
    assert bot.closed


def test_a_refusal_has_an_exit_code_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Who built it?"], load=Bot(REFUSAL).load) == 3
    assert capsys.readouterr().out == "Nobody says.\n"


@pytest.mark.parametrize(("answer", "code"), [(ANSWER, 0), (REFUSAL, 3)])
def test_ask_prints_the_answer_as_json(answer: Answer, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--json", answer.question], load=Bot(answer).load) == code
    assert json.loads(capsys.readouterr().out) == answer.to_dict()


def test_search_prints_passages_and_loads_no_language_model(capsys: pytest.CaptureFixture[str]) -> None:
    bot = Bot([HIT])
    assert main(["search", "--json", "-k", "3", "bridge"], load=bot.load) == 0
    assert bot.config == Config(model="none")
    assert bot.asked == [("bridge", 3)]
    assert json.loads(capsys.readouterr().out) == [HIT.to_dict() | {"title": "Bridge opens", "text": TEXT}]
    assert main(["search", "bridge"], load=Bot([]).load) == 3


@pytest.mark.parametrize(("verdict", "code"), [("supported", 0), ("contradicted", 3), ("not found", 3)])
def test_check_tells_the_verdict(verdict: Any, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    bot = Bot(Claim("It is long.", (FOOTNOTE,), verdict))
    assert main(["check", "It is long."], load=bot.load) == code
    assert bot.config == Config(model="none")
    assert capsys.readouterr().out.splitlines()[0] == f"{verdict.capitalize()}."
    assert main(["check", "--json", "It is long."], load=bot.load) == code
    assert json.loads(capsys.readouterr().out) == {
        "statement": "It is long.", "verdict": verdict, "citations": [FOOTNOTE.to_dict()]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("command", "result"), [("ask", ANSWER), ("search", [HIT]), ("check", CLAIM), ("ask --json", ANSWER)]
)
def test_what_could_not_be_read_is_named_beside_the_answer(
    command: str, result: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    two = [Skipped("articles/a\x1b.pdf", "it is encrypted"), Skipped("articles/b.csv#2", "it has no text")]
    for skipped, note in ((two, "left out a.pdf, b.csv#2;"), (two * 20, "left out a.pdf, b.csv#2, a.pdf and 37 more;")):
        assert main([*command.split(), "bridge"], load=Bot(result, skipped).load) == 0
        shown = capsys.readouterr()
        assert f"footnote: {note} `footnote sync` tells why.\n" in shown.err
        assert "left out" not in shown.out
    assert main([*command.split(), "bridge"], load=Bot(result).load) == 0
    assert "left out" not in capsys.readouterr().err


def test_the_doctor_names_what_is_ill_and_what_helps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = tmp_path / "nowhere"
    assert main(["doctor", "--corpus", str(nowhere)]) == 1
    shown = capsys.readouterr().out
    assert "ok  Python " in shown
    assert f"there is no {nowhere}\n    Name a folder or a file with --corpus.\n" in shown


def test_models_take_the_options_of_every_command(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--corpus", "c", "--index", "i", "path", "all-MiniLM-L6-v2"]) == 0
    assert capsys.readouterr().out == f"{home / 'models' / 'all-MiniLM-L6-v2'}\n"


def test_models_are_listed_and_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    listed = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("*")]
    assert [(line[1], line[4]) for line in listed[:2]] == [
        ("qwen2.5-coder-1.5b", "missing"),
        ("all-MiniLM-L6-v2", "missing"),
    ]
    assert main(["models", "path", "all-MiniLM-L6-v2"]) == 0
    assert capsys.readouterr().out == f"{home / 'models' / 'all-MiniLM-L6-v2'}\n"
    assert main(["models", "path", "gpt-9"]) == 2
    assert "qwen2.5-coder-1.5b" in capsys.readouterr().err


# --- what goes wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", all_errors(errors.FootnoteError))
def test_a_failure_is_said_in_words_and_is_no_refusal(
    kind: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["ask", "How long?"], load=Bot(kind("No room on \x1b[31mdisk.")).load)
    captured = capsys.readouterr()
    assert code == (2 if issubclass(kind, errors.UsageError) else 1)
    assert captured.out == ""
    assert captured.err.splitlines()[-1] == "footnote: No room on [31mdisk."


@pytest.mark.parametrize("option", ["--corpus", "--library"])
def test_articles_that_are_not_there_are_a_wrong_command(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", option, "nowhere", "--model", "none", "Where?"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_an_unexpected_failure_shows_its_place_only_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    bot = Bot(ValueError("shape (3,)"))
    assert main(["ask", "How long?"], load=bot.load) == 1
    short = capsys.readouterr().err
    assert main(["ask", "--debug", "How long?"], load=bot.load) == 1
    long = capsys.readouterr().err
    assert "unexpected ValueError: shape (3,)" in short
    assert "--debug" in short
    assert "Traceback" not in short
    assert "Traceback" in long
    assert bot.closed


def test_ctrl_c_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "How long?"], load=Bot(KeyboardInterrupt()).load) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_closed_pipe_is_quiet() -> None:
    read, write = os.pipe()
    os.close(read)
    run = subprocess.run([sys.executable, "-m", "rag", "models"], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (run.returncode, run.stderr) == (0, b"")


def in_shell(command: str, redirected: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """`footnote command` with the bot above, its streams as a shell makes them."""
    code = f"from tests.test_cli import *; raise SystemExit(main({command.split()!r}, load=Bot([HIT] * 99).load))"
    line = ["sh", "-c", f'exec "$0" -c "$1" {redirected}', sys.executable, code]
    return subprocess.run(line, capture_output=True, check=False, cwd=ROOT, env=os.environ | environment)


@pytest.mark.parametrize("options", ["", "--json"])
def test_without_a_place_for_errors_the_answer_comes_all_the_same(options: str) -> None:
    run = in_shell(f"search {options} bridge", "2>&-")
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout == in_shell(f"search {options} bridge", "").stdout != b""


@pytest.mark.parametrize("options", ["", "--json"])
@pytest.mark.parametrize(("redirected", "code", "said"), [(">&-", 2, "is closed"), (">/dev/full", 1, "No space left")])
def test_an_output_that_takes_nothing_is_said(options: str, redirected: str, code: int, said: str) -> None:
    run = in_shell(f"search {options} bridge", redirected)
    assert run.returncode == code
    last = run.stderr.decode().splitlines()[-1]
    assert last.startswith("footnote: The standard output")
    assert said in last


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_characters_that_the_output_lacks_are_replaced(encoding: str) -> None:
    run = in_shell("search bridge", "", PYTHONIOENCODING=encoding)
    assert run.returncode == 0
    assert "Lindau Post".encode(encoding) in run.stdout
    assert (b"?" if encoding == "ascii" else "·".encode("latin-1")) in run.stdout


# --- the real thing -----------------------------------------------------------------------------------------


@pytest.mark.real
def test_without_a_language_model_on_real_articles(
    corpus: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--corpus", str(corpus), "--model", "none"]
    assert main(["sync", "--corpus", str(corpus)]) == 0
    assert capsys.readouterr().out == "3 added, 0 updated, 0 removed, 0 unchanged\n"
    assert main(["ask", *options, "--json", "How long is the harbour bridge in Lindau?"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert "412 metres" in answer["answer"]
    assert Path(answer["citations"][0]["source"]).name == "bridge.txt"
    assert main(["ask", *options, "Who won the chess world championship in 1972?"]) == 3
    assert main(["search", "--corpus", str(corpus), "-k", "1", "drawings in the museum"]) == 0
    assert "Museum shows lost drawings" in capsys.readouterr().out
