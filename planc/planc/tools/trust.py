"""Which project folders may provide tools: their `tools.py`, by digest, like direnv does with its files.

`planc trust` shows the file and records its digest; a file that has changed since is not loaded until it is trusted
again. The record is the operator's and lies outside every project.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from planc.config.errors import ConfigError

TOOLS_FILE = "tools.py"
Standing: TypeAlias = Literal["none", "untrusted", "changed", "trusted"]
"""`none`: the folder has no tools file."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The record of trusted tool files; `record` is where it is kept."""

    record: Path

    def standing(self, folder: Path) -> Standing:
        file = folder / TOOLS_FILE
        if not file.is_file():
            return "none"
        known = self._read().get(_key(file))
        if known is None:
            return "untrusted"
        return "trusted" if known == file_digest(file) else "changed"

    def trusted_source(self, folder: Path) -> bytes | None:
        """The bytes of the folder's tools file if these very bytes are trusted, else None.

        What is checked is what is given: a file swapped afterwards is not run.
        """
        file = folder / TOOLS_FILE
        if not file.is_file():
            return None
        data = file.read_bytes()
        return data if self._read().get(_key(file)) == hashlib.sha256(data).hexdigest() else None

    def add(self, folder: Path) -> str:
        """Trusts the folder's tools file as it is now; gives its digest. Raises ConfigError when there is none."""
        file = folder / TOOLS_FILE
        if not file.is_file():
            raise ConfigError(f"{folder} has no {TOOLS_FILE}", "write one with functions marked @planc.tool")
        digest = file_digest(file)
        self._write({**self._read(), _key(file): digest})
        return digest

    def remove(self, folder: Path) -> bool:
        """Takes the trust back; False when there was none."""
        known = self._read()
        found = known.pop(_key(folder / TOOLS_FILE), None) is not None
        if found:
            self._write(known)
        return found

    def all(self) -> dict[str, str]:
        """Path → digest of everything trusted."""
        return self._read()

    def _read(self) -> dict[str, str]:
        try:
            content = json.loads(self.record.read_text(encoding="utf-8")) if self.record.is_file() else {}
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{self.record} cannot be read: {error}", "remove it and trust your folders again"
            ) from None
        if not isinstance(content, dict):
            raise ConfigError(f"{self.record} is not a record of trust", "remove it and trust your folders again")
        return content

    def _write(self, known: dict[str, str]) -> None:
        self.record.parent.mkdir(parents=True, exist_ok=True)
        draft = self.record.with_suffix(".tmp")
        draft.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        draft.chmod(0o600)
        draft.replace(self.record)


def file_digest(file: Path) -> str:
    """SHA-256 of the file's bytes, 64 hex digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def trust_record(environment: Mapping[str, str] | None = None) -> Path:
    """Where the record is: `trusted.json` beside the user configuration."""
    from planc.config.userfile import user_file_path

    return user_file_path(os.environ if environment is None else environment).parent / "trusted.json"


def _key(file: Path) -> str:
    return str(file.resolve())
