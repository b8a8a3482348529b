"""A source that the ignore file hides, so the build stops although the file is there.

The finding names the one line that decides. An exception at the end of the ignore file brings the
source back; it is offered only if a replay shows that the source is then sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.sources import SourceCheck
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.explain import explain
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.trial import NO_CHANGE, try_edits
from ctxopt.rules.written import checks_of, dockerfile_line, is_main, source_message
from ctxopt.severity import Severity
from ctxopt.tree.replay import Difference


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such source."""
    told = set()
    for found in checks_of(facts, "ignored"):
        key = (found.source.line, found.text)
        # One source hidden in two ways is one mistake.
        if key not in told:
            told.add(key)
            yield _finding_for(facts, found)


def _finding_for(facts: Facts, found: SourceCheck) -> Finding:
    edits: tuple[Edit, ...] = ()
    advice = "correct the line that hides it"
    edit, change = _cure(facts, found)
    if edit is not None:
        edits = (edit,)
        advice = f"add {edit.text} at the end of {facts.ignore_path}"
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


def _cure(facts: Facts, found: SourceCheck) -> tuple[Edit | None, Difference]:
    """Return the exception that brings a source back, and what it changes; None if none does only that."""
    # A named context has an ignore file of its own, which is not the one in force here.
    if not is_main(found):
        return None, NO_CHANGE
    path = found.paths[0]
    exception = explain(facts.matcher, path).exception
    if exception is None:
        return None, NO_CHANGE
    edit = add_line(exception, f"{found.source.instruction} in line {found.source.line} takes it")
    trial = try_edits(facts, [edit])
    if trial is None or trial.difference.lost or trial.matcher.decide(path).excluded:
        return None, NO_CHANGE
    return edit, trial.difference


RULE = Rule("ignored-source", "Source that is ignored", Severity.ERROR, check, about="sources")
