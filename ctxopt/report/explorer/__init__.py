"""The tree of a context in a terminal, to look through and to change; the only room with Textual.

    app = Explorer(exploration, "~/project", "ctxopt fix --undo")    # ctxopt.fix.exploration decides what a key does
    app.run()

Loaded by ``ctxopt explore`` alone. Names are drawn piece by piece, with escapes, and never read as markup.
"""

from __future__ import annotations
