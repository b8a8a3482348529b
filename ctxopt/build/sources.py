"""What each COPY, ADD and bind mount takes of a context, and whether it can: values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from ctxopt.build.transfer import TransferView
from ctxopt.languages.dockerfile import Source
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.tree.view import View

SourceReach = Literal["final", "builder", "mount"]
CheckKind = Literal[
    "missing", "ignored", "not-transferred", "partly-ignored", "empty-wildcard",
    "arrives-empty", "whole-context", "link-widens",
]  # fmt: skip


class Load(NamedTuple):
    """One context that a build loads: the main one (``name`` None) or a named one."""

    name: str | None
    root: str
    matcher: Matcher
    permitted: View
    transfer: TransferView


class SourceUse(NamedTuple):
    """What one instruction takes of one context; sizes in bytes."""

    source: Source
    context: str | None
    stage: str
    """The stage's name, or its number."""
    reach: SourceReach
    """Whether its stage is one of the final image, another one, or it is only mounted; ``Image`` tells what goes on."""
    roots: tuple[str, ...]
    """The paths it takes, each with all below it; ``""`` is the whole context."""
    files: int
    bytes: int
    only_files: int
    only_bytes: int
    """What no other instruction takes."""


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """Something about one source that its author may not have meant."""

    kind: CheckKind
    source: Source
    text: str
    """The source as Docker reads it, after expansion."""
    fails: bool
    """Whether Docker stops the build here."""
    paths: tuple[str, ...] = ()
    count: int = 0
    """How many paths are concerned; ``paths`` names the first of them."""
    patterns: tuple[Pattern, ...] = ()
    """The ignore patterns to which it is due."""


class SourceReport(NamedTuple):
    """All uses and checks of a build's sources; sizes in bytes."""

    uses: tuple[SourceUse, ...]
    checks: tuple[SourceCheck, ...]
    never_copied_files: int
    never_copied_bytes: int
    """Sent, but taken by no instruction."""
