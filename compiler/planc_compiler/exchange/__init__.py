"""Plans from and to other systems, where meaning carries over; what does not is said, never silently dropped.

promptflow  `flow.dag.yaml` of Azure promptflow → plan
jobs        GitHub-Actions-like job graphs → plan
argo        plan → Argo Workflows DAG template
"""
