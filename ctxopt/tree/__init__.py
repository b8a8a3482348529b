"""The context root read once, and every question answered from it.

    matcher = read_matcher([(1, "node_modules")])
    tree = walk("/path/of/the/context", Policy(matcher, matcher.pruner(BUILDKIT)))
    view = View(tree)
    view.total.bytes            # bytes of the files that a builder may send
    view.totals["src"].bytes    # the same below one folder
    view.context_bytes()        # the figure after "transferring context:"

Read once, by several processes where it is large; frozen after that.
"""

from __future__ import annotations
