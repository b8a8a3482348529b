"""A file with keys, tokens or passwords is sent: .env, private keys, credentials of clouds and registries.

In the final image it belongs to everybody who can pull that; in a builder stage or only sent, it
is still in a cache. Names raise the suspicion and the first bytes decide where names are not
enough: examples, templates, public keys and the fixtures of tests are no secrets.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.secrets import is_secret
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import Group, by_pattern, finding_of
from ctxopt.rules.rule import Rule
from ctxopt.severity import Severity

_WHAT = "holds secrets"


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of secret and for how far it gets."""
    root = facts.analysis.tree.root
    secrets: list[Candidate] = []
    harmless: list[Candidate] = []
    for candidate in facts.candidates.about("secret", "infrastructure-state"):
        (secrets if is_secret(root, candidate) else harmless).append(candidate)
    named = [candidate for candidate in secrets if candidate.needed_because]
    for group in by_pattern(facts, secrets, harmless + named):
        for part in _by_consequence(group):
            in_image = part.worst.reach == "final"
            quiet = part.worst.reach == "permitted" and facts.plan is not None
            level = Severity.INFO if quiet else Severity.ERROR if in_image else Severity.WARNING
            cures = not any(member.needed_because for member in part.members)
            yield finding_of(facts, RULE.id, part, _WHAT, severity=level, cures=cures)


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
