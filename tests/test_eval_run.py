"""A whole `python -m eval` with a bot that says what the test tells it to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval import gate
from eval.__main__ import Parts, main
from eval.metrics import Check
from eval.run import append, weights
from rag.config import Config
from rag.errors import DiskFull, ModelError, QuestionError
from rag.reading import read_corpus
from rag.types import Answer, Article, Citation, Claim, Filters, Hit, Passage, Seconds, Turn

QUESTIONS = [
    {
        "id": "length",
        "question": "How long is the bridge?",
        "answerable": True,
        "answers": ["412 metres"],
        "reference": ["The harbour bridge is 412 metres long and cost 38 million euros."],
        "evidence": [{"article": "bridge.txt", "quote": "It is 412 metres long"}],
        "kind": "fact",
    },
    {
        "id": "end",
        "question": "And when does it stop?",
        "history": [{"question": "Who runs the ferry?", "answer": "Seeline [1]."}],
        "as_of": "2024-04-20",
        "filters": {"articles": ["ferry.txt"]},
        "answerable": True,
        "answers": ["June 30"],
        "evidence": [{"article": "ferry.txt", "quote": "will stop running on June 30."}],
    },
    {"id": "colour", "question": "What colour is the bridge?", "answerable": False, "kind": "near miss"},
    {"id": "captain", "question": "<b>Who</b> is the captain?", "answerable": False},
]
SAYS: dict[str, str | Exception | None] = {
    "How long is the bridge?": "It is 412 metres long and cost 38 million euros.",
    "And when does it stop?": None,
    "What colour is the bridge?": None,
    "<b>Who</b> is the captain?": "Its operator, Seeline, lost most of its riders.",
}


class FakeBot:
    """Answers with a sentence of the articles, cited whole; None is a refusal; an exception is raised."""

    def __init__(self, articles: Iterable[Article], says: Mapping[str, Any]) -> None:
        self.articles = tuple(articles)
        self.says = says
        self.asked: list[tuple[str, tuple[Turn, ...], date | None]] = []
        self.filtered: list[Filters | None] = []

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, where: Filters | None = None
    ) -> Answer:
        self.asked.append((question, tuple(history), as_of))
        self.filtered.append(where)
        said = self.says[question]
        if isinstance(said, BaseException):
            raise said
        seconds = Seconds(0.25, None, 0.5)
        if said is None:
            return Answer(question, "The articles do not say.", (), (), (), "The articles do not say.", 0.25, seconds)
        article = next(a for a in self.articles if said in a.text)
        start = article.text.index(said)
        citation = Citation(1, article, start, start + len(said), said, 0.9)
        hit = Hit(Passage("p", article.id, start, start + len(said), said), article, 1.0)
        return Answer(question, f"{said} [1]", (Claim(said, (citation,)),), (citation,), (hit,), None, 0.75, seconds)

    def __enter__(self) -> FakeBot:
        return self

    def __exit__(self, *exc: object) -> None:
        pass


class Evaluation:
    """Runs `main` over the small corpus; `bots` are those that it loaded, with their configs."""

    def __init__(self, corpus: Path, folder: Path) -> None:
        self.corpus = corpus
        self.questions = folder / "questions.jsonl"
        self.predictions = folder / "out" / "predictions.jsonl"
        self.says = dict(SAYS)
        self.check: Check | None = None
        self.bots: list[tuple[Config, FakeBot]] = []
        self.write(QUESTIONS)

    def write(self, questions: Iterable[Mapping[str, Any]]) -> None:
        self.questions.write_text("".join(json.dumps(q) + "\n" for q in questions), encoding="utf-8")

    def load(self, config: Config, progress: object) -> FakeBot:
        self.bots.append((config, FakeBot(read_corpus(config.corpus).articles, self.says)))
        return self.bots[-1][1]

    def __call__(self, *options: str, keep: bool = True) -> int:
        where = ["--corpus", str(self.corpus), "--questions", str(self.questions)]
        kept = ["--predictions", str(self.predictions)] if keep else []
        return main([*where, *kept, *options], lambda: Parts(self.load, lambda config: self.check))

    def lines(self, path: Path | None = None) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (path or self.predictions).read_text(encoding="utf-8").splitlines()]

    def figures(self, folder: Path, system: str = "footnote") -> dict[str, float]:
        assert self("--report", str(folder)) == 0
        systems = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["systems"]
        return {name: figure["value"] for name, figure in systems[system].items()}


@pytest.fixture
def evaluation(corpus: Path, tmp_path: Path) -> Evaluation:
    return Evaluation(corpus, tmp_path)


def test_a_run_asks_everything_and_writes_lines_of_the_agreed_shape(evaluation: Evaluation) -> None:
    assert evaluation() == 0
    asked = evaluation.bots[0][1].asked
    assert asked[1] == ("And when does it stop?", (Turn("Who runs the ferry?", "Seeline [1]."),), date(2024, 4, 20))
    ferry = Filters(articles=frozenset(["ferry.txt"]))
    assert evaluation.bots[0][1].filtered == [None, ferry, None, None]
    lines = evaluation.lines()
    assert [line["id"] for line in lines] == ["length", "end", "colour", "captain"]
    assert {"question", "answer", "refused", "refusal", "confidence", "citations", "hits", "seconds"} <= set(lines[0])
    assert {"number", "article", "title", "source", "start", "end", "quote", "support"} <= set(lines[0]["citations"][0])
    assert {"article", "source", "start", "end", "score"} <= set(lines[0]["hits"][0])
    assert [line["refused"] for line in lines] == [False, True, True, False]


def test_the_figures_of_a_run_by_hand(evaluation: Evaluation, tmp_path: Path) -> None:
    evaluation.check = lambda sentence, source, context: "412" in source and sentence in source
    figures = evaluation.figures(tmp_path / "report")
    expected = {
        "recall@1": 0.5,
        "mrr": 0.5,
        "ndcg@10": 0.5,
        "answered_right": 0.5,
        "answered": 0.5,
        "refused": 0.5,
        "balanced_accuracy": 0.5,
        "containment": 0.5,
        "citation_precision": 1.0,
        "citation_recall": 1.0,
        "supported": 0.5,
        "verbatim": 1.0,
        "auroc": 0.5,
        "brier": (0.25**2 + 0.75**2 + 0.25**2 + 0.75**2) / 4,
        "ece": 0.25,
        "total_p95": 0.5,
        "failed": 0.0,
    }
    assert {name: figures[name] for name in expected} == pytest.approx(expected)
    # "It is 412 metres long and cost 38 million euros" against "The harbour bridge is …": 9 words of 10 and of 12.
    assert figures["rouge_l"] == pytest.approx(2 * 9 / (10 + 12))
    assert "first_token_p50" not in figures


def test_a_metric_whose_fields_are_missing_is_left_out(evaluation: Evaluation, tmp_path: Path) -> None:
    evaluation.write({"id": q["id"], "question": q["question"]} for q in QUESTIONS)
    figures = evaluation.figures(tmp_path / "report")
    assert set(figures) == {"verbatim", "search_p50", "search_p95", "total_p50", "total_p95", "failed"}


def test_a_stopped_run_goes_on_where_it_stopped(evaluation: Evaluation, capsys: pytest.CaptureFixture[str]) -> None:
    evaluation.says["What colour is the bridge?"] = KeyboardInterrupt()
    assert evaluation() == 130
    assert "same command" in capsys.readouterr().err
    assert [line["id"] for line in evaluation.lines()] == ["length", "end"]
    evaluation.says = dict(SAYS)
    assert evaluation() == 0
    assert [question for question, _, _ in evaluation.bots[1][1].asked] == [q["question"] for q in QUESTIONS[2:]]
    assert [line["id"] for line in evaluation.lines()] == ["length", "end", "colour", "captain"]
    assert evaluation() == 0
    assert len(evaluation.bots) == 2, "nothing was left to ask, and still a bot was loaded"


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_half_written_last_line_is_asked_again(evaluation: Evaluation, cut: int) -> None:
    assert evaluation() == 0
    whole = evaluation.lines()
    data = evaluation.predictions.read_bytes()
    evaluation.predictions.write_bytes(data[:-cut])
    assert evaluation() == 0
    assert evaluation.lines() == whole
    assert len(evaluation.bots[1][1].asked) == 1


def test_predictions_of_another_run_are_not_taken_for_this_one(
    evaluation: Evaluation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluation() == 0
    assert evaluation("--model", "none") == 2
    assert "line 1 was made with" in capsys.readouterr().err
    bridge = evaluation.corpus / "bridge.txt"
    before = bridge.read_text(encoding="utf-8")
    bridge.write_text(before.replace("412", "413"), encoding="utf-8")
    assert evaluation() == 2
    bridge.write_text(before, encoding="utf-8")
    evaluation.write([{"id": "length", "question": "How wide is it?"}])
    assert evaluation() == 2
    assert "another question" in capsys.readouterr().err
    evaluation.predictions.write_text('{"id": "length"}\n', encoding="utf-8")
    assert evaluation() == 2
    assert "line 1 is not a prediction" in capsys.readouterr().err
    evaluation.predictions = Path("/dev/full")
    assert evaluation() == 2


@pytest.mark.parametrize("what", ["weights", "release"])
def test_nor_are_those_of_other_weights_or_another_version(
    evaluation: Evaluation, what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluation() == 0
    monkeypatch.setattr(f"eval.run.{what}", lambda *args: "another")
    assert evaluation() == 2
    assert "line 1 was made with" in capsys.readouterr().err


def test_weights_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    found = set()
    for number, data in enumerate(("{}", "{}", "[]")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "weights.json").write_text(data)
        (folder / "code.py").write_text(str(number))
        found.add(weights(folder))
    assert len(found) == 2


def test_a_question_that_cannot_be_asked_is_a_failure_not_an_answer(evaluation: Evaluation, tmp_path: Path) -> None:
    evaluation.says["What colour is the bridge?"] = QuestionError("The question is too long.")
    figures = evaluation.figures(tmp_path / "report")
    line = evaluation.lines()[2]
    assert line.keys() - {"error"} == evaluation.lines()[0].keys()
    assert line["error"] == "The question is too long."
    assert (line["answer"], line["refused"], line["refusal"], line["confidence"]) == ("", False, None, 0.0)
    assert line["citations"] == line["hits"] == []
    assert line["seconds"] == {"search": 0.0, "first_token": None, "total": 0.0}
    assert figures["failed"] == 0.25
    assert figures["refused"] == 0
    assert "The question is too long." in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


def test_any_other_failure_ends_the_run(evaluation: Evaluation, capsys: pytest.CaptureFixture[str]) -> None:
    evaluation.says["And when does it stop?"] = ModelError("The model went away.")
    assert evaluation() == 1
    message = capsys.readouterr().err
    assert "The model went away." in message
    assert "'end'" in message
    assert [line["id"] for line in evaluation.lines()] == ["length"]


def test_a_fault_of_the_program_is_not_hidden(evaluation: Evaluation) -> None:
    evaluation.says["And when does it stop?"] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError) as error:
        evaluation()
    assert "'end'" in error.value.__notes__[0]


def test_predictions_that_cannot_be_written_are_an_error_with_a_way_out() -> None:
    with pytest.raises(DiskFull, match="Make room"):
        append(Path("/dev/full"), {"id": "length"})


def test_the_gate_fails_below_its_lines_and_only_there(
    evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "gate.toml"
    read = gate.read
    monkeypatch.setattr(gate, "read", lambda: read(lines))
    lines.write_text("[minimum]\nrefused = 0.5\n[maximum]\nfailed = 0", encoding="utf-8")
    assert evaluation("--gate") == 0
    lines.write_text("[minimum]\nrefused = 0.51", encoding="utf-8")
    assert evaluation("--gate") == 4
    assert "refused is 0.500, below 0.51" in capsys.readouterr().err
    assert evaluation() == 0
    lines.write_text("[minimum]\nrefusals = 0.5", encoding="utf-8")
    assert evaluation("--gate") == 2


def test_the_shipped_gate_is_sound() -> None:
    lines = gate.read()
    assert lines["minimum"]["verbatim"] == 1.0
    assert lines["maximum"]["failed"] == 0.0


def test_baselines_run_beside_and_keep_their_own_predictions(evaluation: Evaluation, tmp_path: Path) -> None:
    assert evaluation("--baselines", "extractive", "unchecked", "--report", str(tmp_path / "r")) == 0
    configs = [config for config, _ in evaluation.bots]
    assert [(config.model == "none", config.check) for config in configs] == [
        (False, True),
        (True, True),
        (False, False),
    ]
    for name in ("extractive", "unchecked"):
        assert len(evaluation.lines(evaluation.predictions.with_name(f"predictions.{name}.jsonl"))) == 4
    systems = json.loads((tmp_path / "r" / "metrics.json").read_text(encoding="utf-8"))["systems"]
    assert list(systems) == ["footnote", "extractive", "unchecked"]


def test_all_baselines_by_default(evaluation: Evaluation) -> None:
    assert evaluation("--baselines", keep=False) == 0
    assert len(evaluation.bots) == 6


def test_the_report_is_one_page_of_escaped_text_with_its_pictures(evaluation: Evaluation, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    assert evaluation("--report", str(folder)) == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Who&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<script" not in page
    assert re.findall(r"(?:src|href)='(?!data:image/png;base64,)", page) == []
    assert page.count("data:image/png;base64,iVBORw0KGgo") == 4
    for verdict in ("right", "wrongly refused", "rightly refused", "wrongly answered"):
        assert f">{verdict}</td>" in page
    assert "Järvelin" in page


def test_evidence_that_stands_nowhere_is_named(evaluation: Evaluation, capsys: pytest.CaptureFixture[str]) -> None:
    evaluation.write([QUESTIONS[0] | {"evidence": [{"article": "bridge.txt", "quote": "It is red"}]}])
    assert evaluation() == 0
    assert "question length: no article bridge.txt holds the quote 'It is red'" in capsys.readouterr().err


def test_limit_and_bad_command_lines(evaluation: Evaluation) -> None:
    assert evaluation("--limit", "2") == 0
    assert len(evaluation.lines()) == 2
    for options in (["--limit", "0"], ["--limit", "x"], ["--baselines", "best"], ["--unknown"]):
        with pytest.raises(SystemExit) as error:
            evaluation(*options)
        assert error.value.code == 2
    assert main(["--corpus", str(evaluation.corpus)]) == 2
    evaluation.questions.write_text("{\n", encoding="utf-8")
    assert evaluation() == 2


def test_a_corpus_without_articles_is_a_failure_and_one_that_is_not_there_cannot_be_used(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    evaluation.corpus = tmp_path / "nowhere"
    assert evaluation() == 2
    evaluation.corpus.mkdir()
    assert evaluation() == 1
    assert evaluation.bots == []
