"""`planc diff` and `planc approve` as a person uses them: real processes, a real git repository."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PLAN = """version: 1
name: review
tasks:
  find: {tool: arxiv_search, with: {query: agents}}
  each:
    foreach: {in: "${{ tasks.find.output }}", as: paper}
    prompt: "Summarise ${{ paper.title }} in 80 words."
outputs: {all: "${{ tasks.each.output }}"}
"""


def planc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "planc", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=someone", "-c", "user.email=someone@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "a.plan.yaml").write_text(PLAN)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "a plan")
    return tmp_path


def test_diff_against_a_revision(repository: Path) -> None:
    (repository / "a.plan.yaml").write_text(PLAN.replace("80 words", "120 words"))
    done = planc(repository, "diff", "HEAD", "--", "a.plan.yaml")
    assert done.returncode == 0, done.stderr
    assert "~ each" in done.stdout
    assert "[-80][+120] words" in done.stdout
    data = json.loads(planc(repository, "diff", "HEAD", "a.plan.yaml", "--format", "json").stdout)
    assert [item["id"] for item in data["reruns"]][-1] == "each"
    assert planc(repository, "diff", "HEAD", "a.plan.yaml", "--exit-code").returncode == 1


def test_diff_sees_what_changed_in_a_sub_plan(repository: Path) -> None:
    part = PLAN.replace("name: review", "name: part")
    (repository / "part.plan.yaml").write_text(part)
    (repository / "main.plan.yaml").write_text(
        "version: 1\nname: main\ntasks: {all: {plan: part.plan.yaml}}\noutputs: {all: '${{ tasks.all.output }}'}\n"
    )
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "a sub-plan")
    (repository / "part.plan.yaml").write_text(part.replace("80 words", "120 words"))
    done = planc(repository, "diff", "HEAD", "main.plan.yaml")
    assert "~ plan part.plan.yaml" in done.stdout and "[-80][+120] words" in done.stdout
    markdown = planc(repository, "diff", "HEAD", "main.plan.yaml", "--format", "markdown").stdout
    assert "| ~ | plan `part.plan.yaml` | |" in markdown
    data = json.loads(planc(repository, "diff", "HEAD", "main.plan.yaml", "--format", "json").stdout)
    assert [change["path"] for change in data["imports"]] == ["part.plan.yaml"]


def test_diff_of_two_folders_compares_the_sub_plans_too(tmp_path: Path) -> None:
    main = "version: 1\nname: main\ntasks: {all: {plan: part.plan.yaml}}\n"
    for folder, words in (("old", "80 words"), ("new", "120 words")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.plan.yaml").write_text(main)
        (tmp_path / folder / "part.plan.yaml").write_text(PLAN.replace("80 words", words))
    done = planc(tmp_path, "diff", "old/main.plan.yaml", "new/main.plan.yaml")
    assert "~ plan new/part.plan.yaml (was old/part.plan.yaml)" in done.stdout
    assert "[-80][+120] words" in done.stdout
    markdown = planc(tmp_path, "diff", "old/main.plan.yaml", "new/main.plan.yaml", "--format", "markdown").stdout
    assert "| ~ | plan `new/part.plan.yaml` | was `old/part.plan.yaml` |" in markdown


def test_diff_of_two_files_that_mean_the_same(repository: Path) -> None:
    (repository / "b.plan.yaml").write_text("# only a comment\n" + PLAN)
    done = planc(repository, "diff", "a.plan.yaml", "b.plan.yaml", "--exit-code")
    assert (done.returncode, done.stdout.strip()) == (0, "no difference in meaning")


def test_diff_markdown_keeps_text_as_text(repository: Path) -> None:
    (repository / "a.plan.yaml").write_text(PLAN.replace("80 words", "<img src=x> | `x`"))
    text = planc(repository, "diff", "HEAD", "a.plan.yaml", "--format", "markdown").stdout
    table = text.split("```mermaid")[0]
    assert "<img" not in table
    assert "```mermaid" in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["HEAD"], 2, "name two plan files"),
        (["nonsense", "a.plan.yaml"], 2, "no revision 'nonsense'"),
        (["--", "--output=x", "a.plan.yaml"], 2, "no revision"),
        (["HEAD", "missing.plan.yaml"], 2, "missing.plan.yaml"),
    ],
)
def test_diff_says_what_is_wrong(repository: Path, arguments: list[str], code: int, words: str) -> None:
    done = planc(repository, "diff", *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_approval_holds_until_something_drifts(repository: Path) -> None:
    assert planc(repository, "approve", "--check", "a.plan.yaml").returncode == 1
    done = planc(repository, "approve", "a.plan.yaml", "--by", "reviewer")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "a.plan.lock.json"
    assert "net:export.arxiv.org" in done.stderr
    assert planc(repository, "approve", "--check", "a.plan.yaml").returncode == 0
    (repository / "a.plan.yaml").write_text(PLAN.replace("agents", "compilers"))
    drifted = planc(repository, "approve", "--check", "a.plan.yaml")
    assert drifted.returncode == 1
    assert "the plan changed" in drifted.stderr


def test_a_damaged_approval_is_refused(repository: Path) -> None:
    planc(repository, "approve", "a.plan.yaml")
    path = repository / "a.plan.lock.json"
    path.write_text(path.read_text().replace("net:export.arxiv.org", "net:evil.example"))
    done = planc(repository, "approve", "--check", "a.plan.yaml")
    assert done.returncode == 2
    assert "edited by hand" in done.stderr
