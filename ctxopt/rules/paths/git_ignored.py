"""Something is sent although git ignores it, whatever its name.

A clean checkout does not have it, so a build on a server does without it: what only this machine
has is left-over, private, or both. Docker does not read ``.gitignore``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import Group, by_reach, finding_of, is_notable, note_of, split_needed
from ctxopt.rules.latent import Latent, find_latent
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity
from ctxopt.units import and_more

_SHOWN = 4
_WHAT = "ignored by git, so that no clean checkout has it"


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each heavy path, and one for the others together."""
    free, needed = split_needed(facts.candidates.about("ignored"))
    for group in _groups(facts, free):
        if group.bytes >= facts.config.noise_floor:
            for part in by_reach(group, facts.config.noise_floor):
                yield finding_of(facts, RULE.id, part, f"{_WHAT[0].upper()}{_WHAT[1:]}.")
    for item in needed:
        if is_notable(facts, item):
            yield note_of(RULE.id, item)
    latent = find_latent(facts)
    if latent is not None:
        yield _not_there_yet(facts, latent)


def _not_there_yet(facts: Facts, latent: Latent) -> Finding:
    """Return the note about names that the next build may bring; no line saves anything today."""
    names = " and ".join(latent.names[:_SHOWN]) + and_more(len(latent.names) - _SHOWN)
    lines = ", ".join(latent.patterns[:_SHOWN])
    source = latent.use.source
    return Finding(
        rule=RULE.id,
        severity=Severity.INFO,
        message=(
            f"git ignores {names}, {facts.ignore_path} does not: {source.instruction} in line "
            f"{source.line} takes them once they are there"
        ),
        subject="latent",
        help=f"A clean checkout does not show it. Write {lines} before the first one is sent.",
    )


def _groups(facts: Facts, candidates: list[Candidate]) -> Iterator[Group]:
    """Yield each heavy path alone, since it deserves a decision of its own, and the others as one."""
    light: list[Candidate] = []
    for item in candidates:
        if item.bytes >= facts.config.large_file:
            yield Group(None, (item,))
        else:
            light.append(item)
    if light:
        yield Group(None, tuple(light))


RULE = Rule(
    "git-ignored",
    "Ignored by git, but sent",
    Severity.WARNING,
    check,
    about="paths",
)
