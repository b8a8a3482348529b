"""How many examples properties are tried with: all of them where ``CI`` is set, a quarter elsewhere.

``HYPOTHESIS_PROFILE=ci`` asks for all of them anywhere.
"""

from __future__ import annotations

import os

from hypothesis import settings

_FEWEST = 10
_EVERY = 100

settings.register_profile("ci", max_examples=_EVERY, deadline=None, print_blob=True)
settings.register_profile("dev", max_examples=_EVERY // 4, deadline=None)

PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")


def examples(count: int) -> int:
    """Return ``count`` for CI, and what a person waits for elsewhere."""
    if PROFILE == "ci":
        return count
    return min(count, max(_FEWEST, count // 4))
