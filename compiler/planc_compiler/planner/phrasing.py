"""What the planner changes in the wording of a step, so that a model that follows it does what was meant.

Each rule is general, visible in the plan file, and has its evidence in experiments/060-planner-prompts.
"""

from __future__ import annotations

import re

from .nouns import singular

_EACH = re.compile(
    r"\b(?:each|every)\s+(?:one\s+|single\s+)?(?:of\s+)?(?:the\s+|these\s+|those\s+)?(?!one\b|sentence|line|word)"
    r"([a-z][a-z-]*)\b",
    re.IGNORECASE,
)
_USE_ONLY = re.compile(r"\s*\bUse only [^.\n]*\.?", re.IGNORECASE)
ONLY_ABOVE = "Use only what is written above."

_TOGETHER = re.compile(
    r"\b(synthesi[sz]\w*|summar\w*|combin\w*|consolidat\w*|overview|review|report|digest|briefing|survey|compil\w*|"
    r"merg\w*|collect\w*|newsletter|minutes)\b",
    re.IGNORECASE,
)
_CHOOSES = re.compile(r"\b(choose|pick|select|decide|recommend|best|rank|top|which|only one|count|how many)\b", re.I)
_SUMMARY = re.compile(r"\s*(?:please\s+)?(?:summari[sz]e|write\s+a\s+(?:\w+\s+)?summary)\b", re.IGNORECASE)
_SIZED = re.compile(
    r"\b(words?|sentences?|lines?|paragraphs?|pages?|bullets?|points?|detail\w*|long|short\w*|brief\w*|thorough\w*)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\[1\]|\bnumber\b|\bnumbered\b", re.IGNORECASE)

_NUMBERS = "two three four five six seven eight nine ten eleven twelve"
_COUNTS = {word: number for number, word in enumerate(_NUMBERS.split(), start=2)}
_COUNT = re.compile(rf"\b(?:(\d{{1,2}})|({'|'.join(_COUNTS)}))\s+(?:[a-z-]+\s+){{0,2}}[a-z]+s\b", re.IGNORECASE)
_SIZES = re.compile(r"\b(at most|up to|in|under|about)\s+\S+\s+(words?|sentences?|lines?|paragraphs?)", re.IGNORECASE)
MAX_COUNT = 50


_OF_SEVERAL = re.compile(
    rf"\b(?:each|every)\s+(?:one\s+)?of\s+(?:the|these|those)\s+(?:(?:\d{{1,2}}|{'|'.join(_COUNTS)})\s+)?"
    r"((?:[a-z-]+\s+){0,2})([a-z-]+s)\b",
    re.IGNORECASE,
)


_THE_COUNTED = re.compile(
    rf"(?P<of>\bthe\s+(?P<parts>[a-z]+s)\s+of\s+)?\bthe\s+(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})\s+"
    r"(?P<adjectives>(?:[a-z-]+\s+){0,3}?)(?P<noun>[a-z-]+s)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\b(?:most|recent|top|first|last|[a-z-]+est)\s+", re.IGNORECASE)


def counted(text: str, count: int | None) -> re.Match[str] | None:
    """Where a text speaks of just so many things: "the three newest papers"; `noun` is the group of their plural."""
    found = _THE_COUNTED.finditer(text) if count is not None else ()
    return next((each for each in found if _number(each["count"]) == count), None)


def for_one(text: str, count: int | None = None) -> str:
    """The instruction as one instance of a loop reads it: "Summarize each paper" → "Summarize this paper". When the
    list was asked to have three elements, "the titles of the three newest papers" → "the title of this paper".

    An instance sees one item; told to treat each, or three, a small model looks for the others or invents them.
    """

    def this(match: re.Match[str]) -> str:
        return f"this {singular(match.group(1))}"

    several = _OF_SEVERAL.search(text)
    if several is not None:
        one = f"this {several.group(1)}{singular(several.group(2))}"
        return f"{text[: several.start()]}{one}{text[several.end() :]}"
    if _EACH.search(text) is not None:
        return _EACH.sub(this, text, count=1)
    all_of_them = counted(text, count)
    if all_of_them is None:
        return text
    return f"{text[: all_of_them.start()]}{_this_one(all_of_them)}{text[all_of_them.end() :]}"


def _this_one(them: re.Match[str]) -> str:
    part = f"the {singular(them['parts'])} of " if them["of"] else ""
    return f"{part}this {_CHOICE.sub('', them['adjectives'])}{singular(them['noun'])}"


def grounded(text: str, *, has_data: bool) -> str:
    """Says "use only what is written above" where the text names its sources in words of its own.

    The data stands above the instruction. Told to use only "the title and the abstract", the embedded model answers
    with the title. Where nothing stands above, the sentence goes.
    """
    if not _USE_ONLY.search(text):
        return text
    rest = _USE_ONLY.sub("", text).strip()
    return f"{_ended(rest)} {ONLY_ABOVE}" if has_data else rest


def brief(text: str) -> str:
    """A size for a summary that was given none: without one, the embedded model copies what it should summarise."""
    if not _SUMMARY.match(text) or _SIZED.search(text):
        return text
    return _before_grounding(text, "Use at most three sentences.")


def covers(text: str, noun: str) -> str:
    """Asks for every element of a numbered list, where the step brings a list together and does not say how.

    Without it the embedded model writes about the first elements and forgets the others.
    """
    if not _TOGETHER.search(text) or _CHOOSES.search(text) or _NUMBERED.search(text):
        return text
    return _before_grounding(text, f"Give every {noun} one sentence that starts with its number, such as [1].")


def _before_grounding(text: str, sentence: str) -> str:
    only = ONLY_ABOVE in text
    body = text.replace(ONLY_ABOVE, "").strip()
    return " ".join([_ended(body), sentence, *([ONLY_ABOVE] if only else [])])


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def how_many(text: str) -> int | None:
    """The number of things a text asks for ("List six names" → 6); None when it names none or several."""
    found = _COUNT.findall(_SIZES.sub("", text))
    if len(found) != 1:
        return None
    digits, word = found[0]
    number = _number(digits or word)
    return number if 2 <= number <= MAX_COUNT else None


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else _COUNTS[written.lower()]


_SEVERAL = re.compile(
    r"^\s*(?:please\s+)?(?:list|name|brainstorm|suggest|think of|collect|extract|identify|enumerate|propose|split|find|"
    r"pull out|come up with)\b",
    re.IGNORECASE,
)


def asks_for_several(text: str) -> bool:
    """May the answer be meant as a list: does the text ask for a number of things, or to list them?"""
    return how_many(text) is not None or _SEVERAL.search(text) is not None
