"""Packages of a workspace are sent that this image is not made of.

A Dockerfile in a monorepo takes the whole repository and builds one package of it: every other one costs its bytes, and
each change of it runs the steps again. What the steps name (a filter, a folder, a project), what that asks for in its
manifest, and what its texts name by a path or a name is part of the image; the rest is told. The files beside a manifest
stay, for the package manager asks every member of the workspace for its manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.paths import is_at_or_below, parent
from ctxopt.rules.finding import Finding, Location
from ctxopt.rules.grouping import shown as one_line
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.written import line_of, shown
from ctxopt.severity import Severity
from ctxopt.tree.model import Tally

if TYPE_CHECKING:
    from ctxopt.evidence.packages.model import OutsidePackage

_HEAVY = 10_000_000
"""Bytes from which on they are a warning."""
_MOST_NAMED = 3
_LINE_BREAKS = frozenset("\n\r")


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding about what no build needs, and one about what other builds with the ignore file do."""
    outside = facts.needs.outside
    if outside is None:
        return
    if facts.is_shared:
        yield from _finding(facts, outside.of_all, outside.of_all)
        return
    certain = {item.folder for item in outside.of_all if item.doubt is None}
    own = [item for item in outside.of_first if item.doubt is None and item.folder not in certain]
    apart = {item.folder for item in own}
    shared = [item for item in outside.of_all if item.folder not in apart]
    yield from _finding(facts, shared, shared)
    yield from _finding(facts, own, [item for item in outside.of_all if item.folder in apart])


def _finding(
    facts: Facts, outside: Sequence[OutsidePackage], cured: Sequence[OutsidePackage]
) -> Iterator[Finding]:
    """Yield the finding about some packages, where together they weigh something; lines are for those ``cured``."""
    weighed = [(_below(facts, item.folder), item) for item in outside]
    heavy = [pair for pair in weighed if pair[0].bytes and _is_taken(facts, pair[1].folder)]
    heavy.sort(key=lambda pair: (-pair[0].bytes, pair[1].folder))
    size = sum(tally.bytes for tally, _ in heavy)
    if size < facts.config.noise_floor:
        return
    folders = [item.folder for _, item in heavy]
    severity = Severity.INFO
    doubt = next((item.doubt for _, item in heavy if item.doubt), None)
    if size >= _HEAVY and doubt is None:
        severity = Severity.WARNING
    with_lines = {item.folder for item in cured}
    lines = _lines(facts, [pair for pair in heavy if pair[1].folder in with_lines])
    yield Finding(
        rule=RULE.id,
        severity=severity,
        message=f"{_names(folders)} not part of this image, and {_verb(folders)} sent with it",
        location=Location(facts.analysis.context.dockerfile.path),
        subject=" ".join(folders),
        paths=shown(folders),
        size=size,
        entries=sum(tally.entries for tally, _ in heavy),
        edits=tuple(lines),
        reach=facts.reach(folders[0]),
        help=_help(facts, doubt, is_for_others=list(outside) != list(cured)),
    )


def _lines(facts: Facts, heavy: Sequence[tuple[Tally, OutsidePackage]]) -> Iterator[Edit]:
    for tally, item in heavy:
        if tally.bytes >= facts.config.noise_floor and not _LINE_BREAKS & set(item.folder):
            for text in _patterns(facts, item):
                yield add_line(text, "packages that are not part of the image")


def _patterns(facts: Facts, item: OutsidePackage) -> Iterator[str]:
    """Yield what hides the folders of a package but for the files that tools ask for."""
    if len(item.kept) == 1:
        yield f"{line_of(facts, item.folder)}/*/**"
        return
    own = facts.view.tree.folders[item.folder]
    for child in map(own.child, own.names):
        kept = [path for path in item.kept if is_at_or_below(path, child)]
        if facts.total(child).bytes < facts.config.noise_floor:
            continue
        if not kept:
            yield line_of(facts, child)
        elif all(parent(path) == child for path in kept):
            yield f"{line_of(facts, child)}/*/**"


def _help(facts: Facts, doubt: str | None, *, is_for_others: bool) -> str:
    outside = facts.needs.outside
    built: tuple[str, ...] = ()
    if outside is not None:
        built = outside.built
    parts = [f"The steps build {_listed(built)}, and nothing of that asks for the others."]
    if doubt is not None:
        parts.append(f"Not certain: {doubt}.")
    if is_for_others:
        parts.append(
            "Another Dockerfile with the same ignore file takes them:"
            " ctxopt fix --per-dockerfile writes lines for this one alone."
        )
    return " ".join(parts)


def _below(facts: Facts, folder: str) -> Tally:
    """The sums of the folders in a package, without the files beside its manifest."""
    own = facts.view.tree.folders[folder]
    below = [facts.total(child) for child in map(own.child, own.names)]
    return Tally(
        bytes=sum(tally.bytes for tally in below), entries=sum(tally.entries for tally in below)
    )


def _is_taken(facts: Facts, folder: str) -> bool:
    return facts.reach(folder) != "permitted" and not facts.named_by(folder)


def _names(folders: Sequence[str]) -> str:
    return f"{_listed(folders)} {_verb(folders)}"


def _listed(folders: Sequence[str]) -> str:
    named = [one_line(folder) for folder in folders[:_MOST_NAMED]]
    more = len(folders) - len(named)
    if more:
        named.append(f"{more} more")
    if len(named) < 2:
        return "".join(named)
    return f"{', '.join(named[:-1])} and {named[-1]}"


def _verb(folders: Sequence[str]) -> str:
    return "is" if len(folders) == 1 else "are"


RULE = Rule(
    "outside-package",
    "Packages outside of the image",
    Severity.INFO,
    check,
    about="paths",
)
