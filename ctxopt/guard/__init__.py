"""Limits and growth: states of git measured, compared and judged.

    against = parse_against("main", repository)
    checked = check_states(question, repository, against)
    checked.broken              # the limits that do not hold

Measures states of git without a checkout, from the objects.
"""

from __future__ import annotations
