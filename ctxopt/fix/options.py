"""What a caller of ``fix`` may ask for; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ctxopt.fix.decisions import OPEN, Choice
from ctxopt.fix.unit import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class FixOptions:
    """How far a fix may go; the defaults are those of ``ctxopt fix``."""

    least: Confidence = "likely"
    """How sure a line has to be to be taken; what is less sure is listed, or left alone."""
    prune_unused: bool = False
    """Whether lines that do nothing may be removed."""
    per_dockerfile: bool = False
    """Whether to write an ignore file that serves this Dockerfile alone."""
    preventive: bool = True
    """Whether lines for what is not there yet come along with others, or into a new file."""
    lets_in: bool = True
    """Whether exceptions are written for hidden sources without which the build stops."""
    choice: Choice = OPEN
    """What a person has taken and declined so far."""
    without: frozenset[str] = frozenset()
    """Texts of new lines that are not to be proposed."""


DEFAULTS = FixOptions()
