from __future__ import annotations

from tests.compiler.planner.test_normalise import put_right
from tests.support.planning import step


def test_a_missing_text_is_the_last_result_that_was_written() -> None:
    fixed, said = put_right(
        step("report", text="Write a report."),
        step("save", "write_file", args={"path": "report.md"}, needs=["report"]),
    )
    assert fixed.steps[1].arguments() == {"path": "report.md", "text": "{report}"}
    assert said == ["argument `text` was missing: now `{report}`"]


def test_a_bare_id_is_a_reference() -> None:
    fixed, said = put_right(
        step("report", text="Write a report."),
        step("save", "write_file", args={"path": "report.md", "text": "report"}, needs=["report"]),
    )
    assert fixed.steps[1].arguments()["text"] == "{report}"
    assert said == ["`report` is the result of that step: `{report}`"]


def test_an_argument_that_is_nearly_named_or_the_only_one_left() -> None:
    fixed, said = put_right(step("a", "arxiv_search", args={"topic": "cats", "maxresults": "3"}))
    assert fixed.steps[0].arguments() == {"query": "cats", "max_results": "3"}
    assert said == ["unknown argument `topic` → `query`", "unknown argument `maxresults` → `max_results`"]


def test_an_argument_that_nobody_knows_goes() -> None:
    fixed, said = put_right(step("a", "read_file", args={"path": "a.txt", "colour": "red"}))
    assert fixed.steps[0].arguments() == {"path": "a.txt"}
    assert said == ["unknown argument `colour` left out"]


def test_the_text_of_a_tool_step_is_its_missing_argument() -> None:
    fixed, _ = put_right(step("a", "arxiv_search", "graph neural networks"))
    assert fixed.steps[0].arguments() == {"query": "graph neural networks"}
    assert fixed.steps[0].text == ""


def test_paths_relative_to_a_folder_get_the_folder() -> None:
    fixed, said = put_right(
        step("files", "list_files", args={"path": "/var/log/app"}),
        step("logs", "read_file", args={"path": "logs/{item.path}"}, for_each="files"),
    )
    assert fixed.steps[1].arguments() == {"path": "/var/log/app/{item.path}"}
    assert said == ["paths are relative to `/var/log/app`: `/var/log/app/{item.path}`"]


def test_a_last_step_that_brings_together_reads_what_nothing_reads() -> None:
    fixed, said = put_right(
        step("cost", text="Compare the cost."),
        step("speed", text="Compare the speed."),
        step("decide", text="Recommend one of both."),
    )
    assert fixed.steps[2].needs == ("cost", "speed")
    assert said == ["it reads what nothing else reads: cost, speed"]


def test_two_things_that_were_asked_for_stay_two() -> None:
    fixed, said = put_right(step("poem", text="Write a poem."), step("limerick", text="Write a limerick."))
    assert fixed.steps[1].needs == ()
    assert said == []


def test_what_is_no_list_is_read_as_a_whole() -> None:
    fixed, said = put_right(
        step("orders", "http_request", args={"url": "https://a.example/orders"}),
        step("mails", text="Write a mail for each order in {item.text}.", for_each="orders"),
    )
    assert (fixed.steps[1].for_each, fixed.steps[1].needs) == ("", ("orders",))
    assert fixed.steps[1].text == "Write a mail for each order in {orders.text}."
    assert said == ["`orders` is no list: read as a whole"]


def test_a_sentence_about_what_is_written_above_is_no_reason_to_read_it() -> None:
    first = step("child", text="Explain photosynthesis to a child.")
    fixed, said = put_right(first, step("student", text="Explain it to a student. Use only what is written above."))
    assert (fixed.steps[1].needs, said) == ((), [])
