"""Takes the pictures of the live page for docs/ anew: `python -m tests.support.pictures docs/pictures`.

Everything in them is real but the model's words (see showcase.py). Looks best with the fonts Inter and JetBrains Mono
installed (fonts-inter and fonts-jetbrains-mono on Debian).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.endpoint import Endpoint
from tests.support.page import FLAGS, finished, show, started
from tests.support.served import TOKEN, Server
from tests.support.showcase import Answers, furnish

SIZE: Any = {"width": 1280, "height": 800}
REVIEW, EDITED = "review%2Fweekly.plan.yaml", "review%2Fweekly-edited.plan.yaml"


@contextmanager
def opened(browser: Browser, server: Server, scheme: Any, size: Any = SIZE) -> Iterator[Page]:
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server.url}/?token={TOKEN}")
    page.wait_for_selector("h1")
    yield page
    context.close()


def take(browser: Browser, server: Server, answers: Answers, folder: Path) -> None:
    answers.pace = 0.2
    grown, failed = finished(server, "release-notes"), finished(server, "nightly-triage")
    asked, large = finished(server, "review/weekly"), finished(server, "survey")
    finished(server, "release-notes-approved")
    with opened(browser, server, "light") as page:
        answers.pace = 1.6
        live = started(server, "review/weekly")
        show(page, server, f"runs/{live}", "[data-task=claims].s-running")
        page.wait_for_selector("[data-task=summaries] .progress .s-succeeded")
        page.screenshot(path=folder / "run.png")
        answers.pace = 0.2
        show(page, server, f"runs/{large}", ".minimap")
        page.screenshot(path=folder / "thousand.png")
        show(page, server, f"diff?before={REVIEW}&after={EDITED}", ".changes")
        page.screenshot(path=folder / "diff.png")
        show(page, server, f"runs/{failed}/severity%5B2%5D", "aside .problem")
        page.screenshot(path=folder / "failure.png")
        show(page, server, "plans/typo.plan.yaml", ".inline")
        page.screenshot(path=folder / "problems.png")
    with opened(browser, server, "dark") as page:
        show(page, server, f"runs/{asked}/summaries%5B0%5D?tab=timeline", ".wait")
        page.wait_for_selector("aside .value")
        page.screenshot(path=folder / "timeline.png")
        show(page, server, f"runs/{grown}", ".group")
        page.screenshot(path=folder / "goal.png")
        show(page, server, "asks", ".question .source")
        page.screenshot(path=folder / "questions.png")
        show(page, server, "new", "#goal")
        page.fill("#goal", "Find out what changed since the last release, group it, and check each group")
        page.click("button:has-text('Plan it')")
        page.wait_for_selector(".approve")
        page.screenshot(path=folder / "new.png")
    with opened(browser, server, "dark", {"width": 400, "height": 800}) as page:
        show(page, server, f"runs/{asked}", ".graph .node")
        page.screenshot(path=folder / "narrow.png")


def main(folder: str) -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, Endpoint(answers := Answers(0.2)) as endpoint:
        root = Path(name) / "papers"
        furnish(root, endpoint.base_url)
        with Server(root, "--no-reuse") as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            take(browser, server, answers, target)
            browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
