"""Labels that planc itself gives to runs."""

from __future__ import annotations

from typing import Final

REPLAY_OF: Final = "planc.replay_of"
"""Of a replay: the run or the cassette that answered it."""
