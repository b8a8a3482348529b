"""A source that the ignore file hides, so the build stops although the file is there.

The finding names the one line that decides. An exception at the end of the ignore file brings the
source back; it is offered only if a replay shows that the source is then sent, and never for a file of secrets that git
does not track: there the instruction is the mistake.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ctxopt.build.sources import SourceCheck
from ctxopt.builder import CLASSIC
from ctxopt.evidence.facts import Facts
from ctxopt.languages.dockerfile import Source
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.escape import escape_pattern
from ctxopt.languages.ignore.explain import explain
from ctxopt.paths import parent, upwards
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.trial import NO_CHANGE, try_edits
from ctxopt.rules.written import checks_of, dockerfile_line, is_main, slash_trap, source_message
from ctxopt.severity import Severity
from ctxopt.tree.replay import Difference

if TYPE_CHECKING:
    from ctxopt.evidence.secret_clue import Clue

_HAND_OVER: Final = "give it to the container when it starts, or to a step with RUN --mount=type=secret, and leave it out here"


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such source."""
    told = set()
    for found in checks_of(facts, "ignored"):
        key = (found.source.line, found.text)
        # One source hidden in two ways is one mistake.
        if key not in told:
            told.add(key)
            yield _finding_for(facts, found)
    if facts.is_shared:
        yield from _in_other_builds(facts)


def _in_other_builds(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each source of the other Dockerfiles that the ignore file hides."""
    others = facts.needs.builds
    if facts.plan is not None:
        others = others[1:]
    for taken in others:
        named = [
            (source, path.path.strip("/"))
            for source in taken.build.sources
            for path in source.local
        ]
        plain = [(source, path) for source, path in named if path and not has_meta(path)]
        # With which folder it is built is a guess: only what is all here speaks for this one.
        if not all(_is_there(facts, path) for _, path in plain):
            continue
        for source, path in plain:
            if facts.total(path).entries:
                continue  # exceptions let in what is wanted of the folder, and it comes with that
            edit, change = cure(facts, source, path)
            if edit is not None and secret_in(facts, source, path) is None:
                yield Finding(
                    rule=RULE.id,
                    severity=RULE.severity,
                    message=f"{path} is excluded, so a build of {taken.build.dockerfile.path} fails",
                    subject=path,
                    paths=(path,),
                    size=change.gained_bytes,
                    entries=change.gained_entries,
                    edits=(edit,),
                    help=f"add {edit.text} at the end of {facts.ignore_path}",
                )


def _is_there(facts: Facts, path: str) -> bool:
    return os.path.lexists(os.path.join(facts.view.tree.root, path))


def _finding_for(facts: Facts, found: SourceCheck) -> Finding:
    edits: tuple[Edit, ...] = ()
    advice = "correct the line that hides it"
    edit: Edit | None = None
    change = NO_CHANGE
    # A named context has an ignore file of its own, which is not the one in force here.
    secret = None
    if is_main(found):
        edit, change = cure(facts, found.source, found.paths[0])
        secret = secret_in(facts, found.source, found.paths[0])
    if secret is not None:
        # The line that hides it is right, and the instruction is not.
        advice = (
            f"{found.paths[0]} holds secrets ({secret}), which would be in a layer: {_HAND_OVER}"
        )
    elif edit is not None:
        edits = (edit,)
        advice = f"add {edit.text} at the end of {facts.ignore_path}"
        advice += slash_trap(facts, found.paths[0])
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=source_message(facts, found),
        location=dockerfile_line(facts, found.source),
        subject=found.text,
        paths=found.paths,
        size=change.gained_bytes,
        entries=change.gained_entries,
        edits=edits,
        help=advice,
    )


def secret_in(facts: Facts, source: Source, path: str) -> Clue | None:
    """Return what shows secrets in a file of one developer that ``source`` would copy; None where nothing does."""
    evidence = facts.evidence
    if source.mount is not None or (evidence is not None and evidence.is_tracked(path)):
        return None
    # Few builds ask for what is hidden from them.
    from ctxopt.evidence.secret_search import clue_at

    is_suspect = any(entry.kind == "secret" for entry in facts.catalog.match_path(path, False))
    return clue_at(facts.view.tree.root, path, is_suspect=is_suspect)


def cure(facts: Facts, source: Source, path: str) -> tuple[Edit | None, Difference]:
    """Return the exception that brings ``path`` back, and what it changes; None if none does only that."""
    exception = explain(facts.matcher, path).exception
    # No line excludes what the classic client passes by: it enters folders for exceptions that begin with them.
    if exception is None and facts.builder is CLASSIC:
        exception = f"!{escape_pattern(path)}"
    if exception is None:
        return None, NO_CHANGE
    instruction = "a bind mount" if source.mount else source.instruction
    edit = add_line(exception, f"{instruction} in line {source.line} takes it")
    trial = try_edits(facts, [edit])
    if trial is None or trial.difference.lost or trial.matcher.decide(path).excluded:
        return None, NO_CHANGE
    prunes = trial.matcher.pruner(facts.builder)
    if any(map(prunes, filter(None, upwards(parent(path))))):
        return None, NO_CHANGE
    return edit, trial.difference


RULE = Rule(
    "ignored-source",
    "Source that is ignored",
    Severity.ERROR,
    check,
    about="sources",
    may_send_more=True,
)
