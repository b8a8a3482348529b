"""A source that the ignore file hides, so the build stops although the file is there.

The finding names the one line that decides. An exception at the end of the ignore file brings the
source back; it is offered only if a replay shows that the source is then sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.source_text import tell_check
from ctxopt.build.sources import SourceCheck
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.edits import Edit
from ctxopt.languages.ignore.explain import explain
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, add_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import checks_of, dockerfile_line, is_main
from ctxopt.severity import Severity
from ctxopt.tree.replay import Difference


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such source."""
    told = set()
    for found in checks_of(facts, "ignored"):
        cure, difference = _cure(facts, found) if is_main(found) else (None, None)
        key = (found.source.line, found.text)
        if key in told:
            continue
        told.add(key)
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=tell_check(found, facts.analysis.context.ignore.path),
            location=dockerfile_line(facts, found.source),
            subject=found.text,
            paths=found.paths,
            size=difference.gained_bytes if difference else 0,
            entries=difference.gained_entries if difference else 0,
            edits=(cure,) if cure else (),
            help=f"add {cure.text} at the end of {facts.ignore_path}"
            if cure
            else "correct the line that hides it",
        )


def _cure(facts: Facts, found: SourceCheck) -> tuple[Edit | None, Difference | None]:
    path = found.paths[0]
    exception = explain(facts.matcher, path).exception
    if exception is None:
        return None, None
    edit = add_line(exception, f"{found.source.instruction} in line {found.source.line} takes it")
    trial = try_edits(facts, [edit])
    if trial is None or trial.difference.lost or trial.matcher.decide(path).excluded:
        return None, None
    return edit, trial.difference


RULE = Rule("ignored-source", "Source that is ignored", Severity.ERROR, check, about="sources")
