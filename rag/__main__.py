"""`python -m rag` is the command `footnote`."""

import sys

from rag.cli import main

if __name__ == "__main__":
    sys.exit(main())
