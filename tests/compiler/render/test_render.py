from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from planc_compiler.render.dot import dot
from planc_compiler.render.drawing import Drawing, Edge, Node, draw
from planc_compiler.render.layout import HEIGHT, WIDTH, layout
from planc_compiler.render.mermaid import mermaid
from planc_compiler.render.svg import svg
from tests.support.plans import compiled

PLAN = """
version: 1
name: drawn
tasks:
  find: {tool: search, with: {query: x}}
  each: {foreach: {in: "${{ tasks.find.output }}", as: paper}, prompt: "About ${{ paper.title }}"}
  log: {needs: [each], value: done}
outputs: {each: "${{ tasks.each.output }}", log: "${{ tasks.log.output }}"}
"""
HOSTILE = Drawing(
    "x",
    (
        Node("a", "prompt", '"] --> <script>alert(1)</script> #quot;', 0, False, False),
        Node("b", "value", "", 1, False, False),
    ),
    (Edge("a", "b", True),),
)


def test_data_and_order_are_different_edges() -> None:
    assert draw(compiled(PLAN)).edges == (Edge("find", "each", True), Edge("each", "log", False))


def test_mermaid() -> None:
    assert mermaid(draw(compiled(PLAN))).splitlines() == [
        "flowchart LR",
        '  t_find[["find<br/><small>tool search</small>"]]',
        '  t_each["each<br/><small>prompt, each paper</small>"]',
        '  t_log("log<br/><small>value</small>")',
        "  t_find --> t_each",
        "  t_each -.-> t_log",
    ]


def test_mermaid_labels_are_never_syntax() -> None:
    line = mermaid(HOSTILE).splitlines()[1]
    assert line.count('"') == 2
    assert "<script>" not in line


def test_dot() -> None:
    text = dot(draw(compiled(PLAN)))
    assert '"find" -> "each";' in text
    assert '"each" -> "log" [style=dashed];' in text


def test_svg_is_well_formed_and_holds_hostile_text_as_text() -> None:
    root = ElementTree.fromstring(svg(HOSTILE))
    assert "<script>" in "".join(root.itertext())
    assert not [element for element in root.iter() if element.tag.endswith("script")]


def test_no_two_boxes_overlap() -> None:
    tasks = "\n".join(f"  t{n}: {{value: '${{{{ [tasks.t{n // 3}.output, {n}] }}}}'}}" for n in range(1, 40))
    plan = compiled(
        f"version: 1\nname: tree\ntasks:\n  t0: {{value: 0}}\n{tasks}\noutputs: {{a: '${{{{ tasks.t39.output }}}}'}}\n"
    )
    boxes = list(layout(draw(plan)).at.values())
    for index, (x, y) in enumerate(boxes):
        for other_x, other_y in boxes[index + 1 :]:
            assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT


def test_an_edge_over_several_stages_passes_no_box() -> None:
    tasks = "".join(f"  s{n}: {{value: '${{{{ [tasks.s{n - 1}.output, tasks.s0.output] }}}}'}}\n" for n in range(1, 8))
    plan = compiled(
        f"version: 1\nname: chain\ntasks:\n  s0: {{value: 0}}\n{tasks}outputs: {{a: '${{{{ tasks.s7.output }}}}'}}\n"
    )
    placed = layout(draw(plan))
    assert len(placed.lanes["s0", "s7"]) == 6
    for lanes in placed.lanes.values():
        for x, y in lanes:
            columns = [top for left, top in placed.at.values() if left == x]
            assert columns and all(not top <= y <= top + HEIGHT for top in columns)
    ElementTree.fromstring(svg(draw(plan)))
