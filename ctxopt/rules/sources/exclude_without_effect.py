"""``COPY --exclude`` whose pattern leaves out less than it seems to.

Its patterns are those of an ignore file, from the folder that the source names: ``*.log`` is about its top alone. What a source names
itself, as ``COPY --exclude=a * /`` names ``a``, is copied whatever the flag says.
Source: tonistiigi/fsutil copy/copy.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.build.sources import SourceUse
from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.languages.ignore.escape import escape_folder
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.paths import name, relative
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule
from ctxopt.rules.written import dockerfile_line, shown
from ctxopt.severity import Severity


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each such pattern."""
    for use in facts.main_uses:
        # What an exception brings back depends on the patterns before it.
        if any(pattern.startswith("!") for pattern in use.source.exclude):
            continue
        for pattern in use.source.exclude:
            if "/" not in pattern.strip("/") and "**" not in pattern:
                yield from _told(facts, use, pattern)


def _told(facts: Facts, use: SourceUse, pattern: str) -> Iterator[Finding]:
    plain = pattern.strip("/")
    flag = f"--exclude={pattern}"
    try:
        at_top = read_matcher([(None, plain)])
        others = read_matcher((None, other) for other in use.source.exclude)
        forms = read_matcher((None, f"{_start(root)}**/{plain}") for root in use.roots)
    except IgnoreFileError:
        return  # Docker refuses it when it copies
    # Of a source without a wildcard whoever wrote both has seen what it names.
    written = {path.path.strip("/") for path in use.source.paths}
    named = [root for root in use.roots if root not in written and _names(at_top, root)]
    if named:
        message = f"{flag} does not leave out {named[0]}, which a wildcard of the source names"
        advice = "what a source names is copied in any case: copy the folder, or name the others"
        yield _finding(facts, use, message, named, advice)
        return
    hits = facts.hits(forms.patterns)
    missed = [
        hit.path
        for root, found in zip(use.roots, hits, strict=True)
        for hit in found.kept()
        if not others.decide(relative(hit.path, root) or "").excluded
    ]
    if missed:
        message = f"{flag} is about the top of the source alone; the same is copied from below"
        advice = f"write --exclude=**/{plain} if every depth is meant"
        yield _finding(facts, use, message, missed, advice)


def _start(root: str) -> str:
    if not root:
        return ""
    return escape_folder(root)


def _names(pattern: Matcher, root: str) -> bool:
    return bool(root) and pattern.decide(name(root)).excluded


def _finding(facts: Facts, use: SourceUse, message: str, paths: list[str], advice: str) -> Finding:
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=message,
        location=dockerfile_line(facts, use.source),
        subject=message,
        paths=shown(sorted(paths)),
        size=sum(facts.total(path).bytes for path in paths),
        entries=len(paths),
        help=advice,
    )


RULE = Rule(
    "exclude-without-effect",
    "--exclude without effect",
    Severity.INFO,
    check,
    about="sources",
)
"""INFO: that the top alone is meant, only its author knows."""
