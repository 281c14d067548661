"""What is wrong with the configuration, and what to do."""

from __future__ import annotations


class ConfigError(Exception):
    """A setting that cannot be used. `help` is what to do about it."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help
