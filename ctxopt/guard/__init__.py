"""Limits, growth and rebuilds: states of git measured, compared and judged.

    question = CheckRequest(root=".", config=config, request=BuildRequest(), against="main")
    checked = run_check(question)
    checked.broken              # the limits that do not hold

Measures states of git without a checkout, from the objects.
"""

from __future__ import annotations
