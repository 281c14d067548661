"""Running again without asking anybody: cassettes of calls, and recordings taken from a run's journal.

recording   one recorded call and what came of it
cassette    recordings by task instance and request; a miss names the nearest and shows the difference
yaml_text   a cassette as reviewable YAML and back
wrappers    models and tools that record, and models and tools that answer from a cassette
runs        results of a run's tasks, from its journal, for `planc replay RUN`
kinds       task kinds whose outcomes are those results
"""
