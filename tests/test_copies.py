"""Copies: the same story printed twice counts as one source, two reports of one event as two."""

from __future__ import annotations

from dataclasses import replace

from rag.alike import Copies, find
from rag.cite import number, quoted
from rag.copies import holds, is_copy
from rag.types import Article
from tests.sample import evidence, hit

WIRE = (
    "The river town of Lindau opened its harbour bridge on Sunday after nine years of work. It is 412 metres long and "
    "cost 38 million euros, twice what the council had planned. Mayor Ilse Brandt cut the ribbon in the rain."
)
OWN = (
    "Nine years late, people in Lindau walked across their new bridge for the first time at the weekend. The mayor, "
    "Ilse Brandt, called the 38 million euros well spent; the opposition wants to know where half of them went."
)


def test_a_wire_story_with_another_head_and_a_cut_tail_is_a_copy() -> None:
    one = Article("one", "Bridge opens", WIRE)
    other = Article("other", "At last, a bridge", "LINDAU (Agency) - " + WIRE.rsplit(". ", 1)[0].upper() + ".")
    assert is_copy(one, other)
    assert holds(other, "It is 412 metres long")


def test_two_reports_in_their_own_words_are_two_sources() -> None:
    one, other = Article("one", None, WIRE), Article("other", None, OWN)
    assert not is_copy(one, other)


def test_a_copy_that_left_the_quoted_words_out_is_not_named() -> None:
    one, other = Article("one", None, WIRE), Article("other", None, WIRE.rsplit(". ", 1)[0] + ".")
    found = evidence("Who cut the ribbon?", [replace(hit(one), copies=(other,))])
    _, citations = number([quoted(sentence) for sentence in found])
    assert [(c.quote[:5], len(c.copies)) for c in citations] == [("The r", 1), ("It is", 1), ("Mayor", 0)]


def test_a_few_changed_words_leave_a_copy_a_copy_in_scripts_without_spaces() -> None:
    chinese = (
        "2月11日凌晨，粮食码头一条输送带起火，消防人员随即赶赴现场扑救。港务局表示，火灾没有造成人员伤亡，但三个泊位关闭了整个上午。"
        "等待卸货的卡车被送往另一个港口，两艘船停泊在港外。损失估计约为二百五十万欧元，公司发言人周二表示。"
    )
    changed = chinese
    for old, new in (("凌晨", "清晨"), ("随即", "立即"), ("火灾", "大火"), ("卡车", "货车"), ("周二", "星期二")):
        changed = changed.replace(old, new)
    other = "港口引航员工会周三宣布，将从星期四起罢工两天，抗议公司把夜班人数减半的计划。港务局说，谈判将继续进行。"
    made = {i: Article(i, None, text) for i, text in (("a", chinese), ("b", changed), ("c", other))}
    assert find(made, Copies(), {}).first == {"b": "a"}
    assert holds(made["a"], "消防人员随即赶赴现场")


def test_short_texts_are_no_copies_of_each_other() -> None:
    assert not is_copy(Article("a", None, "A bridge opened."), Article("b", None, "A bridge opened."))


def test_the_footnote_names_its_copies() -> None:
    one, other = Article("one", None, WIRE), Article("other", None, WIRE, publisher="The Other")
    found = evidence(
        "How long is the bridge?", [replace(hit(one), copies=(other,)), replace(hit(other), copies=(one,))]
    )
    assert {sentence.article.id for sentence in found} == {"one"}
    _, citations = number([quoted(found[1])])
    assert [copy.publisher for copy in citations[0].copies] == ["The Other"]
    assert citations[0].to_dict()["copies"] == [{"article": "other", "publisher": "The Other", "source": ""}]
