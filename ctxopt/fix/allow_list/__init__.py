"""The other way round: everything excluded, and exceptions for what builds take.

    fix = plan_allow_list(analysis, config, request)
    fix.new_content             # "*", then "!" lines
    fix.left_alone              # exceptions that are not written, with the reason

Refuses where an instruction takes everything.
"""

from __future__ import annotations
