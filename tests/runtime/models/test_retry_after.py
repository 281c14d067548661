"""When a provider says that it may be asked again."""

from __future__ import annotations

import pytest

from planc_runtime.models.retry_after import LONGEST, retry_after

NOW = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1e300"}, LONGEST),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2015 07:27:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2015 09:28:30 GMT", "date": "Wed, 21 Oct 2015 09:28:20 GMT"}, 10),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "6m0s"}, 360),
        (
            {
                "x-ratelimit-reset-requests": "12ms",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-tokens": "6m0s",
                "x-ratelimit-remaining-tokens": "100",
            },
            0.012,
        ),
        ({"x-ratelimit-reset-requests": "2.5"}, 2.5),
        ({"x-ratelimit-reset-requests": "1h2m3.5s"}, 3723.5),
    ],
)
def test_headers(headers: dict[str, str], seconds: float | None) -> None:
    found = retry_after(headers, now=NOW)
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_words() -> None:
    assert retry_after({}, "Rate limit reached. Please try again in 41.724s. Visit", now=NOW) == pytest.approx(41.724)
    assert retry_after({}, "Rate limit reached.", now=NOW) is None
