"""Measures Footnote on questions with known answers. Start it with `python -m eval`; import from its modules."""
