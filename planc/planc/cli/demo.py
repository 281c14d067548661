"""`planc demo`: the main job for real, from a goal to a review."""

from __future__ import annotations

from pathlib import Path

import click

from .options import MODEL


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Where the plan, the review and the run are kept.",
)
@click.option("--fresh", is_flag=True, help="Plan anew and reuse no results.")
@MODEL
def command(folder: Path, fresh: bool, model: str | None) -> None:
    """The main job for real, without a key: a goal is planned, the plan is checked and executed.

    The goal: find the 5 newest arXiv papers on language models in software engineering, summarise each, write a
    review. A model that was not fetched yet is fetched first (1.1 GB, once). With OPENAI_API_KEY or OPENAI_BASE_URL
    that endpoint works instead.
    """
    from planc.demo import demo_project, paper_source

    from .demoflow import Demo

    with paper_source() as papers:
        Demo(demo_project(folder, papers, model=model), folder, papers, fresh=fresh).run()
