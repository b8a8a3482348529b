"""The context root read once, and every question answered from it.

    tree = walk(root, policy)
    view = View(tree)
    view.totals[""].bytes       # file bytes that a builder may send

Read once, by several processes where it is large; frozen after that.
"""

from __future__ import annotations
