"""What docs/page.md says of the keyboard is what the page's own help says; its pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "page.md").read_text(encoding="utf-8")
KEYS = (ROOT / "runtime/planc_runtime/server/page/keys.js").read_text(encoding="utf-8")


def test_every_shortcut_of_the_help_is_documented() -> None:
    table = KEYS[KEYS.index("SHORTCUTS") : KEYS.index("];")]
    shortcuts = re.findall(r'\["([^"]+)", "([^"]+)"\]', table)
    assert len(shortcuts) > 15
    for keys, words in shortcuts:
        assert words in DOC, words
        for key in keys.split():
            assert key in ("…", "and", "g") or re.search(rf"`(g )?{re.escape(key)}`", DOC), key


def test_every_picture_is_there_and_small() -> None:
    shown = {ROOT / "docs" / name for name in re.findall(r"\((pictures/[a-z]+\.png)\)", DOC)}
    assert shown and all(path.is_file() and path.stat().st_size < 300_000 for path in shown)
