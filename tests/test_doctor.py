"""The doctor finds what is wrong, says what to do, and touches nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag import machine
from rag.config import Config
from rag.doctor import Check, diagnose
from rag.fetch import hub_place
from tests.sources import Hub, tiny_gguf


@pytest.fixture(autouse=True)
def a_good_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test sees only what it changes, on every computer."""
    monkeypatch.setattr(machine, "other_releases", list)
    monkeypatch.setattr(machine, "processor_flags", lambda: frozenset({"avx", "avx2", "avx512f"}))
    monkeypatch.setattr(machine, "llama_features", lambda: frozenset({"AVX2", "AVX512"}))
    monkeypatch.setattr(machine, "memory", lambda: 16_000_000_000)


@pytest.fixture
def config(corpus: Path, tmp_path: Path) -> Config:
    """Three articles, a GGUF and an embedder's folder of one's own: nothing is missing."""
    (tmp_path / "my.gguf").write_bytes(tiny_gguf())
    (tmp_path / "embedder").mkdir()
    return Config(corpus=corpus, model=str(tmp_path / "my.gguf"), embedder=str(tmp_path / "embedder"))


def with_(config: Config, **changes: object) -> Config:
    return Config(**{"corpus": config.corpus, "model": config.model, "embedder": config.embedder} | changes)


def failing(config: Config) -> dict[str, Check]:
    return {check.name: check for check in diagnose(config) if not check.ok}


def test_nothing_is_wrong_and_nothing_is_touched(config: Config, home: Path) -> None:
    assert failing(config) == {}
    assert list(home.iterdir()) == []


def test_every_check_that_fails_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "other_releases", lambda: ["torch is missing", "httpx is 0.1 instead of 0.28.1"])
    monkeypatch.setattr(machine, "processor_flags", lambda: frozenset({"sse"}))
    monkeypatch.setattr(machine, "llama_features", lambda: "it gives no reason")
    monkeypatch.setattr(machine, "memory", lambda: 2_000_000_000)
    found = failing(Config(corpus="/no/such/folder", index=__file__, embedder="/no/such/embedder", model="typo"))
    names = {
        "libraries",
        "processor",
        "llama.cpp",
        "memory",
        "index",
        "articles",
        "model typo",
        "model /no/such/embedder",
    }
    assert set(found) == names
    assert all(check.detail and check.advice for check in found.values())
    assert "httpx is 0.1 instead of 0.28.1" in found["libraries"].detail


# --- models --------------------------------------------------------------------------------------------------


def test_the_default_models_are_missing_in_an_empty_home(corpus: Path) -> None:
    checks = {check.name: check for check in diagnose(Config(corpus=corpus))}
    assert not checks["model qwen2.5-coder-1.5b"].ok
    assert "footnote models fetch all-MiniLM-L6-v2" in checks["model all-MiniLM-L6-v2"].advice
    assert checks["model smollm2-135m"].ok  # nobody asked for it
    assert checks["network"].detail == "needed once, to fetch all-MiniLM-L6-v2 and qwen2.5-coder-1.5b"


def test_without_a_language_model_none_is_missing(config: Config) -> None:
    assert failing(with_(config, model="none")) == {}


def test_a_model_that_is_cut_off(config: Config) -> None:
    Path(config.model).write_bytes(tiny_gguf()[:100])
    assert "cut off" in failing(config)[f"model {config.model}"].detail


def test_a_model_of_the_hub(config: Config, home: Path) -> None:
    asked = with_(config, model="some/repo:x.gguf")
    assert "first start" in failing(asked)["model some/repo:x.gguf"].advice
    path = hub_place("some/repo", "x.gguf", home)
    path.parent.mkdir(parents=True)
    path.write_bytes(tiny_gguf())
    assert failing(asked) == {}


@pytest.fixture
def server() -> Iterator[Hub]:
    hub = Hub()
    yield hub
    hub.close()


def test_a_language_model_server_is_asked_whether_it_is_there(config: Config, server: Hub) -> None:
    assert failing(with_(config, model="qwen2.5-coder-1.5b", llm_url=server.url)) == {}
    server.close()
    assert server.url in failing(with_(config, llm_url=server.url))["network"].detail


# --- folders -------------------------------------------------------------------------------------------------


def test_a_folder_without_articles(config: Config, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".hidden").write_text("x")
    assert "no files" in failing(with_(config, corpus=tmp_path / "empty"))["articles"].detail


def test_an_article_that_cannot_be_read_is_named(config: Config, corpus: Path) -> None:
    (corpus / "gone.txt").symlink_to("nowhere")
    detail = failing(config)["articles"].detail
    assert detail.startswith("1 of 4 files")
    assert detail.endswith("gone.txt")


def test_an_index_where_nothing_can_be_written(config: Config, corpus: Path) -> None:
    assert "index" in failing(with_(config, index=corpus / "bridge.txt" / "index"))


def test_a_full_disk(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10**6))
    assert failing(config)["disk"].detail.startswith("0.0 GB free")


# --- the machine ---------------------------------------------------------------------------------------------


def test_llama_built_for_less_than_the_processor_has(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "llama_features", lambda: frozenset({"AVX2"}))
    assert "without AVX512" in failing(config)["llama.cpp"].detail
    monkeypatch.setattr(machine, "processor_flags", lambda: frozenset({"avx2"}))
    assert failing(config) == {}


class TestMachine:
    @pytest.fixture(autouse=True)
    def a_good_machine(self) -> None:
        """The real functions instead of the stand-ins above."""

    @pytest.mark.parametrize(
        ("script", "expected"),
        [
            ("echo 'CPU : AVX2 = 1 | AVX512 = 0 | LLAMAFILE = 1 |'", frozenset({"AVX2", "LLAMAFILE"})),
            ("kill -ILL $$", "it ends with signal 4, as a build for another processor does"),
            ("echo Traceback >&2; echo 'ImportError: no libllama.so' >&2; exit 1", "ImportError: no libllama.so"),
            ("exit 3", "it gives no reason"),
        ],
    )
    def test_llama_is_loaded_in_a_process_of_its_own(
        self, script: str, expected: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(python))
        assert machine.llama_features() == expected

    def test_flags_of_the_processor(self, tmp_path: Path) -> None:
        (tmp_path / "cpuinfo").write_text("model name\t: x\nflags\t\t: fpu avx avx2\nbugs\t: none\n")
        assert machine.processor_flags(tmp_path / "cpuinfo") == {"fpu", "avx", "avx2"}
        assert machine.processor_flags(tmp_path / "missing") == frozenset()

    def test_releases_are_compared_with_those_that_are_pinned(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = [
            "some-lib==1.0",
            "built-here==2.0",
            "old_lib==3.0",
            "gone==1",
            "any-lib>=1,<2",
            'dev==1; extra == "dev"',
        ]
        installed = {"asks": "1", "some-lib": "1.0", "built-here": "2.0+cpu", "old-lib": "2.9", "any-lib": "1.5"}
        for name, version in installed.items():
            info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
            info.mkdir()
            needs = "".join(f"Requires-Dist: {line}\n" for line in wanted) if name == "asks" else ""
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(machine, "DISTRIBUTION", "asks")
        assert machine.other_releases() == ["old_lib is 2.9 instead of 3.0", "gone is missing"]
        monkeypatch.setattr(machine, "DISTRIBUTION", "not-installed-at-all")
        assert machine.other_releases() is None
