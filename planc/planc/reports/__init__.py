"""Library results as texts and JSON for people and scripts; no command line in here.

board   pure: the events of a run so far → one row a task
words   rows, events and sums as words
runs    lists of runs, one run with its tasks
"""
