"""The other way round: everything excluded, and exceptions for what builds take.

    fix = plan_allow_list(analysis, config, request)
    fix.after                   # "*", then "!" lines
    fix.left                    # old lines that stay, with the reason

Refuses where an instruction takes everything.
"""

from __future__ import annotations
