"""Which rules run and how bad their findings count, as the configuration asks for it. Runs no rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from ctxopt.severity import Severity


class Selection(NamedTuple):
    """Which rules run, and how bad their findings count."""

    select: Collection[str] = ()
    """Rule ids to run; empty runs all."""
    ignore: Collection[str] = ()
    severity: Mapping[str, Severity] | None = None
    """Severities that replace the rules' own."""

    def runs(self, rule: str) -> bool:
        """Tell whether a rule is among those chosen."""
        return (not self.select or rule in self.select) and rule not in self.ignore
