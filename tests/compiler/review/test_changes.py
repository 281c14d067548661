from __future__ import annotations

from planc_compiler.review.changes import PlanDiff, compare
from planc_compiler.review.estimate import estimate
from tests.support.plans import checked

BEFORE = """
version: 1
name: review
inputs: {topic: {type: string, default: agents}}
limits: {calls: 10}
tasks:
  find: {tool: search, with: {query: "${{ inputs.topic }}"}}
  summarise:
    foreach: {in: "${{ tasks.find.output }}", as: paper}
    prompt: "Summarise ${{ paper.title }} in 80 words"
  translate: {prompt: "Translate ${{ tasks.summarise.output }}"}
  review: {prompt: "Review ${{ tasks.translate.output }}"}
outputs: {review: "${{ tasks.review.output }}"}
"""


def diff(after: str, before: str = BEFORE) -> PlanDiff:
    old, new = checked(before), checked(after)
    return compare(old, new, estimate(old.compiled), estimate(new.compiled))


def test_formatting_comments_and_order_are_no_change() -> None:
    lines = BEFORE.strip().splitlines()
    moved = [line for line in lines if not line.startswith("  find")]
    moved.insert(
        moved.index("tasks:") + 4, "  # found first\n" + next(line for line in lines if line.startswith("  find"))
    )
    assert diff("\n".join(moved)).empty


def test_a_changed_prompt_and_what_runs_again() -> None:
    result = diff(BEFORE.replace("80 words", "120 words"))
    (change,) = result.tasks
    assert (change.id, change.change, [field.path for field in change.fields]) == ("summarise", "changed", ["prompt"])
    assert [(item.id, item.reason) for item in result.reruns] == [
        ("summarise", "changed"),
        ("translate", "reads summarise"),
        ("review", "reads translate"),
    ]


def test_added_removed_and_rewired() -> None:
    after = BEFORE.replace(
        '  translate: {prompt: "Translate ${{ tasks.summarise.output }}"}\n',
        "  check: {tool: search, with: {query: x}}\n",
    )
    after = after.replace("tasks.translate.output", "tasks.check.output")
    result = diff(after)
    assert {change.id: change.change for change in result.tasks} == {
        "check": "added",
        "review": "changed",
        "translate": "removed",
    }
    review = next(change for change in result.tasks if change.id == "review")
    assert review.rewired and review.reads_after == ("check",)


def test_another_id_is_a_rename() -> None:
    result = diff(BEFORE.replace("translate", "to_french").replace("To_french", "Translate"))
    renamed = next(change for change in result.tasks if change.id == "to_french")
    assert (renamed.change, renamed.previous_id) == ("renamed", "translate")
    assert [change.change for change in result.tasks].count("removed") == 0


def test_envelope_and_rights() -> None:
    after = BEFORE.replace("calls: 10", "calls: 20").replace("default: agents", "default: compilers")
    after = after.replace(
        "\noutputs:", "  keep: {tool: write, with: {path: out.md, text: x}}\noutputs:".replace("  keep", "\n  keep", 1)
    )
    result = diff(after)
    assert [change.path for change in result.envelope] == ["inputs.topic.default", "limits.calls"]
    assert any(right.startswith("write:") for right in result.rights_added)
    assert result.reruns[0].reason == "input topic changed"


def test_a_renamed_task_keeps_its_result_and_its_readers_are_not_rewired() -> None:
    result = diff(BEFORE.replace("translate:", "to_french:").replace("tasks.translate", "tasks.to_french"))
    assert {change.id: change.rewired for change in result.tasks} == {"to_french": False, "review": False}
    assert [(item.id, item.reason) for item in result.reruns] == [("review", "changed")]


def test_an_added_task_shows_all_it_has() -> None:
    after = BEFORE.replace("outputs:", "  check: {prompt: Check it., output: boolean}\noutputs:")
    (added,) = diff(after).tasks
    assert [(field.path, field.before, field.after) for field in added.fields] == [
        ("prompt", None, "Check it."),
        ("output", None, "boolean"),
    ]


MAIN = "version: 1\nname: main\ntasks: {one: {plan: part.plan.yaml}}\noutputs: {all: '${{ tasks.one.output }}'}\n"
PART = "version: 1\nname: part\ntasks: {say: {prompt: Say it.}}\noutputs: {text: '${{ tasks.say.output }}'}\n"


def test_a_changed_sub_plan_is_a_change_of_the_plan() -> None:
    old = checked(MAIN, part=PART)
    new = checked(MAIN, part=PART.replace("Say it", "Sing it").replace("}}'}", "}}', more: 1}"))
    result = compare(old, new, estimate(old.compiled), estimate(new.compiled))
    assert not result.empty and result.tasks == ()
    (changed,) = result.imports
    assert (changed.path, changed.change) == ("part.plan.yaml", "changed")
    assert [(task.id, task.fields[0].path) for task in changed.tasks] == [("say", "prompt")]
    assert [field.path for field in changed.envelope] == ["outputs.more"]
    assert [(item.id, item.reason) for item in result.reruns] == [("one", "changed")]


def test_a_sub_plan_in_another_file_is_compared_with_what_the_task_ran_before() -> None:
    old = checked(MAIN, part=PART)
    new = checked(MAIN.replace("part.", "other."), other=PART.replace("Say it", "Sing it"))
    result = compare(old, new, estimate(old.compiled), estimate(new.compiled))
    assert [field.path for field in result.tasks[0].fields] == ["plan"]
    (changed,) = result.imports
    assert (changed.path, changed.previous_path, changed.change) == ("other.plan.yaml", "part.plan.yaml", "changed")
    assert [(task.id, task.fields[0].after) for task in changed.tasks] == [("say", "Sing it.")]


def test_a_sub_plan_that_only_moved_is_no_change_of_it() -> None:
    old = checked(MAIN, part=PART)
    new = checked(MAIN.replace("part.", "other."), other=PART)
    assert compare(old, new, estimate(old.compiled), estimate(new.compiled)).imports == ()


def test_a_sub_plan_came_and_another_went() -> None:
    second = "tasks: {two: {plan: other.plan.yaml}, "
    one, both = checked(MAIN, part=PART), checked(MAIN.replace("tasks: {", second), part=PART, other=PART)
    came = compare(one, both, estimate(one.compiled), estimate(both.compiled)).imports
    went = compare(both, one, estimate(both.compiled), estimate(one.compiled)).imports
    assert [(item.path, item.change) for item in (*came, *went)] == [
        ("other.plan.yaml", "added"),
        ("other.plan.yaml", "removed"),
    ]


def test_a_change_two_plans_deep_is_told_of_both() -> None:
    middle = MAIN.replace("part.", "deep.").replace("main", "middle")
    old = checked(MAIN, part=middle, deep=PART)
    new = checked(MAIN, part=middle, deep=PART.replace("Say it", "Sing it"))
    deep, part = compare(old, new, estimate(old.compiled), estimate(new.compiled)).imports
    assert (deep.path, [task.id for task in deep.tasks]) == ("deep.plan.yaml", ["say"])
    assert (part.path, part.tasks, part.envelope) == ("part.plan.yaml", (), ())


def test_many_tasks_with_new_names_are_compared_in_the_time_of_their_number() -> None:
    def many(prefix: str, word: str) -> str:
        tasks = "".join(f"  {prefix}{i}: {{prompt: '{word} number {i} of many words about it'}}\n" for i in range(600))
        return f"version: 1\nname: many\ntasks:\n{tasks}"

    changes = {change.change for change in diff(many("b", "Say"), many("a", "Say")).tasks}
    assert changes == {"renamed"}
    assert {change.change for change in diff(many("b", "Sing"), many("a", "Say")).tasks} == {"added", "removed"}
