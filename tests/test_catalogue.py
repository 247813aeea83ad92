"""The catalogue is complete and consistent, and specs cannot climb out of the models folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.catalogue import CATALOGUE, hub_spec, unknown
from rag.config import Config
from rag.home import home_folder


def test_has_exactly_these_models() -> None:
    assert set(CATALOGUE) == {"qwen2.5-coder-1.5b", "qwen2.5-coder-0.5b", "fast", "smollm2-135m", "all-MiniLM-L6-v2"}


@pytest.mark.parametrize("model", CATALOGUE.values(), ids=lambda model: model.name)
def test_every_file_has_a_size_and_what_is_fetched_a_hash_of_its_own(model) -> None:
    assert all(file.bytes > 0 for file in model.files)
    if model.made_from:  # of bytes that have been checked
        assert not CATALOGUE[model.made_from].made_from
    else:
        assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) for file in model.files)
    assert len({file.sha256 for file in model.files}) == len({file.name for file in model.files}) == len(model.files)
    assert model.licence == "Apache-2.0"
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", model.hub)


def test_the_defaults_of_the_settings_are_in_it() -> None:
    assert CATALOGUE[Config().model].kind == "gguf"
    assert CATALOGUE[Config().embedder].kind == "embedder"


def test_the_default_model_judges_and_the_fast_one_writes_alone() -> None:
    assert CATALOGUE[Config().model].judges
    assert CATALOGUE[Config().model].adapter
    assert not CATALOGUE["fast"].judges


def test_parts_are_in_numeric_order() -> None:
    packages = CATALOGUE["qwen2.5-coder-1.5b"].carriers.packages
    assert [int(package.rpartition("part")[2]) for package in packages] == list(range(1, 23))


@pytest.mark.parametrize(
    "spec",
    [
        "../x:y.gguf",
        "a/b:../../y.gguf",
        "a/..:y.gguf",
        "a/b:/y.gguf",
        "a/b:y.bin",
        "a:y.gguf",
        "a/b/c:y.gguf",
        "a/b:.gguf\n",
    ],
)
def test_not_a_file_on_the_hub(spec: str) -> None:
    assert hub_spec(spec) is None


def test_a_hub_file_may_lie_in_a_folder() -> None:
    assert hub_spec("a/b:Q4/x-00.gguf") == ("a/b", "Q4/x-00.gguf")


def test_an_unknown_name_gets_the_nearest_one() -> None:
    assert "Did you mean qwen2.5-coder-1.5b?" in str(unknown("qwen2.5-coder-1.5", "gguf"))
    assert "Did you mean" not in str(unknown("zzz", "gguf"))
    assert "all-MiniLM-L6-v2" in str(unknown("minilm", "embedder"))


def test_the_home_is_the_setting_else_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", "/from/environment")
    assert home_folder(Config(home="/from/setting")) == Path("/from/setting")
    assert home_folder(Config()) == Path("/from/environment")
    monkeypatch.delenv("FOOTNOTE_HOME")
    assert home_folder(Config()).name == "footnote"
