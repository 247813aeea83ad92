"""What is remembered is what was embedded, and no more than is allowed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rag.remembered import Remembered
from tests.fakes import FakeEmbedder


def test_a_list_that_comes_again_is_not_embedded_again() -> None:
    embed = FakeEmbedder()
    remembered = Remembered(embed)
    for texts in (["a bridge", "a ferry"], ["a bridge"], ["a ferry", "a bridge"], []) * 3:
        np.testing.assert_array_equal(remembered(texts), FakeEmbedder()(texts))
    assert len(embed.calls) == 4


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    embed = FakeEmbedder()
    remembered = Remembered(embed, limit_rows=4)
    for texts in (["a", "b"], ["c", "d"], ["a", "b"], ["e"], ["a", "b"], ["c", "d"]):
        remembered(texts)
    assert [list(call) for call in embed.calls] == [["a", "b"], ["c", "d"], ["e"], ["c", "d"]]
    assert remembered(list("abcdefg")).shape[0] == 7


def test_nobody_can_change_what_another_reads() -> None:
    with pytest.raises(ValueError, match=r"read-only"):
        Remembered(FakeEmbedder())(["a"])[0, 0] = 1


def test_from_many_threads() -> None:
    remembered = Remembered(FakeEmbedder(), limit_rows=10)
    lists = [[f"{i % 7}", f"{i % 5}"] for i in range(200)]
    with ThreadPoolExecutor(4) as pool:
        for texts, vectors in zip(lists, pool.map(remembered, lists), strict=True):
            np.testing.assert_array_equal(vectors, FakeEmbedder()(texts))
    assert remembered._rows == sum(len(key) for key in remembered._kept) <= 10
