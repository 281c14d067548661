"""Runs as the front door makes them: inputs and rights, executed, resumed, replayed, traced, answered."""
