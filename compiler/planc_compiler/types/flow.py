"""The pass itself: tasks in the order of their data, each with the types that the ones before it give."""

from __future__ import annotations

from dataclasses import replace

from planc_schemas.plan import FallbackValue, GoalTask, PlanTask, ToolTask, ValueTask
from planc_schemas.ports import ToolSpec
from planc_schemas.validate import validate
from planc_schemas.values import JsonSchema

from ..expressions import Code, children
from ..kinds import ANY, STRING, Type, list_of, of_schema, record, union
from ..node import Node
from ..program import Program, Slot, Unit
from ..report import Place
from .arguments import ArgumentCheck, fits, node_at
from .infer import LOOP, REPEAT_LOOP, Inference, Scope
from .shape import ShapeReader


def check_types(program: Program) -> None:
    """Reports what cannot be right; fills the schemas of inputs and outputs and the types of the plan's outputs."""
    _read_inputs(program)
    flow = _Flow(program)
    for name in [*program.order, *sorted(program.cyclic)]:
        flow.task(program.units[name])
    flow.outputs()


def _read_inputs(program: Program) -> None:
    written = program.root.get("inputs")
    for key, node in written.entries if written is not None and written.kind == "map" else ():
        name = str(key.value)
        if name not in program.plan.inputs:
            continue
        schema = ShapeReader(program.report).read(node)
        program.inputs[name] = schema
        if "default" not in schema or program.report.is_full("P410"):
            continue
        for problem in validate(schema["default"], schema, patterns=False)[:1]:
            place = Place(node_at(node.get("default") or node, problem.path))
            program.report.add("P410", f"the default of input `{name}` {problem.message}", place)


def _has_text_for_want_of_schema(unit: Unit) -> bool:
    return unit.output is None and unit.task.kind in ("prompt", "agent") and unit.task.foreach is None


class _Flow:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.report = program.report
        fields = {name: of_schema(schema) for name, schema in program.inputs.items()}
        self.inputs = replace(record(fields), closed=False)  # unknown names have been reported
        self.types: dict[str, Type] = {}
        self.results: dict[str, Type] = {}
        self.texts: set[str] = set()
        self.skipped: dict[str, str] = {}
        """Tasks that may be skipped, and why."""

    def task(self, unit: Unit) -> None:
        output = unit.node.get("output")
        if output is not None:
            unit.output = ShapeReader(self.report, unit.id).read(output)
        inference = Inference(self.report, self._scope(), unit.id)
        item = self._items(unit, inference)
        self._condition(unit, "if", inference)
        own = self._own_type(unit)
        if unit.task.foreach is not None:
            inference.scope.variables = {unit.task.foreach.as_: item, "loop": LOOP}
        elif unit.task.repeat is not None:
            inference.scope.variables = {"previous": own.or_null(), "loop": REPEAT_LOOP}
        fallback = self._fields(unit, inference)
        if isinstance(unit.task, ValueTask) and unit.output is None:
            own = fallback.get("value", ANY)
        self._until(unit, inference, own)
        if unit.id in self.program.cyclic or unit.id in self.program.broken:
            return
        if isinstance(unit.task.on_error, FallbackValue):
            own = union(own, fallback.get("on_error.value", ANY))
        if unit.task.foreach is not None:
            own = list_of(own.or_null() if unit.task.foreach.on_error == "collect" else own)
        self.types[unit.id] = own
        if _has_text_for_want_of_schema(unit):
            self.texts.add(unit.id)
        self._note_skipping(unit)

    def _scope(self) -> Scope:
        return Scope(self.inputs, self.types, self.texts, {})

    # --- the parts of a task ----------------------------------------------------------------------------------

    def _items(self, unit: Unit, inference: Inference) -> Type:
        slot = unit.slots.get("foreach.in")
        if slot is None:
            return ANY
        found = inference.data(slot.code, slot.node)
        if found.may_be("array"):
            return found.items()
        help_ = ""
        if found.may_be("object"):
            help_ = "`| items`, `| keys` and `| values` make a list of an object"
        elif found.may_be("string"):
            help_ = (
                "`| split(',')` makes a list of a text; a model gives a list when its task says `output: list[string]`"
            )
        message = f"`foreach` of task `{unit.id}` goes over a list, and this is {found.describe()}"
        self.report.add("P405", message, _place(slot), help=help_, task=unit.id)
        return ANY

    def _condition(self, unit: Unit, name: str, inference: Inference) -> None:
        slot = unit.slots.get(name)
        if slot is None:
            return
        found = inference.data(slot.code, slot.node)
        if found.may_be("boolean"):
            return
        if slot.code[0] == "text":
            help_ = "put the whole condition inside one `${{ … }}`"
        elif found.may_be("array", "object", "string"):
            help_ = "compare it: `… | length > 0`, or a test: `… is not empty`"
        else:
            help_ = "compare it: `… > 0`, `… == 1`"
        message = f"`{name}` of task `{unit.id}` must be true or false, and this is {found.describe()}"
        self.report.add("P404", message, _place(slot), help=help_, task=unit.id)

    def _until(self, unit: Unit, inference: Inference, own: Type) -> None:
        if unit.task.repeat is not None:
            inference.scope.variables = {**inference.scope.variables, "output": own}
            self._condition(unit, "repeat.until", inference)

    def _fields(self, unit: Unit, inference: Inference) -> dict[str, Type]:
        """Checks the remaining fields; the types of the data ones by name."""
        types: dict[str, Type] = {}
        for name, slot in unit.slots.items():
            if slot.form == "text":
                inference.text(slot.code, slot.node)
            elif name in ("value", "on_error.value"):
                types[name] = inference.data(slot.code, slot.node)
        self._arguments(unit, inference)
        return types

    def _arguments(self, unit: Unit, inference: Inference) -> None:
        slot = unit.slots.get("with")
        known = self._parameters(unit)
        if known is not None and unit.id not in self.program.broken:
            ArgumentCheck(self.report, unit, *known, inference).run()
        elif slot is not None:
            inference.data(slot.code, slot.node)

    def _parameters(self, unit: Unit) -> tuple[str, JsonSchema] | None:
        """Whose arguments the task's `with` are, and their schema; None when that is not known."""
        if isinstance(unit.task, ToolTask) and unit.specs:
            schema = unit.specs[0].arguments
            return (f"tool `{unit.task.tool}`", schema) if "properties" in schema else None
        if isinstance(unit.task, PlanTask) and unit.imported is not None:
            inputs = unit.imported.plan.inputs
            required = [name for name, schema in inputs.items() if "default" not in schema]
            schema = {"type": "object", "properties": inputs, "required": required, "additionalProperties": False}
            return f"plan `{unit.task.plan}`", schema
        return None

    def _own_type(self, unit: Unit) -> Type:
        """The type of one result of the task: what `output:` says, else what its kind gives."""
        declared = None if unit.output is None else of_schema(unit.output)
        if isinstance(unit.task, ToolTask) and unit.specs:
            given = self._result(unit.specs[0])
            if declared is None:
                return given
            if not fits(given, declared):
                message = f"tool `{unit.task.tool}` gives {given.describe()}, never {declared.describe()}"
                self.report.add("P413", message, unit.place("output"), help="take `output` out", task=unit.id)
                return given
        if declared is not None:
            return declared
        if isinstance(unit.task, PlanTask):
            return record(unit.imported.outputs) if unit.imported is not None else ANY
        if isinstance(unit.task, GoalTask | ValueTask | ToolTask):
            return ANY
        return STRING

    def _result(self, spec: ToolSpec) -> Type:
        """The type of what a tool gives; many tasks use the same one."""
        if spec.name not in self.results:
            self.results[spec.name] = of_schema(spec.result)
        return self.results[spec.name]

    # --- what may be skipped ----------------------------------------------------------------------------------

    def _note_skipping(self, unit: Unit) -> None:
        if unit.task.if_ not in (None, True):
            self.skipped[unit.id] = "it has an `if`"
        elif unit.task.on_error == "skip":
            self.skipped[unit.id] = "it says `on_error: skip`"
        elif unit.task.run != "always":
            source = next((name for name in sorted(unit.reads) if name in self.skipped), None)
            if source is not None:
                self.skipped[unit.id] = f"it reads `{source}`, which may be skipped"

    def outputs(self) -> None:
        """Checks the plan's outputs, and warns of those that are null when a task is skipped."""
        inference = Inference(self.report, self._scope(), None)
        for name, slot in self.program.outputs.items():
            found = inference.data(slot.code, slot.node)
            for code, node in slot.expressions():
                for task, place in _hard_reads(code, node):
                    if task in self.skipped:
                        found = found.or_null()
                        self._may_be_null(name, task, place)
            self.program.output_types[name] = found

    def _may_be_null(self, output: str, task: str, place: Place) -> None:
        self.report.add(
            "P409",
            f"output `{output}` is null when task `{task}` is skipped",
            place,
            label=self.skipped[task],
            help="say what it is then: `… | default(…)`",
        )


def _place(slot: Slot) -> Place:
    """The expression of a slot that is one, else the whole value."""
    if slot.code[0] == "expr":
        return Place.of(slot.node, slot.code[1])
    return Place(slot.node)


def _hard_reads(code: Code, node: Node) -> list[tuple[str, Place]]:
    """Tasks for want of whose result the expression's value is null (or fails), each once."""
    found: dict[str, Place] = {}
    stack = [(code, False)]
    while stack:
        part, guarded = stack.pop()
        if part[0] == "task":
            if part[2] == "output" and not guarded:
                found.setdefault(part[1], Place.of(node, part))
        elif part[0] == "filter" and part[1] == "default":
            stack.append((part[2], True))
            stack += [(argument, guarded) for argument in (*part[3], *part[4].values())]
        elif part[0] == "test":
            stack += [(child, True) for child in children(part)]
        elif part[0] in ("get", "at", "or", "cond"):
            stack += [(child, guarded) for child in children(part)]
        else:
            stack += [(child, False) for child in children(part)]
    return list(found.items())
