"""The campaign: trials that break things on purpose under real processes, and what came out.

`scripts/campaign` runs them. A trial is a coroutine `run(job) -> Findings` in a module here; the
table of all is in table.py.
"""
