"""The one text of a plan: shared by the writer (`write`), the formatter (`fmt`) and `migrate`.

order     the order of fields, from the plan's models
scalars   values as YAML text: plain, quoted, literal, folded
comments  hand-written comments and the entries that they belong to
emit      Node tree + comments → canonical text
"""
