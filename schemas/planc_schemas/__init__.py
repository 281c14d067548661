"""Pure values shared by the compiler, the runtime and the front door.

Pydantic and the standard library only; no clock, no randomness, no I/O (a linter contract holds this).
Modules, from the ground up:

values       JSON, durations, digests, the published limits
expressions  the closed expression language: node forms, filters and tests with their types
codes        the register of diagnostic codes with explanations and examples
diagnostics  Diagnostic, Label, Fix, Span
plan         the plan file as people and models write it (pydantic; the JSON Schema is generated from it)
compiled     the plan as the runtime reads it: resolved, typed, positioned
ports        what the halves need from each other: Model, ToolSpec, Decomposer
events       the journal's vocabulary
"""
