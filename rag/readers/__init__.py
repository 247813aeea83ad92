"""One module for each file format: `read(stream, name, …)` yields the documents of a file, or why there are none.

Each reads from a stream, knows nothing about the others, about cleaning or about folders, and imports its library when
it is called. `rag.readers.formats` knows which one reads what.
"""
