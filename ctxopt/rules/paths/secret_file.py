"""A file with keys, tokens or passwords is sent: .env, private keys, credentials of clouds and registries.

In the final image it can be read by all who can pull that; in a builder stage or only sent, it
is still in a cache. Names raise the suspicion and the first bytes decide where names are not
enough: examples, templates, public keys and the fixtures of tests are no secrets. What git tracks
is told, and gets no line: ``config/secrets.yml`` is a file that Rails reads when it starts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from ctxopt.evidence.facts import Facts
from ctxopt.evidence.secrets import is_secret
from ctxopt.languages.ignore.edits import Edit
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import Group, by_pattern, finding_of, split
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.spared import with_exceptions
from ctxopt.severity import Severity

_WHAT = "holds secrets"
_VARIANTS = "**/.env.*"
_COMMITTED = (
    "Git tracks it, so no line can keep it secret: take what is real out of it and revoke that, "
    "or leave it out by hand if no build reads it."
)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of secret and for how far it gets."""
    root = facts.analysis.tree.root
    suspects = facts.candidates.about("secret", "infrastructure-state")
    # Each question may read the first bytes of a file, so it is asked once.
    meant = {pattern.text for pattern in facts.matcher.patterns if pattern.exception}
    secrets, harmless = split(
        suspects, lambda item: item.path not in meant and is_secret(root, item)
    )
    tracked, own = split(secrets, lambda item: item.state == "tracked")
    named = [item for item in own if item.needed_because]
    for group in by_pattern(facts, own, harmless + named + tracked):
        edits = _edits_with_exceptions(facts, group)
        for part in _by_consequence(group):
            cures = not any(member.needed_because for member in part.members)
            finding = finding_of(
                facts, RULE.id, part, _WHAT, severity=_severity(facts, part), cures=cures
            )
            if cures and edits:
                finding = dataclasses.replace(finding, edits=edits)
            yield finding
    for group in by_pattern(facts, tracked):
        for part in _by_consequence(group):
            yield _committed(facts, part)


def _edits_with_exceptions(facts: Facts, group: Group) -> tuple[Edit, ...]:
    """Return the catalogue's pattern with exceptions for what it must not hide, where that is possible.

    The paths alone would let the next variant of ``.env`` through; of keys, the next file may be a public one.
    """
    entry = group.worst.entry
    if group.pattern is not None or entry is None or entry.pattern != _VARIANTS:
        return ()
    meant = set(group.paths)
    texts = with_exceptions(facts, entry.pattern, lambda path: path in meant)
    return tuple(add_line(text, _WHAT) for text in texts or ())


def _committed(facts: Facts, group: Group) -> Finding:
    """Return the finding about secrets that git tracks."""
    finding = finding_of(
        facts, RULE.id, group, _WHAT, severity=_severity(facts, group), cures=False
    )
    # No leftover of one person: the application may well read it, and whoever has the repository has it.
    return dataclasses.replace(finding, help=f"{_reason(group)} {_COMMITTED}")


def _reason(group: Group) -> str:
    """Return why files of this kind hold secrets, as a sentence."""
    entry = group.worst.entry
    if entry is None:
        return "It holds secrets."
    return entry.reason


def _severity(facts: Facts, group: Group) -> Severity:
    """How bad it is that the group gets as far as it does."""
    reach = group.worst.reach
    # Who can pull the image can read every layer, also what a later step deletes.
    if reach == "final":
        return Severity.ERROR
    # Without a Dockerfile all that is permitted may be taken by the next build.
    if reach == "permitted" and facts.knows_build:
        return Severity.INFO
    return Severity.WARNING


def _by_consequence(group: Group) -> Iterator[Group]:
    for wanted in (True, False):
        members = [item for item in group.members if (item.reach == "final") is wanted]
        if members:
            yield Group(group.pattern, tuple(members))


RULE = Rule(
    "secret-file",
    "Secrets",
    Severity.ERROR,
    check,
    about="paths",
    below_floor="always",
)
