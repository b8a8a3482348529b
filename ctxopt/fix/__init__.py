"""The ignore lines to write: proposed, tried, proved and chosen.

    fix = plan_fix(analysis, config)
    fix.after                   # bytes of the ignore file to write
    fix.lines                   # each with its saving and its proof

Nothing is proposed that was not tried on the measured tree.
"""

from __future__ import annotations
