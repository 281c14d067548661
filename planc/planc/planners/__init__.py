"""From a goal to a plan file with the project's planner: planned, planned while running, mended, promoted."""
