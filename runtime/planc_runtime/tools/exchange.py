"""One HTTP exchange as values: where it goes, what comes back, what can go wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from planc_schemas.ports import ErrorKind, TaskError, TaskFailure


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one request goes: `netloc` is the Host header, `target` the path with the query."""

    scheme: str
    host: str
    port: int | None
    netloc: str
    target: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer. `url` is where it came from after redirects; header names are lower case."""

    status: int
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """Seconds that `Retry-After` asks for; a date is taken relative to the answer's own `Date`."""
        asked = self.headers.get("retry-after", "").strip()
        if asked.isdigit():
            return float(asked)
        try:
            wait = parsedate_to_datetime(asked) - parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, TypeError):
            return None
        return max(0.0, wait.total_seconds())


def net_failure(kind: ErrorKind, message: str, help_: str = "", retry_after: float | None = None) -> TaskFailure:
    """A failure on the way (R411)."""
    return TaskFailure(TaskError(kind, message, "R411", help_, retry_after))


def bad_request(message: str) -> TaskFailure:
    """A request that cannot be sent as asked (R402)."""
    return TaskFailure(TaskError("bad_request", message, "R402"))
