"""What a reviewer wants to know about a checked plan, as pure functions over it.

structure  stages, critical path, readable labels
estimate   calls, tokens, cost and time as ranges with their basis
renames    tasks that only got another id
changes    the semantic diff of two plans and what would run again
summary    `planc show` as data
"""
