"""What runs fastest is found among what runs at all, and remembered for this model and this machine only."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import build, tuning
from rag.cli import main
from rag.config import Config
from rag.errors import ModelError, StoreError, UsageError
from rag.tuning import BLOCKS, Trial, Tuning, best, default, remember, remembered

Seconds = Callable[[Tuning], float]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    return path


def found(seconds: Seconds, most: int = 8) -> tuple[Trial, list[Trial]]:
    told: list[Trial] = []
    return best(Tuning(most), most, seconds, told.append), told


@pytest.mark.parametrize(
    "wanted", [Tuning(t, b, f) for t, b, f in itertools.product((8, 6, 4), BLOCKS, (True, False))], ids=str
)
def test_the_fastest_is_found_where_each_thing_counts_for_itself(wanted: Tuning) -> None:
    def seconds(it: Tuning) -> float:
        return (
            10.0
            + abs(it.threads - wanted.threads)
            + abs(math.log2(it.block / wanted.block))
            + (it.flash_attention != wanted.flash_attention)
        )

    trial, told = found(seconds)
    assert trial == Trial(wanted, 10.0)
    assert trial in told
    assert len({t.tuning for t in told}) == len(told)


def test_noise_moves_nothing() -> None:
    trial, _ = found(lambda it: 10.0 if it == Tuning(8) else 9.8)
    assert trial.tuning == Tuning(8)


@pytest.mark.parametrize(("seconds", "threads"), [(9.5, 8), (9.1, 8), (8.5, 4)])
def test_fewer_threads_must_win_clearly(seconds: float, threads: int) -> None:
    trial, _ = found(lambda it: seconds if it.threads == 4 else 10.0)
    assert trial.tuning.threads == threads


@pytest.mark.parametrize(("load", "warned"), [(0.0, False), (None, False), (9.0, True)])
def test_a_busy_computer_is_said_to_mislead(
    load: float | None, warned: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tuning, "load", lambda: load)
    monkeypatch.setattr(tuning, "cores", lambda: 8)
    assert main(["doctor", "--tune", "--model", "none"]) == 2
    assert ("a load of 9.0 on 8 cores" in capsys.readouterr().err) is warned


def test_what_was_tried_while_the_computer_was_busy_is_tried_again() -> None:
    asked: list[Tuning] = []

    def seconds(it: Tuning) -> float:
        asked.append(it)
        return 20.0 if len(asked) == 1 else 10.0

    trial, _ = found(seconds)
    assert trial == Trial(Tuning(8), 10.0)


def test_what_cannot_run_is_told_and_not_taken() -> None:
    def seconds(it: Tuning) -> float:
        if it != Tuning(8):
            raise ModelError("It does not run.")
        return 10.0

    trial, told = found(seconds)
    assert trial.tuning == Tuning(8)
    assert {t.seconds for t in told} == {10.0, math.inf}


def test_where_nothing_runs_it_is_said() -> None:
    def seconds(it: Tuning) -> float:
        raise ModelError("It does not run.")

    with pytest.raises(ModelError, match=r"does not run"):
        found(seconds)


def test_it_is_remembered_for_this_model_on_this_machine(
    home: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert remembered(home, model) == default()
    chosen = Tuning(1, 256, False)
    remember(home, model, chosen)
    assert remembered(home, model) == chosen
    other = model.with_name("other.gguf")
    other.write_bytes(b"GGUF")
    remember(home, other, Tuning(1, 64))
    assert (remembered(home, model), remembered(home, other)) == (chosen, Tuning(1, 64))
    for what in ("processor", "cores"):
        with monkeypatch.context() as patch:
            patch.setattr(tuning, what, lambda: 3)
            assert remembered(home, model) == default()
    model.write_bytes(b"GGUF, another")
    assert remembered(home, model) == default()


@pytest.mark.parametrize(
    "fields", [None, 7, [], {"threads": 1}, {"threads": 0, "block": 128, "flash_attention": True},
               {"threads": 10_000, "block": 128, "flash_attention": True},
               {"threads": 1, "block": 3, "flash_attention": True}, {"threads": "x", "block": [], "flash_attention": 1}]
)  # fmt: skip
def test_a_damaged_memory_costs_no_more_than_what_it_held(home: Path, model: Path, fields: object) -> None:
    remember(home, model, Tuning(1, 64))
    file = home / tuning.FILE
    file.write_text(json.dumps(dict.fromkeys(json.loads(file.read_text()), fields)))
    assert remembered(home, model) == default()
    file.write_text("[7" if fields is None else json.dumps(fields))
    assert remembered(home, model) == default()
    remember(home, model, Tuning(1, 64))
    assert remembered(home, model) == Tuning(1, 64)


class Fake:
    """Runs fastest in blocks of 64."""

    def __init__(self, path: Path, n_ctx: int, tuning: Tuning) -> None:
        self._tuning = tuning

    def seconds(self, read: int, written: int) -> float:
        return 4.0 if self._tuning.block == 64 else 5.0

    def close(self) -> None:
        pass


def test_the_doctor_tunes_and_every_later_start_knows(
    home: Path, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rag.llama.LlamaCpp", Fake)
    monkeypatch.setattr(build, "ensure_model", lambda *args: model)
    assert main(["doctor", "--tune"]) == 0
    assert remembered(home, model) == Tuning(default().threads, 64)
    out = capsys.readouterr().out
    assert "4.00" in out
    assert "5.00" in out
    assert f"runs with {remembered(home, model)}" in out
    (home / tuning.FILE).unlink()
    (home / tuning.FILE).mkdir()
    with pytest.raises(StoreError, match=r"cannot be written"):
        build.tune(Config(), lambda trial: None)


@pytest.mark.parametrize("settings", [Config(model="none"), Config(llm_url="http://127.0.0.1:9/v1")])
def test_a_model_that_does_not_run_here_cannot_be_tuned(settings: Config) -> None:
    with pytest.raises(UsageError, match=r"nothing to tune"):
        build.tune(settings, lambda trial: None)
