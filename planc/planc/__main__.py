"""`python -m planc` is the `planc` command."""

from __future__ import annotations

from planc.cli import main

if __name__ == "__main__":
    main()
