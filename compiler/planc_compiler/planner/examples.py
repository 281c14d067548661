"""Worked examples: goals with the drafts that a good planner writes for them, and the choice among them.

They teach the form and the habits: fewest steps, `for_each` instead of copies, texts that say how long and from what.
None of them is about papers, research or reviews of literature. `letters` and `tickets` share the flagship goal's
*shape* (get a list, treat each, bring together) with other tools, words and subject; the evaluation says so, and no
goal that is scored resembles an example.
"""

from __future__ import annotations

from dataclasses import dataclass

from .draft import ASK, WRITE, Argument, Draft, DraftStep
from .similarity import rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A goal, the lines of the tools it was given, and its draft."""

    goal: str
    tools: tuple[str, ...] = ()
    draft: Draft

    def needs_full(self) -> bool:
        """Does it use fields that only larger models are given?"""
        return any(step.when or step.gives for step in self.draft.steps)


def step(
    name: str,
    do: str,
    text: str = "",
    /,
    *,
    each: str = "",
    needs: tuple[str, ...] = (),
    when: str = "",
    gives: tuple[str, ...] = (),
    **args: str,
) -> DraftStep:
    """A step of an example; keyword arguments are the tool's."""
    given = tuple(Argument(name=key, value=value) for key, value in args.items())
    return DraftStep(id=name, for_each=each, do=do, args=given, text=text, needs=needs, when=when, gives=gives)


_READ = "read_file(path: string) gives text: Reads a text file."
_WRITE = "write_file(path: string, text: string) gives {path, bytes}: Writes a text file."
_LIST = "list_files(path: string, pattern: string) gives a list of {path, type, size}: Lists a folder."
_HTTP = "http_request(url: string) gives {status, url, text}: Sends one HTTP request."
_RUN = "run_command(command: list of string) gives {exit_code, stdout, stderr}: Runs a command."

ONLY = "Use only what is written above."

EXAMPLES: tuple[Example, ...] = (
    Example(
        goal="Read CHANGES.md and save release notes for customers in notes.md.",
        tools=(_READ, _WRITE),
        draft=Draft(
            name="release-notes",
            steps=(
                step("changes", "read_file", path="CHANGES.md"),
                step(
                    "notes",
                    WRITE,
                    f"Write release notes for customers from this list of changes. Leave out internal changes. {ONLY}",
                    needs=("changes",),
                ),
                step("save", "write_file", path="notes.md", text="{notes}", needs=("notes",)),
            ),
        ),
    ),
    Example(
        goal="Compare solar and wind power for a small farm by cost, upkeep and reliability, then recommend one.",
        draft=Draft(
            name="farm-power",
            steps=(
                step("cost", WRITE, "Compare the cost of solar and wind power for a small farm in one paragraph."),
                step("upkeep", WRITE, "Compare the upkeep of solar and wind power for a small farm in one paragraph."),
                step(
                    "reliability",
                    WRITE,
                    "Compare the reliability of solar and wind power for a small farm in one paragraph.",
                ),
                step(
                    "recommend",
                    WRITE,
                    "Recommend solar or wind power for a small farm: weigh cost, upkeep and reliability in one "
                    "sentence each, then decide.",
                    needs=("cost", "upkeep", "reliability"),
                ),
            ),
        ),
    ),
    Example(
        goal="Think of six names for a bakery, write a slogan for each name, and choose the best pair.",
        draft=Draft(
            name="bakery-slogans",
            steps=(
                step("names", WRITE, "List six names for a bakery."),
                step(
                    "slogans",
                    WRITE,
                    "Write one slogan for this bakery name, at most eight words.",
                    each="names",
                    needs=("names",),
                ),
                step(
                    "choose",
                    WRITE,
                    "Choose the best pair of bakery name and slogan and give the reason in one sentence.",
                    needs=("names", "slogans"),
                ),
            ),
        ),
    ),
    Example(
        goal="Go through the complaints in the folder letters, note what each one asks for, and make an overview.",
        tools=(_LIST, _READ),
        draft=Draft(
            name="complaint-overview",
            steps=(
                step("files", "list_files", path="letters", pattern="*"),
                step("letters", "read_file", each="files", needs=("files",), path="letters/{item.path}"),
                step(
                    "requests",
                    WRITE,
                    f"Say in at most two sentences what the writer of this letter asks for. {ONLY}",
                    each="letters",
                    needs=("letters",),
                ),
                step(
                    "overview",
                    WRITE,
                    "Write an overview of what is asked for. Give every letter one sentence that starts with its "
                    f"number, such as [1]. {ONLY}",
                    needs=("requests",),
                ),
            ),
        ),
    ),
    Example(
        goal="Draft an invitation to the summer party, let someone approve it, and save it to invitation.txt.",
        tools=(_WRITE,),
        draft=Draft(
            name="party-invitation",
            steps=(
                step("draft", WRITE, "Write a friendly invitation to the summer party in at most 100 words."),
                step("approval", ASK, "May this invitation be used?", needs=("draft",)),
                step("save", "write_file", needs=("draft", "approval"), path="invitation.txt", text="{draft}"),
            ),
        ),
    ),
    Example(
        goal="Get https://weather.example/today and https://tides.example/today and tell me whether to go sailing.",
        tools=(_HTTP,),
        draft=Draft(
            name="sailing",
            steps=(
                step("weather", "http_request", url="https://weather.example/today"),
                step("tides", "http_request", url="https://tides.example/today"),
                step(
                    "advice",
                    WRITE,
                    f"Say whether to go sailing today, with the reason from weather and tides. {ONLY}",
                    needs=("weather", "tides"),
                ),
            ),
        ),
    ),
    Example(
        goal="Run the unit tests with make check and explain the failures to a beginner.",
        tools=(_RUN,),
        draft=Draft(
            name="explain-failures",
            steps=(
                step("check", "run_command", command="make check"),
                step(
                    "explain",
                    WRITE,
                    f"Explain to a beginner which tests failed and why, in short sentences. {ONLY}",
                    needs=("check",),
                ),
            ),
        ),
    ),
    Example(
        goal="Write a haiku about autumn.",
        draft=Draft(name="autumn-haiku", steps=(step("haiku", WRITE, "Write a haiku about autumn."),)),
    ),
    Example(
        goal="Read ticket.txt; if it is urgent, write an alert for the team, otherwise a polite reply to the sender.",
        tools=(_READ,),
        draft=Draft(
            name="ticket-triage",
            steps=(
                step("ticket", "read_file", path="ticket.txt"),
                step("urgent", WRITE, "Is this ticket urgent? Answer yes or no.", needs=("ticket",)),
                step(
                    "alert",
                    WRITE,
                    f"Write an alert for the team about this ticket in two sentences. {ONLY}",
                    needs=("ticket",),
                    when="urgent",
                ),
                step(
                    "reply",
                    WRITE,
                    "Write a polite reply to the sender of this ticket in at most five sentences.",
                    needs=("ticket",),
                    when="not urgent",
                ),
            ),
        ),
    ),
    Example(
        goal="Read bookings.txt, which has one booking on every line, and write a bill for each.",
        tools=(_READ,),
        draft=Draft(
            name="bills",
            steps=(
                step("bookings", "read_file", path="bookings.txt"),
                step(
                    "details",
                    WRITE,
                    f"Extract the guest's name, the number of nights and the price of a night. {ONLY}",
                    each="bookings",
                    needs=("bookings",),
                    gives=("guest", "nights", "price"),
                ),
                step(
                    "bills",
                    WRITE,
                    "Write a bill to {item.guest} for {item.nights} nights at {item.price} a night.",
                    each="details",
                    needs=("details",),
                ),
            ),
        ),
    ),
)


def choose(goal: str, tools: list[str], examples: tuple[Example, ...], count: int, *, full: bool) -> list[Example]:
    """The `count` examples nearest to the goal and its tools, the nearest last; equal ones in their order."""
    usable = [example for example in examples if full or not example.needs_full()]
    query = " ".join([goal, *tools])
    scores = rank(
        query, [" ".join([example.goal, *(line.split("(")[0] for line in example.tools)]) for example in usable]
    )
    order = sorted(range(len(usable)), key=lambda index: (-scores[index], index))
    return [usable[index] for index in reversed(order[:count])]
