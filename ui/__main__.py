"""`python -m ui` starts the chat, as `footnote chat` does and with the same options."""

import sys

from rag.cli import main

if __name__ == "__main__":
    sys.exit(main(["chat", *sys.argv[1:]]))
