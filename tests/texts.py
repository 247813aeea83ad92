"""Texts that break things, for property tests: Unicode, CRLF, no final stop, lines without an end."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = [
    *(
        "The bridge opened. ",
        "Mr. Lee of the U.S. paid $3.5 mln. ",
        "“Why?” he asked. ",
        "`` No '' , she said . ",
        "It is",
    ),
    *(
        "\n",
        "\r\n",
        "\n\n",
        "\r",
        " ",
        "\t",
        "\u00a0",
        "\u2003",
        "\u2028",
        "\u2029",
        "\x85",
        "\x00",
        "\u200b",
        "\u202e",
    ),
    *(
        "。",
        "日本語です。",
        "नमस्ते। ",
        "مرحبا؟ ",
        "É. ",
        "e\u0301",
        "👩‍👩‍👧",
        "\ud83d",
        "A.",
        "1",
        "…",
        "(",
        ")",
        "'",
        "”",
        "“",
        "x" * 300,
    ),
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=60).map("".join)
"""Pieces of news and of trouble in any order."""

long_texts = st.builds(
    lambda word, gap, times: (word + gap) * times,
    st.sampled_from(["word", "x", "Bridge.", "“", "3.5", "日"]),
    st.sampled_from([" ", "", "\n", ", ", "\u2029"]),
    st.integers(500, 4000),
)
"""One very long line, or very many short ones."""
