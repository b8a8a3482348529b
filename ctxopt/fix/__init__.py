"""The ignore lines to write: proposed, tried, proved and chosen.

    outcome = run(FixRequest(root="services/api", writes=False))
    outcome.fix.new_content     # bytes of the ignore file, None where there is nothing to change
    outcome.fix.lines           # each with its saving, and why no build misses it
    outcome.fix.left_alone      # what was considered and is not proposed, with the reason

Nothing is proposed that was not tried on the measured tree.
"""

from __future__ import annotations
