"""A file with keys, tokens or passwords is sent: .env, private keys, credentials of clouds and registries.

In the final image it can be read by all who can pull that; in a builder stage or only sent, it
is still in a cache. Names raise the suspicion and the first bytes decide where names are not
enough: examples, templates, public keys and the fixtures of tests are no secrets. What git tracks
is told, and gets no line: ``config/secrets.yml`` is a file that Rails reads when it starts.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.matcher import Matcher
from ctxopt.paths import name
from ctxopt.rules.finding import Finding
from ctxopt.rules.grouping import Group, by_pattern, by_reach, finding_of, shown, split
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.spared import with_exceptions
from ctxopt.severity import Severity
from ctxopt.units import and_more, count

if TYPE_CHECKING:
    from ctxopt.evidence.secret_clue import Clue

_WHAT = "holds secrets"
_VARIANTS = "**/.env.*"
_SHOWN: Final = 3
_COPIED_BY_NEXT: Final = frozenset((".env", ".env.production"))
_STANDALONE: Final = ".next/standalone"
_COMMITTED = "Git tracks it, so no line can keep it secret: revoke what is real, and take it out."


def check(facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each kind of secret and for how far it gets."""
    suspects = facts.candidates.about("secret", "infrastructure-state")
    clues = _clues(facts, suspects)
    secrets, harmless = split(suspects, lambda item: clues.get(item.path) is not None)
    tracked, own = split(secrets, lambda item: item.state == "tracked")
    named = [item for item in own if item.needed_because]
    for group in by_pattern(facts, own, harmless + named + tracked):
        edits = _edits_with_exceptions(facts, group)
        for part in by_reach(group):
            cures = not any(member.needed_because for member in part.members)
            found = finding_of(
                facts, RULE.id, part, _WHAT, severity=_severity(facts, part), cures=cures
            )
            if cures and edits:
                found = dataclasses.replace(found, edits=edits)
            yield _with_evidence(facts, found, part, clues, found.help)
    for group in by_pattern(facts, tracked):
        for part in by_reach(group):
            found = finding_of(
                facts, RULE.id, part, _WHAT, severity=_severity(facts, part), cures=False
            )
            # No leftover of one person: the application may well read it, and whoever has the repository has it.
            advice = f"{_reason(part)} {_COMMITTED} {_untracked(part.paths)}"
            yield _with_evidence(facts, found, part, clues, advice)
    if facts.candidates.unread:
        yield _unread(facts.candidates.unread)


def _clues(facts: Facts, suspects: Sequence[Candidate]) -> dict[str, Clue | None]:
    """Return by path what shows that it holds a secret; each question may read a file, so it is asked once."""
    if not suspects:
        return {}
    # Its tables and expressions are many, and most contexts have no suspect.
    from ctxopt.evidence.secrets import clue_of

    root = facts.analysis.tree.root
    return {
        item.path: clue_of(root, item)
        for item in suspects
        if not is_let_in(facts.matcher, item.path)
    }


def is_let_in(matcher: Matcher, path: str) -> bool:
    """Tell whether an exception lets a file in by its name, and is why it is sent: someone has made up their mind about it."""
    deciding = matcher.decide(path).index
    if deciding is None:
        return False
    pattern = matcher.patterns[deciding]
    return pattern.exception and pattern.text in (path, f"**/{name(path)}")


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


def _with_evidence(
    facts: Facts, finding: Finding, group: Group, clues: Mapping[str, Clue | None], advice: str
) -> Finding:
    """Return the finding with the line, the key and the kind of what was seen, and never the value."""
    lines = (_standalone_taken(facts, item.path) for item in group.members)
    line = next(filter(None, lines), None)
    if line is not None and group.worst.reach == "builder":
        advice = f"Next copies it into {_STANDALONE}, which line {line} takes into the final image. {advice}"
    seen = [(item.path, clue) for item in group.members if (clue := clues[item.path]) and clue.kind]
    if not seen:
        return dataclasses.replace(finding, help=advice)
    if len(group.members) == 1:
        evidence = str(seen[0][1])
        evidence = evidence[0].upper() + evidence[1:]
    else:
        evidence = "; ".join(f"{shown(path)} {clue}" for path, clue in seen[:_SHOWN])
        evidence += and_more(len(seen) - _SHOWN)
    return dataclasses.replace(finding, help=f"{evidence}. {advice}")


def _unread(number: int) -> Finding:
    """Return the note that some files were not looked into."""
    files = count(number, "small file")
    return Finding(
        rule=RULE.id,
        severity=Severity.INFO,
        message=f"{files} that git does not have were too many to look into for secrets",
        subject="unread",
        entries=number,
        help="Ignore what is data: the fewer of them are sent, the more of the rest is looked into.",
    )


def _untracked(paths: Sequence[str]) -> str:
    """Return what makes files one's own again, as a sentence: from then on a line may hide them."""
    names = " ".join(map(shlex.quote, paths[:_SHOWN])) + and_more(len(paths) - _SHOWN)
    return (
        f"Where a clone can do without: git rm --cached {names}, name it in .gitignore as well, "
        "and fix writes the line."
    )


def _reason(group: Group) -> str:
    """Return why files of this kind hold secrets, as a sentence."""
    entry = group.worst.entry
    if entry is None:
        return "It holds secrets."
    return entry.reason


def _standalone_taken(facts: Facts, path: str) -> int | None:
    """Return the line that takes what Next puts a copy of ``path`` into to the final image; None where none does.

    Source: next/src/build/index.ts, writeStandaloneDirectory.
    """
    if facts.plan is None or name(path) not in _COPIED_BY_NEXT:
        return None
    for source in facts.plan.build.sources:
        is_last = source.stage == facts.plan.build.target and source.from_ is not None
        if is_last and any(_STANDALONE in item.path for item in source.paths):
            return source.line
    return None


def _severity(facts: Facts, group: Group) -> Severity:
    """How bad it is that the group gets as far as it does."""
    reach = group.worst.reach
    # Who can pull the image can read every layer, also what a later step deletes.
    if reach == "final":
        return Severity.ERROR
    if facts.plan is None and any(facts.is_in_an_image(item.path) for item in group.members):
        return Severity.ERROR
    if reach == "builder" and any(_standalone_taken(facts, item.path) for item in group.members):
        return Severity.ERROR
    # Without a Dockerfile all that is permitted may be taken by the next build.
    if reach == "permitted" and facts.knows_build:
        return Severity.INFO
    return Severity.WARNING


RULE = Rule(
    "secret-file",
    "Secrets",
    Severity.ERROR,
    check,
    about="paths",
    below_floor="always",
)
