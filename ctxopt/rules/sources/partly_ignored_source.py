"""A folder that is copied without all that is in it, because the ignore file holds some back.

Usually that is what an ignore file is for, so only what no evidence calls generated is told: a file
that git tracks, in a folder that an instruction names, and neither a test nor written in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ctxopt.build.sources import SourceCheck
from ctxopt.evidence.facts import Facts, is_waste
from ctxopt.git.evidence import GitEvidence
from ctxopt.paths import name
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import checks_of, dockerfile_line, is_main, source_message
from ctxopt.severity import Severity

_ON_PURPOSE: Final = frozenset(("container", "ci", "docs", "editor"))
_TEST: Final = (
    r"(?i)(?:\A|/)(?:tests?|specs?|__tests__|__snapshots__|testdata|fixtures|e2e)(?:/|\Z)"
    r"|[._-](?:spec|test)s?\.\w+\Z|(?:\A|/)test_[^/]*\Z"
)


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each folder that arrives without something that is no waste."""
    for found in checks_of(facts, "partly-ignored"):
        missed = _missed(facts, found)
        if not missed:
            continue
        shown = replace(found, paths=missed, count=len(missed))
        yield Finding(
            rule=RULE.id,
            severity=RULE.severity,
            message=source_message(facts, shown),
            location=dockerfile_line(facts, found.source),
            subject=found.text,
            paths=missed,
            entries=len(missed),
            help="right if the build does not need them; an exception brings one back",
        )


def _missed(facts: Facts, found: SourceCheck) -> tuple[str, ...]:
    """Return what is held back and is no waste; nothing where git does not say what is tracked."""
    evidence = facts.evidence
    if not is_main(found) or evidence is None or not evidence.knows_tracked:
        return ()
    # Whoever writes a path in full means it.
    written = {pattern.text for pattern in found.patterns}
    return tuple(
        path for path in found.paths if path not in written and _is_source(facts, evidence, path)
    )


def _is_source(facts: Facts, evidence: GitEvidence, path: str) -> bool:
    """Whether git tracks a path that is neither waste nor a test, which ignore files are written for."""
    if not (evidence.is_tracked(path) or evidence.has_tracked_below(path)):
        return False
    if re.search(_TEST, path) or name(path).startswith(".git"):
        return False
    # The files that break the layer cache are left out on purpose, as waste is.
    known = {
        entry.kind for entry in facts.catalog.match_path(path, path in facts.view.tree.folders)
    }
    return known.isdisjoint(_ON_PURPOSE) and not is_waste(
        facts, path, path in facts.view.tree.folders
    )


RULE = Rule(
    "partly-ignored-source", "Source that is partly ignored", Severity.INFO, check, about="sources"
)
