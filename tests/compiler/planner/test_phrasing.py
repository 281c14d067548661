from __future__ import annotations

import pytest

from planc_compiler.planner.nouns import singular
from planc_compiler.planner.phrasing import brief, covers, for_one, grounded, how_many


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Summarize each paper.", "Summarize this paper."),
        ("Summarize each of the papers.", "Summarize this paper."),
        ("Translate every story and name each author.", "Translate this story and name each author."),
        ("Give each one sentence.", "Give each one sentence."),
        ("Summarize this paper.", "Summarize this paper."),
    ],
)
def test_an_instance_is_told_of_one_item(text: str, becomes: str) -> None:
    assert for_one(text) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("Write the titles of the three newest papers in French.", "Write the title of this paper in French."),
        ("Describe the 3 most recent open issues.", "Describe this open issue."),
        ("Give the two reasons of the three authors.", "Give the two reasons of this author."),
        ("Compare the three methods of each paper.", "Compare the three methods of this paper."),
        ("Explain the two main findings.", "Explain the two main findings."),
    ],
)
def test_an_instance_of_three_is_not_told_of_three(text: str, becomes: str) -> None:
    assert for_one(text, 3) == becomes
    assert for_one("Explain the three main findings.") == "Explain the three main findings."


@pytest.mark.parametrize(
    ("text", "has_data", "becomes"),
    [
        ("Sum up. Use only the title and abstract.", True, "Sum up. Use only what is written above."),
        ("Sum up. Use only what is written above.", False, "Sum up."),
        ("Use only the file. Sum up", True, "Sum up. Use only what is written above."),
        ("Sum up.", True, "Sum up."),
    ],
)
def test_sources_are_named_by_their_place(text: str, has_data: bool, becomes: str) -> None:
    assert grounded(text, has_data=has_data) == becomes


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("Summarize this paper.", True),
        ("Summarize this paper in 50 words.", False),
        ("Summarise this paper in detail.", False),
        ("Write a short summary.", False),
        ("Translate this paper.", False),
    ],
)
def test_a_summary_gets_a_size_if_it_has_none(text: str, changed: bool) -> None:
    assert (brief(text) == f"{text} Use at most three sentences.") is changed
    assert changed or brief(text) == text


def test_the_size_stands_before_the_grounding() -> None:
    text = "Summarize this paper. Use only what is written above."
    assert brief(text) == "Summarize this paper. Use at most three sentences. Use only what is written above."


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("Synthesize all summaries into a brief review report.", True),
        ("Combine the answers into an overview", True),
        ("Choose the best summary.", False),
        ("Write a report with a numbered list.", False),
        ("Give every letter a sentence with its number [1] in the report.", False),
        ("Translate this.", False),
    ],
)
def test_bringing_together_covers_every_element(text: str, changed: bool) -> None:
    said = "Give every paper one sentence that starts with its number, such as [1]."
    assert (said in covers(text, "paper")) is changed
    assert changed or covers(text, "paper") == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("List six names for a bakery.", 6),
        ("Brainstorm 12 possible themes.", 12),
        ("List three names in at most five words.", 3),
        ("List names.", None),
        ("List three cats and four dogs.", None),
        ("List 500 names.", None),
        ("Write one slogan.", None),
    ],
)
def test_how_many_things_a_text_asks_for(text: str, count: int | None) -> None:
    assert how_many(text) == count


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("papers", "paper"),
        ("summaries", "summary"),
        ("classes", "class"),
        ("boxes", "box"),
        ("news", "news"),
        ("analysis", "analysis"),
        ("status", "status"),
        ("find", "find"),
    ],
)
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one
