"""The metrics of one question. Knows nothing about files, models, or averages over questions (eval/summary.py).

Spans are (article id, start, end). Lists of hits are best first. Every value is a share, 0..1, unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from eval.locate import Span, covered, mostly, shared
from eval.words import contains, without_markers
from rag.cite import context
from rag.fullnames import spelled_out
from rag.types import Article


def recall_at(gold: Sequence[Span | None], hits: Sequence[Span], k: int) -> float:
    """Recall@k: share of the evidence quotes that one of the first k passages touches.

    A quote that stands in no article (None) counts as not found. Source: Manning, Raghavan & Schütze, Introduction to
    Information Retrieval (2008), section 8.4, with quotes in the place of documents.

    >>> recall_at([("a", 0, 9), ("b", 0, 9)], [("b", 5, 30), ("a", 0, 30)], k=1)
    0.5
    """
    return sum(quote is not None and any(shared(quote, hit) for hit in hits[:k]) for quote in gold) / len(gold)


def ranking(gold: Sequence[Span | None], hits: Sequence[Span]) -> tuple[float, float]:
    """MRR and nDCG@10: the reciprocal rank of the first passage with evidence, and how early all evidence comes.

    The gain of a passage is the number of quotes that it is the first to touch; the ideal list holds the same passages
    by falling gain, then one passage for each quote that was not found. Computed by ir-measures (trec_eval, linear
    gain). Source: Voorhees, TREC-8 question answering track (1999); Järvelin & Kekäläinen, ACM TOIS 20(4) (2002).

    >>> ranking([("a", 0, 9)], [("b", 0, 30), ("a", 0, 30)])  # the second of two: 1/2, and 1/log2(3)
    (0.5, 0.63093)
    """
    import ir_measures
    from ir_measures import RR, Qrel, ScoredDoc, nDCG

    left = list(gold)
    judged = []
    for rank, hit in enumerate(hits):
        rest = [quote for quote in left if quote is None or not shared(quote, hit)]
        judged.append(Qrel("q", f"hit {rank}", len(left) - len(rest)))
        left = rest
    judged += [Qrel("q", f"not found {number}", 1) for number in range(len(left))]
    run = [ScoredDoc("q", f"hit {rank}", -float(rank)) for rank in range(len(hits))]
    if not run:
        return 0.0, 0.0
    values = ir_measures.calc_aggregate([RR, nDCG @ 10], judged, run)
    return values[RR], round(values[nDCG @ 10], 6)


def containment(answer: str, answers: Sequence[str], parts: Sequence[Sequence[str]] = ()) -> float:
    """Answer containment: 1 when an accepted answer stands in the answer, both normalised (eval/words.py).

    Where the question needs several parts, the share of the parts that stand there in one of their wordings. A
    refusal counts as 0. Source: Asai et al., Self-RAG (2024), "match", after Mallen et al. (2023).

    >>> containment("Huawei and Baidu sent people.", [], [["Huawei"], ["Baidu"], ["iFlytek"], ["Tencent"]])
    0.5
    """
    if parts:
        return sum(any(contains(answer, wording) for wording in part) for part in parts) / len(parts)
    return float(any(contains(answer, accepted) for accepted in answers))


def rouge_l(answer: str, references: Iterable[str]) -> float:
    """ROUGE-L: F-measure of the longest common subsequence of words with the nearest reference answer.

    Markers such as [1] are taken out first; a refusal counts as 0. Computed by rouge-score, without stemming.
    Source: Lin, ROUGE (2004).

    >>> round(rouge_l("they met there [1]", ["they met in Geneva"]), 4)  # "they met": 2/3 and 2/4
    0.5714
    """
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"])
    return max(scorer.score(reference, without_markers(answer))["rougeL"].fmeasure for reference in references)


def cited_right(cited: Iterable[Span], gold_sentences: Sequence[Span]) -> list[bool]:
    """Citation precision: share of the cited spans of which at least half lies in sentences that hold the evidence.

    Averaged over the answerable questions that were answered; an answer without a citation counts as 0. The pooled
    figure is the same over all citations at once, so that an answer with many footnotes weighs more. Source: after
    Gao et al., ALCE (2023), with the evidence sentences in the place of an entailment model.

    >>> cited_right([("a", 2, 8), ("a", 8, 40), ("b", 2, 8)], [("a", 0, 10)])
    [True, False, False]
    """
    return [covered(span, gold_sentences) for span in cited]


def gold_cited(cited: Sequence[Span], gold_sentences: Iterable[Span]) -> list[bool]:
    """Citation recall: share of the sentences that hold the evidence that a citation covers.

    A sentence is covered when it shares with a cited span at least half of the shorter of the two: citing the clause
    that matters is enough. Averaged over the answerable questions that were answered; the pooled figure is the same
    over all evidence sentences at once. Source: after Gao et al., ALCE (2023).

    >>> gold_cited([("a", 2, 8)], [("a", 0, 10), ("a", 11, 30)])
    [True, False]
    """
    return [any(mostly(sentence, span) for span in cited) for sentence in gold_sentences]


def verbatim(citation: Mapping[str, Any], articles: Mapping[str, Article]) -> bool:
    """Verbatim quotes: share of the citations with `article.text[start:end] == quote`. Must be 1. Source: issue 2.

    >>> verbatim({"article": "a", "start": 0, "end": 4, "quote": "They"}, {"a": Article("a", None, "They met.")})
    True
    """
    return bool(citation["quote"]) and _text(citation, articles) == citation["quote"]


Check = Callable[[str, str, str], bool]
"""(sentence, source, context) -> whether the source supports the sentence; the context only says what "it" may be."""


def supported(prediction: Mapping[str, Any], articles: Mapping[str, Article], check: Check) -> list[bool] | None:
    """Shown sentences supported: share of the shown sentences that the text they cite supports, over all answers.

    A sentence without a citation is not supported; None where the prediction does not list its sentences. The judge is
    Footnote's own checker (rag/support.py), so on answers that it has filtered the figure is close to 1 by
    construction: what it tells is the distance to the baseline without checking. Reading by hand is the proof.
    Source: "citation recall" of Gao et al., ALCE (2023).
    """
    if "claims" not in prediction:
        return None
    citations = {citation["number"]: citation for citation in prediction["citations"]}
    results = []
    for claim in prediction["claims"]:
        cited = [citations[number] for number in claim["citations"]]
        source = " ".join(_text(citation, articles) for citation in cited)
        there = [articles[c["article"]] for c in cited if c["article"] in articles]
        in_full = [spelled_out(source, article.text) for article in there[:1]]  # whom "Brandt" is, the article says
        about = " | ".join(map(context, there))
        wordings = dict.fromkeys([source, *in_full])
        results.append(bool(source) and any(check(without_markers(claim["text"]), text, about) for text in wordings))
    return results


def _text(citation: Mapping[str, Any], articles: Mapping[str, Article]) -> str:
    """What the article says at the citation's offsets; "" for an article that is not there."""
    article = articles.get(citation["article"])
    return article.text[citation["start"] : citation["end"]] if article else ""
