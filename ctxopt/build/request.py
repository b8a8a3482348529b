"""How a build is called: its target, arguments and named contexts; reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What ``docker build`` is told besides the context: target, arguments, named contexts."""

    target: str | None = None
    build_args: Mapping[str, str | None] = field(default_factory=dict)
    """None takes the value from the environment, as ``--build-arg NAME`` does."""
    build_contexts: Mapping[str, str] = field(default_factory=dict)
