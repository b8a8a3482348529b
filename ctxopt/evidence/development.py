"""Whether a stage or a Dockerfile is for development or tests, by what it is called. Reads nothing."""

from __future__ import annotations

import re
from typing import Final

_DEVELOPMENT: Final = (
    r"(?:^|[-_./])(?:dev|devel|develop|development|devcontainer|debug|local|tests?|testing|ci|lint)"
    r"(?:$|[-_./])"
)


def is_for_development(called: str) -> bool:
    """Tell whether a name or a path is one for development or tests."""
    return re.search(_DEVELOPMENT, called.lower()) is not None
