"""What a walk may skip, and how the builder that it serves treats odd files; reads nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ctxopt.languages.ignore.matcher import Matcher


class Policy(NamedTuple):
    """Which folders a walk enters."""

    matcher: Matcher
    prunes: Callable[[str], bool]
    """Whether the client skips this excluded folder; made by ``Matcher.pruner``."""
    enter_pruned: bool = False
    """Whether to read what Docker's client would not, to know its size."""
    tries_excluded: bool = False
    """Whether to try whether excluded files can be opened, for other patterns that would send them."""
    takes_sockets: bool = True
    """Whether the client sends sockets; the classic one complains and goes on without them."""
    unseen: frozenset[str] = frozenset()
    """Paths that count as not there, with all below them."""
