"""Plans and answers that make the live page look as it does on a working day.

For its pictures in docs/ and for trying it by hand (`python -m tests.support.showcase FOLDER`). Runs, server and page
are real; the model's words are made up.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from pathlib import Path

from tests.support.answers import automatic
from tests.support.endpoint import Endpoint
from tests.support.exchange import Request
from tests.support.replies import Answer, Error, Hang, Reply, data
from tests.support.served import TOKEN, Server

PAPERS = [
    ("Repository-level repair with execution feedback", "Agents that read a failing test before they edit."),
    ("What reviewers ask of generated patches", "Interviews with 31 maintainers about patches made by models."),
    ("Specifications first: planning before code", "Plans written down and checked halve the retries."),
    ("Mutation testing meets language models", "Generated tests kill 14 % more mutants than templates."),
    ("The cost of long contexts in code search", "Retrieval of single functions beats whole files."),
]
REVIEW = """version: 1
name: weekly-review
goal: >-
  Read this week's papers on language models in software engineering, summarise each, check the
  claims, and write a one-page review that an editor approves.

inputs:
  audience: {type: string, default: engineers, description: who reads the review}
  papers:
    type: array
    items: {type: object, properties: {title: {type: string}, abstract: {type: string}}, required: [title, abstract]}
    default: PAPERS

limits: {concurrency: 3, calls: 60}

defaults: {retry: {max_attempts: 4}}

tasks:
  outline:
    prompt: |
      Write an outline for a review of ${{ inputs.papers | length }} papers for ${{ inputs.audience }}.

  summaries:
    foreach: {in: "${{ inputs.papers }}", as: paper}
    prompt: |
      Title: ${{ paper.title }}
      Abstract: ${{ paper.abstract }}

      Summarise this paper in at most three sentences.

  claims:
    foreach: {in: "${{ tasks.summaries.output }}", as: summary}
    prompt: "List the claims of this summary: ${{ summary }}"
    output: {type: object, properties: {claims: {type: array, items: {type: string}}}, required: [claims]}

  doubts:
    # Asked of a second reading: what a careful reader would want to see proven.
    prompt: |
      {% for found in tasks.claims.output %}
      ${{ found.claims | join('; ') }}
      {% endfor %}

      Which of these claims need a second source?

  draft:
    prompt: |
      Outline: ${{ tasks.outline.output }}
      {% for summary in tasks.summaries.output %}
      [${{ loop.index }}] ${{ summary }}
      {% endfor %}

      Write the review.

  revise:
    prompt: |
      Draft: ${{ tasks.draft.output }}
      Doubts: ${{ tasks.doubts.output }}

      Mend the draft where a claim is in doubt.

  approve:
    ask: |
      ${{ tasks.revise.output }}

      Publish this review?
    output: boolean

  publish:
    if: ${{ tasks.approve.output }}
    value: {text: "${{ tasks.revise.output }}", sources: "${{ inputs.papers | map(attribute='title') }}"}

outputs:
  review: ${{ tasks.revise.output }}
  published: ${{ tasks.publish.output | default('') }}
"""
EDITED = (
    REVIEW.replace("at most three sentences", "two sentences, with the number that matters most")
    .replace("  doubts:", "  counterpoints:")
    .replace("tasks.doubts", "tasks.counterpoints")
    .replace(
        "  approve:\n",
        '  title:\n    prompt: "Give a title of at most eight words to: ${{ tasks.revise.output }}"\n\n  approve:\n',
    )
    .replace("value: {text:", 'value: {title: "${{ tasks.title.output }}", text:')
)
GOAL = """version: 1
name: release-notes
goal: Find out what changed since the last release and write the notes for it.

limits: {calls: 40}

tasks:
  brief:
    prompt: Say in one paragraph what readers of release notes want to know first.

  research:
    goal: |
      Collect what changed since the last release, group it, and check each group. ${{ tasks.brief.output }}
    limits: {calls: 20, tasks: 8, depth: 1}

  notes:
    prompt: "Write the notes from: ${{ tasks.research.output }}"

outputs:
  notes: ${{ tasks.notes.output }}
"""
BROKEN = """version: 1
name: typo
goal: Summarise a page and translate the summary.

tasks:
  summary:
    prompt: Summarise the page.

  translation:
    prompt: "Translate into French: ${{ tasks.sumary.output }}"

  unused_on_purpose:
    needs: [translation, sumary]
    value: done

outputs:
  text: ${{ tasks.translation.output }}
"""
FAILING = """version: 1
name: nightly-triage
goal: Read last night's failures and file the ones that are new.

tasks:
  failures:
    value: [parser crash on empty file, timeout in login, flaky clock test]

  severity:
    foreach: {in: "${{ tasks.failures.output }}", as: failure}
    prompt: "Rate the severity from 1 to 5 of: ${{ failure }}"
    output: {type: object, properties: {severity: {type: integer, minimum: 1, maximum: 5}}, required: [severity]}

  digest:
    prompt: "Write a digest of ${{ tasks.severity.output }}"

  letter:
    value: "${{ tasks.digest.output }}"

outputs:
  letter: ${{ tasks.letter.output }}
"""
LONG_NAME = "a_task_whose_name_uses_all_of_the_sixty_four_characters_it_may_"
WIDE = f"""version: 1
name: {LONG_NAME}x
goal: {"Names as long as they may be, in a row that does not end where one would like it to end. " * 3}
tasks:
  {LONG_NAME}1: {{value: one}}
  {LONG_NAME}2: {{value: "${{{{ tasks.{LONG_NAME}1.output }}}}"}}
  {LONG_NAME}3: {{value: "${{{{ tasks.{LONG_NAME}2.output }}}}"}}
outputs: {{last: "${{{{ tasks.{LONG_NAME}3.output }}}}"}}
"""


def survey(rows: int = 40, columns: int = 24) -> str:
    """Chains of tasks side by side that meet in one report: `rows` times `columns` tasks and one."""
    lines = ["version: 1", f"name: survey-{rows * columns + 1}", "goal: A survey of many sources at once.", "tasks:"]
    for row in range(rows):
        for column in range(columns):
            reads = f"s{row:02}_{column - 1:02}"
            value = f"${{{{ tasks.{reads}.output + 1 }}}}" if column else f"${{{{ {row} }}}}"
            lines.append(f'  s{row:02}_{column:02}: {{value: "{value}"}}')
    ends = ", ".join(f"s{row:02}_{columns - 1:02}" for row in range(rows))
    lines += [f"  report: {{needs: [{ends}], value: done}}", 'outputs: {report: "${{ tasks.report.output }}"}']
    return "\n".join(lines) + "\n"


def chain(length: int = 60) -> str:
    lines = ["version: 1", "name: deep", "goal: A long chain.", "tasks:", "  t00: {value: 0}"]
    lines += [f'  t{i:02}: {{value: "${{{{ tasks.t{i - 1:02}.output + 1 }}}}"}}' for i in range(1, length)]
    return "\n".join(lines) + f'\noutputs: {{last: "${{{{ tasks.t{length - 1:02}.output }}}}"}}\n'


def plans() -> dict[str, str]:
    papers = json.dumps([{"title": title, "abstract": abstract} for title, abstract in PAPERS])
    return {
        "review/weekly": REVIEW.replace("PAPERS", papers),
        "review/weekly-edited": EDITED.replace("PAPERS", papers),
        "release-notes": GOAL,
        "release-notes-approved": GOAL.replace("depth: 1}", "depth: 1}\n    approve: true"),
        "typo": BROKEN,
        "nightly-triage": FAILING,
        "long-names": WIDE,
        "survey": survey(),
        "deep": chain(),
    }


def _step(name: str, text: str, needs: list[str]) -> dict[str, object]:
    empty = {"for_each": "", "args": [], "when": "", "gives": []}
    return {"id": name, "do": "write", "text": text, "needs": needs, **empty}


DRAFT = {
    "name": "changes",
    "steps": [
        _step("collect", "Collect what changed since the last release.", []),
        _step("group", "Group the changes by what readers notice.", ["collect"]),
        _step("check_groups", "Check every group for claims without a change behind them.", ["group"]),
        _step("risks", "Name what might break for users.", ["collect"]),
    ],
}


class Answers:
    """Fitting answers, after `pace` seconds a call on the average; the first call for some prompts gets a 429."""

    def __init__(self, pace: float) -> None:
        self.pace = pace
        self.held = threading.Event()
        self._refused: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Reply:
        prompt = request.prompt
        share = int(hashlib.sha256(prompt.encode()).hexdigest()[:4], 16) / 0xFFFF
        threading.Event().wait(self.pace * (0.5 + share))
        if "steps" in (request.schema or {}).get("properties", {}):
            return data(DRAFT)
        if "Hang" in prompt:
            return Hang()
        with self._lock:
            if "execution feedback" in prompt and prompt not in self._refused:
                self._refused.add(prompt)
                return Error(429, "Rate limit reached for requests", headers={"Retry-After": "1"})
        if "severity" in prompt and "clock" in prompt:
            return data({"severity": 9})
        if request.schema is not None and "claims" in request.schema.get("properties", {}):
            return data({"claims": ["Retries fall by half.", "Fourteen per cent more mutants are killed."]})
        if request.schema is not None:
            return automatic(request)
        return Answer(_words(prompt))


def _words(prompt: str) -> str:
    if "outline" in prompt:
        return "1. What changed this week\n2. Evidence, strongest first\n3. What to try on Monday"
    if "Write the review" in prompt or "Mend the draft" in prompt:
        return (
            "Three of this week's five papers agree on one thing: writing the plan down before the code pays. "
            "[3] reports half the retries, [1] gets the same effect from reading the failing test first, and [2] "
            "explains why maintainers trust such patches more. [4] is the strongest evidence for generated tests; its "
            "14 % should be read with the small projects in mind. [5] is a reminder that long contexts cost money "
            "without finding more."
        )
    return "The paper shows that plans written down before the work halve the retries, on 214 tasks of 12 projects."


CONFIGURATION = """model = "large"
[providers.hosted]
base_url = "{base_url}"
api_key = "key"
models = ["large"]
[prices."hosted/large"]
input = 1.25
output = 10.0
"""


def furnish(root: Path, base_url: str) -> None:
    """Writes the plans into a folder, and a configuration with a priced model (the folder is its server's home)."""
    for name, text in plans().items():
        path = root / f"{name}.plan.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    configuration = root / ".config" / "planc" / "config.toml"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(CONFIGURATION.format(base_url=base_url), encoding="utf-8")
    configuration.chmod(0o600)


def main(folder: str, pace: float = 1.5) -> None:
    with Endpoint(Answers(pace)) as endpoint:
        furnish(Path(folder), endpoint.base_url)
        with Server(Path(folder), "--no-reuse") as server:
            print(f"{server.url}/?token={TOKEN}", flush=True)
            sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
