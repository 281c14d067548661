"""Canonical form: fields in order, one style, comments kept, meaning never changed."""

from __future__ import annotations

import json

import pytest

from planc_compiler.canonical.comments import Comments, collect
from planc_compiler.fmt import NotAPlan, format_text
from planc_compiler.source import Source, read
from planc_schemas.diagnostics import has_errors
from tests.support.messy import Messy

BEFORE = """\
# licence

# about
name: x   # the name
version: 1
tasks:   # all
    # first
    a:
        needs: [b, # why b
                c] # done
        # before timeout
        timeout: 30s
        prompt: |   # text
            hello
              deep
            # not a comment

        # end of a
    # before b
    b:
        value:
        # odd
        - 1 # one
        - k: v # kv
          l: [1,2]
        -
          # in
          m: "n"
        # last of value
    # end of tasks
limits: {usd: 0.50, calls: 3} # few
goal: >
    a goal
    on two lines
# bye
"""
AFTER = """\
# licence

# about
version: 1
name: x  # the name
goal: |
  a goal on two lines

limits: {calls: 3, usd: 0.5}  # few

tasks:  # all
  # first
  a:
    needs:  # done
      - b  # why b
      - c
    prompt: |  # text
      hello
        deep
      # not a comment
    # before timeout
    timeout: 30s
    # end of a

  # before b
  b:
    value:
      # odd
      - 1  # one
      - k: v  # kv
        l: [1, 2]
      # in
      - {m: n}
    # last of value
  # end of tasks
# bye
"""


def test_an_example_by_hand() -> None:
    assert format_text(BEFORE) == AFTER


def test_a_text_on_one_line_with_a_line_break_at_its_end_is_a_block() -> None:
    assert format_text("goal: |\n  a\n") == "goal: |\n  a\n"
    assert format_text("goal: >-\n  a\n  b\n") == "goal: a b\n"


def test_broken_text_is_refused_with_its_diagnostics() -> None:
    with pytest.raises(NotAPlan) as caught:
        format_text("a: 1\na: 2\nb: c: d\n", "f.plan.yaml")
    assert [d.code for d in caught.value.diagnostics] == ["P006", "P005"]


def test_errors_of_shape_do_not_matter() -> None:
    assert format_text("tasks: 3\nversion: two\n") == "version: two\n\ntasks: 3\n"


def test_crlf_and_byte_order_mark_go() -> None:
    assert format_text(b"\xef\xbb\xbfversion: 1\r\nname: x # y\r\n") == "version: 1\nname: x  # y\n"


@pytest.mark.parametrize("text", ["{}", "{} # x\n", "# a\n[]\n# b\n", "a\n", "3 # x", "- a # b\n", "| # x\n  text\n"])
def test_what_is_no_mapping_is_formatted_too(text: str) -> None:
    once = format_text(text)
    assert format_text(once) == once
    assert meaning(read(once, "f")) == meaning(read(text, "f"))


def meaning(source: Source) -> str:
    assert source.root is not None
    return json.dumps(source.root.to_json(), sort_keys=True)


def comments(source: Source) -> list[str]:
    """All comments, sorted."""
    assert source.root is not None
    found: Comments = collect(source.text, source.root)
    notes = [comment for note in found.notes.values() for comment in (*note.before, note.end, *note.tail)]
    return sorted(comment for comment in (*found.header, *found.footer, *notes) if comment)


def check(text: str) -> bool:
    """Formats a text and checks all promises; False if it is no YAML that can be formatted."""
    source = read(text, "f")
    if source.root is None or has_errors(source.diagnostics):
        with pytest.raises(NotAPlan):
            format_text(text)
        return False
    once = format_text(text)
    again = read(once, "f")
    assert not has_errors(again.diagnostics), once
    assert meaning(again) == meaning(source), once
    assert comments(again) == comments(source), once
    assert format_text(once) == once
    return True


@pytest.mark.parametrize("seed", range(250))
def test_messy_files_keep_meaning_and_comments(seed: int) -> None:
    messy = Messy(seed)
    text = messy.text()
    check(text)
    for _ in range(3):
        check(messy.mutated(text))


def test_most_messy_files_can_be_formatted() -> None:
    assert sum(check(Messy(seed).text()) for seed in range(1000, 1050)) > 40


def test_every_comment_is_found() -> None:
    source = read(BEFORE, "f")
    written = [line[line.index("#") :].rstrip() for line in BEFORE.split("\n") if "#" in line]
    written.remove("# not a comment")
    assert comments(source) == sorted(written)
