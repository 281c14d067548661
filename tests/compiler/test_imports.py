from __future__ import annotations

from planc_schemas.compiled import PlanWork, from_json, to_json
from planc_schemas.values import MAX_IMPORT_DEPTH
from tests.support.compiling import compiled, plan_of

PART = """\
version: 1
name: part
inputs: {topic: string, depth: {type: integer, default: 1}}
tasks:
  one: {prompt: "Say ${{ inputs.topic }}.", output: {type: object, properties: {text: string}}}
outputs:
  first: ${{ tasks.one.output }}
"""


def calling(arguments: str, use: str = "tasks.part.output.first.text") -> str:
    return (
        f"tasks:\n  part: {{plan: sub/part.plan.yaml, with: {arguments}}}\n"
        f"  next:\n    prompt: 'On ${{{{ {use} }}}}.'\n"
    )


def problems(body: str, files: dict[str, str]) -> list[tuple[str, str]]:
    return [(found.place.file, found.code) for found in compiled(body, files).diagnostics]


FILES = {"sub/part.plan.yaml": PART}


def test_a_sub_plan_is_inside_the_compiled_plan() -> None:
    plan = plan_of(calling("{topic: x}"), FILES)
    work = plan.tasks[0].work
    assert isinstance(work, PlanWork) and work.path == "sub/part.plan.yaml"
    assert list(plan.imports) == ["sub/part.plan.yaml"]
    assert plan.imports["sub/part.plan.yaml"].name == "part"
    assert from_json(to_json(plan)) == plan


def test_inputs_and_outputs_are_typed() -> None:
    assert problems(calling("{}"), FILES) == [("test.plan.yaml", "P407")]
    assert problems(calling("{topic: 1}"), FILES) == [("test.plan.yaml", "P408")]
    assert problems(calling("{topic: x, depht: 2}"), FILES) == [("test.plan.yaml", "P406")]
    assert problems(calling("{topic: x}", "tasks.part.output.frist"), FILES) == [("test.plan.yaml", "P401")]
    assert problems(calling("{topic: x}", "tasks.part.output.first.txt"), FILES) == [("test.plan.yaml", "P401")]


def test_problems_of_a_sub_plan_are_reported_once_in_its_own_file() -> None:
    body = "tasks:\n  a: {plan: sub/part.plan.yaml}\n  b: {plan: sub/part.plan.yaml, with: {any: 1}}\n"
    files = {"sub/part.plan.yaml": PART.replace("inputs.topic", "inputs.topik")}
    assert problems(body, files) == [("sub/part.plan.yaml", "P202")]


def test_a_change_of_the_sub_plan_changes_the_digest_and_its_formatting_does_not() -> None:
    plan = plan_of(calling("{topic: x}"), FILES)
    changed = plan_of(calling("{topic: x}"), {"sub/part.plan.yaml": PART.replace("Say", "Tell")})
    spaced = plan_of(calling("{topic: x}"), {"sub/part.plan.yaml": "# a comment\n" + PART})
    assert plan.digest != changed.digest and plan.digest == spaced.digest
    assert plan.tasks[0].meaning != changed.tasks[0].meaning and plan.tasks[1].meaning == changed.tasks[1].meaning


def test_cycles_between_files() -> None:
    back = "version: 1\nname: back\ntasks:\n  a: {plan: ../test.plan.yaml}\n"
    found = compiled("tasks:\n  a: {plan: sub/back.plan.yaml}\n", {"sub/back.plan.yaml": back}).diagnostics
    assert [(diagnostic.code, diagnostic.place.file) for diagnostic in found] == [("P305", "sub/back.plan.yaml")]
    assert "test.plan.yaml → sub/back.plan.yaml → test.plan.yaml" in found[0].message


def test_depth_is_bounded() -> None:
    def link(number: int) -> str:
        return f"version: 1\nname: p\ntasks:\n  a: {{plan: p{number + 1}.plan.yaml}}\n"

    end = "version: 1\nname: p\ntasks:\n  a: {value: 1}\n"
    files = {f"p{number}.plan.yaml": link(number) for number in range(1, MAX_IMPORT_DEPTH)}
    deepest = {**files, f"p{MAX_IMPORT_DEPTH}.plan.yaml": end}
    assert problems("tasks:\n  a: {plan: p1.plan.yaml}\n", deepest) == []
    deeper = {
        **files,
        f"p{MAX_IMPORT_DEPTH}.plan.yaml": link(MAX_IMPORT_DEPTH),
        f"p{MAX_IMPORT_DEPTH + 1}.plan.yaml": end,
    }
    assert [code for _, code in problems("tasks:\n  a: {plan: p1.plan.yaml}\n", deeper)] == ["P505"]


def test_paths_outside_the_project_are_never_asked_for() -> None:
    asked: list[str] = []

    class Files(dict[str, str]):
        def get(self, path: str, default: object = None) -> None:  # type: ignore[override]
            asked.append(path)

    body = "tasks:\n  a: {plan: ../x.plan.yaml}\n  b: {plan: /x.plan.yaml}\n  c: {plan: 'a\\x.plan.yaml'}\n"
    found = compiled(body, Files()).diagnostics
    assert [diagnostic.code for diagnostic in found] == ["P503"] * 3
    assert asked == []


def test_without_a_loader_there_are_no_sub_plans() -> None:
    assert problems("tasks:\n  a: {plan: x.plan.yaml}\n", {}) == [("test.plan.yaml", "P221")]
