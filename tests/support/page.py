"""What the browser tests serve: plans, and the scripted answers of the model."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.answers import automatic
from tests.support.exchange import Request
from tests.support.replies import Answer, Error, Hang, Held, Paused, Reply, data, text, tool_call
from tests.support.served import Server

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120_000
"""Milliseconds for what the page will show: it only bounds how long a failure takes."""
AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
MEGABYTES = 3_000_000
HOSTILE = "<img src=x onerror=alert(1)><script>document.title='owned'</script>\x1b[31mred\u202eevil " + "long " * 60_000

PLANS = {
    "shout": """version: 1
name: shout
goal: Shout some words.
inputs: {words: {type: array, items: {type: string}, default: [one, two, three]}}
tasks:
  each:
    foreach: {in: "${{ inputs.words }}", as: word}
    prompt: "Shout ${{ word }}"
  all: {value: "${{ tasks.each.output | join(', ') }}"}
outputs: {all: "${{ tasks.all.output }}"}
""",
    "sing": """version: 1
name: shout
goal: Shout some words.
inputs: {words: {type: array, items: {type: string}, default: [one, two, three]}}
tasks:
  each:
    foreach: {in: "${{ inputs.words }}", as: word}
    prompt: "Sing ${{ word }}"
  count: {value: "${{ tasks.each.output | length }}"}
outputs: {count: "${{ tasks.count.output }}"}
""",
    "trip/old/trip": """version: 1
name: trip
goal: Two days in the hills.
tasks:
  days: {plan: day.plan.yaml}
  letter: {prompt: "Write home about ${{ tasks.days.output.route }}"}
outputs: {letter: "${{ tasks.letter.output }}"}
""",
    "trip/old/day": """version: 1
name: day
tasks:
  walk: {prompt: Plan a walk of two hours.}
  inn: {prompt: "Find an inn near the end of ${{ tasks.walk.output }}"}
outputs: {route: "${{ tasks.walk.output }}"}
""",
    "trip/new/trip": """version: 1
name: trip
goal: Two days in the hills.
tasks:
  days: {plan: day.plan.yaml}
  letter: {prompt: "Write home about ${{ tasks.days.output.route }}"}
outputs: {letter: "${{ tasks.letter.output }}"}
""",
    "trip/new/day": """version: 1
name: day
tasks:
  walk: {prompt: Plan a walk of three hours.}
  lake: {value: "${{ tasks.walk.output | length }}"}
outputs: {route: "${{ tasks.walk.output }}"}
""",
    "ask": """version: 1
name: ask
tasks:
  ok: {ask: "Publish it?", output: boolean}
  end: {if: "${{ tasks.ok.output }}", value: published}
outputs: {end: "${{ tasks.end.output | default('kept') }}"}
""",
    "broken": "version: 1\nname: broken\ntasks: {a: {value: '${{ tasks.b.output }}'}}\n",
    "hang": "version: 1\nname: hang\ntasks: {wait: {prompt: Hang}}\noutputs: {a: '${{ tasks.wait.output }}'}\n",
    "hostile": "version: 1\nname: evil\ntasks: {evil: {prompt: Be evil}}\noutputs: {a: '${{ tasks.evil.output }}'}\n",
    "large": """version: 1
name: large
tasks:
  much: {prompt: Write megabytes}
outputs: {a: "${{ tasks.much.output }}"}
""",
    "gated": """version: 1
name: gated
tasks:
  first: {prompt: Wait for first}
  second: {prompt: "Wait for second, after ${{ tasks.first.output }}"}
outputs: {end: "${{ tasks.second.output }}"}
""",
    "retries": """version: 1
name: retries
tasks:
  again: {prompt: Refuse every other time, retry: {max_attempts: 3}}
  last: {value: "${{ tasks.again.output }}"}
outputs: {last: "${{ tasks.last.output }}"}
""",
    "grows": """version: 1
name: grows
tasks:
  topic: {value: cats}
  work:
    goal: Write a rhyme about ${{ tasks.topic.output }} and improve it.
    limits: {calls: 9}
outputs: {rhyme: "${{ tasks.work.output.better }}"}
""",
    "approved": """version: 1
name: approved
tasks:
  work: {goal: Write a rhyme and improve it., limits: {calls: 9}, approve: true}
outputs: {rhyme: "${{ tasks.work.output.better }}"}
""",
    "number": """version: 1
name: number
tasks:
  ask_number: {ask: How many?, output: {type: integer, minimum: 1}}
  end: {value: "${{ tasks.ask_number.output * 2 }}"}
outputs: {end: "${{ tasks.end.output }}"}
""",
    "brief": """version: 1
name: brief
tasks:
  ask_quickly: {ask: How many?, timeout: 200ms}
  ask_some: {foreach: {in: "${{ [1, 2] }}", on_error: collect}, ask: "${{ item }}?", timeout: 200ms}
outputs: {end: "${{ tasks.ask_quickly.output }}"}
""",
    "agent": """version: 1
name: tea
tasks:
  keep:
    agent: Keep in mind that tea is liked.
    memory: plan
outputs: {said: "${{ tasks.keep.output }}"}
""",
    "fails": """version: 1
name: fails
tasks:
  bad: {prompt: Give a number, output: {type: object, properties: {n: {type: integer, minimum: 5}}, required: [n]}}
  after: {value: "${{ tasks.bad.output.n }}"}
outputs: {n: "${{ tasks.after.output | default(0) }}"}
""",
}


DRAFT = {
    "name": "rhyme",
    "steps": [
        {"id": name, "for_each": "", "do": "write", "args": [], "text": text, "needs": needs, "when": "", "gives": []}
        for name, text, needs in (("rhyme", "Write a rhyme about cats.", []), ("better", "Improve it.", ["rhyme"]))
    ],
}
GATES = {name: threading.Event() for name in ("first", "second", "planning", "writing")}
"""Prompts that name one of these are answered once the test sets it; the plan of a goal that is "written slowly" stops
before its second task until `writing` is set."""
_turns = itertools.count()


def scripted(request: Request) -> Reply:
    prompt = request.prompt
    if "steps" in (request.schema or {}).get("properties", {}):
        if "written slowly" in prompt:
            return Paused(data(DRAFT), '"better"', GATES["writing"])
        return Held(data(DRAFT), GATES["planning"]) if "held back" in prompt else data(DRAFT)
    if prompt == "Hang":
        return Hang()
    if prompt == "Be evil":
        return Answer(HOSTILE)
    if prompt == "Write megabytes":
        return Answer("<b>" + "word " * (MEGABYTES // 5))
    if prompt == "Give a number":
        return Answer('{"n": 1}')
    if prompt.startswith("Wait for "):
        return Held(Answer("done"), GATES[prompt.removeprefix("Wait for ").partition(",")[0]])
    if prompt == "Refuse every other time" and next(_turns) % 2 == 0:
        return Error(429, "too many requests", headers={"Retry-After": "1"})
    if any("Keep in mind" in str(message.get("content")) for message in request.messages):
        steps = [
            tool_call("remember", {"text": "Tea is <b>liked</b>."}),
            tool_call("forget", {}),
            tool_call("recall", {"query": "tea"}),
            text("Noted."),
        ]
        return steps[sum(message["role"] == "tool" for message in request.messages)]
    return automatic(request)


def started(server: Server, name: str) -> str:
    run: str = server.post("/api/runs", {"path": f"{name}.plan.yaml"})["run_id"]
    return run


def finished(server: Server, name: str) -> str:
    """A run that has ended, or waits for a person."""
    run = started(server, name)
    server.finished(run)
    return run


def show(page: Any, server: Server, address: str, selector: str) -> None:
    """Opens an address of the page and waits until `selector` is there."""
    page.goto(f"{server.url}/#/{address}")
    page.wait_for_selector(selector)


_WATCH = """([selector, words]) => {
  const look = () => {
    const found = [...document.querySelectorAll(selector)];
    if (found.some((element) => element.textContent.includes(words))) document.documentElement.dataset.passed = words;
  };
  delete document.documentElement.dataset.passed;
  window.watching?.disconnect();
  window.watching = new MutationObserver(look);
  window.watching.observe(document, { subtree: true, childList: true, characterData: true });
}"""


@contextmanager
def passing(page: Any, selector: str, words: str) -> Iterator[None]:
    """What is done in this block shows the words for a moment: the page itself takes note, whenever the test looks."""
    page.evaluate(_WATCH, [selector, words])
    yield
    page.wait_for_selector("html[data-passed]")


def axe(page: Any) -> list[str]:
    """Accessibility problems of the page as axe-core finds them: rule and place."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{item['id']}: {node['html'][:120]}" for item in found["violations"] for node in item["nodes"]]
