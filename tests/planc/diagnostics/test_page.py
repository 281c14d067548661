from __future__ import annotations

from pathlib import Path

from planc.diagnostics.page import FAMILIES, page
from planc_schemas.codes import REGISTER

PAGE = Path(__file__).parents[3] / "docs" / "diagnostics.md"


def test_the_page_is_generated() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "run: python -m planc.diagnostics.page > docs/diagnostics.md"


def test_every_code_is_on_it_once() -> None:
    headings = [line.removeprefix("### ") for line in page().split("\n") if line.startswith("### ")]
    assert headings == [f"{code.id} {code.slug}" for code in REGISTER.values()]
    assert all(code.id.startswith(tuple(FAMILIES)) for code in REGISTER.values())


def test_every_code_says_what_it_is_and_what_to_do() -> None:
    for code in REGISTER.values():
        assert len(code.explanation) > 20 and code.title and code.slug == code.slug.lower(), code.id
        assert not code.title.endswith("."), code.id
