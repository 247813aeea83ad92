"""The README names only files, commands and options that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.arguments import parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_files_exist() -> None:
    named = set(re.findall(r"`((?:rag|ui|eval|tests)/[\w./]+|[\w.]+\.(?:txt|toml))`", README))
    assert {"rag/build.py", "constraints.txt"} <= named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"chat", "test"} <= set(re.findall(r"\bmake (\w+)", README)) <= targets


@pytest.mark.parametrize("line", sorted(set(re.findall(r"^footnote (.+?)(?:\s+#.*)?$", README, re.MULTILINE))))
def test_commands_can_be_typed(line: str) -> None:
    words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
    assert parser().parse_args(words).command == words[0]


def test_options_exist(capsys: pytest.CaptureFixture[str]) -> None:
    known = ""
    for command in ("chat", "ask"):
        with pytest.raises(SystemExit):
            parser().parse_args([command, "--help"])
        known += capsys.readouterr().out
    options = set(re.findall(r"`(--[a-z-]+)", README))
    assert {"--model", "--threshold"} <= options
    assert [option for option in sorted(options) if f"{option} " not in known] == []
