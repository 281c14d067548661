"""The P0 family: what a plan may not contain as YAML text. Found by the compiler's `source` pass."""

from __future__ import annotations

from .code import Code

_GOOD = """\
version: 1
name: greet
tasks:
  hello:
    prompt: Say hello.
"""

CODES: tuple[Code, ...] = (
    Code(
        "P001",
        "not-utf8",
        "the file is not UTF-8 text",
        "Plans are UTF-8, so that everybody reads the same characters. The file has bytes that are no UTF-8 (it was "
        "probably saved as Latin-1, Windows-1252 or UTF-16), or it is no text at all. Save it again as UTF-8.",
        good=_GOOD,
    ),
    Code(
        "P002",
        "too-large",
        "the file is larger than a plan may be",
        "A plan has at most 8 MB and 600,000 values, keys among them, so that checking one never takes the machine "
        "down. Move data into files that a tool reads, use `foreach` instead of copies, or split the plan and call its "
        "parts with `plan:` tasks.",
        good=_GOOD,
    ),
    Code(
        "P003",
        "hidden-character",
        "a character that cannot be seen",
        "Control characters, exotic line breaks (U+0085, U+2028, U+2029, a lone carriage return), byte order marks "
        "inside the text and direction marks look like nothing in an editor, and can make a reviewed plan mean "
        "something else than what is on the screen. Remove it. If a text really needs one, write it as an escape in "
        'double quotes: `"\\u2028"`.',
        bad=_GOOD.replace("hello.", "hello.\u202e"),
        good=_GOOD,
    ),
    Code(
        "P004",
        "tab",
        "a tab",
        "YAML forbids tabs for indentation, and in other places they look like blanks. Indent with two blanks. Inside "
        "a text write `\\t` in double quotes.",
        bad=_GOOD.replace("    prompt", "\tprompt"),
        good=_GOOD,
    ),
    Code(
        "P005",
        "syntax",
        "this is not YAML",
        "The text does not follow YAML's syntax, so its structure cannot be read from here on. The usual reasons: a "
        "text with `: ` or ` #` in it that needs quotes, a quote or bracket that is not closed, and a line that is "
        "indented differently from its neighbours.",
        bad=_GOOD.replace("Say hello.", "Say: hello."),
        good=_GOOD.replace("Say hello.", '"Say: hello."'),
    ),
    Code(
        "P006",
        "duplicate-key",
        "a key stands twice in one mapping",
        "Many YAML readers silently take the last of two equal keys; half of what was written would then not count. "
        "Remove one of them or give it another name.",
        bad=_GOOD + "  hello:\n    prompt: Say hello again.\n",
        good=_GOOD + "  hello_again:\n    prompt: Say hello again.\n",
    ),
    Code(
        "P007",
        "key-not-text",
        "a key that is not a text",
        "Keys are texts. `1:`, `true:`, `null:` and `? [a, b]` are numbers, truth values and lists in YAML; put the "
        "key in quotes if it is meant as a text.",
        bad=_GOOD.replace("prompt: Say hello.", "value: {1: first}"),
        good=_GOOD.replace("prompt: Say hello.", 'value: {"1": first}'),
    ),
    Code(
        "P008",
        "alias",
        "an anchor or an alias",
        "`&name` and `*name` make one part of a file appear in another. A few lines of them can grow to gigabytes, and "
        "a reviewer has to follow them by hand. Write the value out, or put what tasks share into `defaults`, an input "
        "or a `value:` task.",
        bad=_GOOD + "    retry: &patient {max_attempts: 5}\n  bye:\n    prompt: Say goodbye.\n    retry: *patient\n",
        good="version: 1\nname: greet\ndefaults:\n  retry: {max_attempts: 5}\n" + _GOOD.split("\n", 2)[2],
    ),
    Code(
        "P009",
        "tag",
        "a YAML tag",
        "Tags such as `!!python/object` or `!!binary` ask the reader to build something else than plain data. Plans "
        "are plain data. Remove the tag.",
        bad=_GOOD.replace("Say hello.", "!!str 42"),
        good=_GOOD.replace("Say hello.", '"42"'),
    ),
    Code(
        "P010",
        "directive",
        "a YAML directive",
        "Lines that begin with `%` before `---` change how the file is read. Plans are read in one way. Remove it.",
        bad="%YAML 1.1\n---\n" + _GOOD,
        good=_GOOD,
    ),
    Code(
        "P011",
        "second-document",
        "a second document in the file",
        "After `---` a second YAML document begins. A file holds one plan; put the other one into a file of its own.",
        bad=_GOOD + "---\n" + _GOOD,
        good=_GOOD,
    ),
    Code(
        "P012",
        "too-deep",
        "nested too deeply",
        "Values may be nested 40 levels deep. Flatten the data, or let a tool read it from a file.",
        bad=_GOOD.replace("prompt: Say hello.", f"value: {'[' * 41}{']' * 41}"),
        good=_GOOD.replace("prompt: Say hello.", "value: [[[]]]"),
    ),
    Code(
        "P013",
        "number-out-of-range",
        "a number that cannot be kept exactly",
        "Integers have 64 bits, and `.inf`, `.nan` and numbers like `1e999` do not exist in JSON. Put the value in "
        "quotes if it is an identifier and not an amount.",
        bad=_GOOD.replace("prompt: Say hello.", "value: {account: 123456789012345678901234567890}"),
        good=_GOOD.replace("prompt: Say hello.", 'value: {account: "123456789012345678901234567890"}'),
    ),
    Code(
        "P014",
        "merge-key",
        "a merge key",
        "`<<` copies another mapping's keys into this one. It is no part of YAML 1.2, and chains of them grow without "
        "bound. Write the keys out, or put shared settings into `defaults`.",
        bad=_GOOD.replace("    prompt", "    <<: {timeout: 30s}\n    prompt"),
        good=_GOOD.replace("    prompt", "    timeout: 30s\n    prompt"),
    ),
    Code(
        "P015",
        "empty-file",
        "the file is empty",
        "There is nothing in the file but comments and blank lines. `planc init` writes a first plan, and `planc plan "
        '"GOAL"` makes one from a goal.',
        bad="# nothing but a comment\n",
        good=_GOOD,
    ),
    Code(
        "P016",
        "leading-zero",
        "a number with a leading zero",
        "`0755` is 755 in YAML 1.2 and 493 in YAML 1.1, C and Python 2; a reader cannot know what was meant. Write "
        '`755`, `0o755` for an octal number, or `"0755"` for a text such as a code or a telephone number.',
        bad=_GOOD.replace("prompt: Say hello.", "value: {mode: 0755}"),
        good=_GOOD.replace("prompt: Say hello.", 'value: {mode: "0755"}'),
        severity="warning",
    ),
    Code(
        "P017",
        "bare-braces",
        "an expression that YAML reads as a mapping",
        "`{` begins a mapping in YAML. An expression is written `${{ … }}`, and inside `[…]` and `{…}` it needs "
        'quotes: `{query: "${{ inputs.topic }}"}`.',
        bad=_GOOD.replace("prompt: Say hello.", "value: {{ inputs.topic }}"),
        good=_GOOD.replace("prompt: Say hello.", "value: ${{ run.id }}"),
    ),
)
