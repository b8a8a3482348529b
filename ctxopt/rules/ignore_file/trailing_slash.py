"""A trailing slash that hides files: in Docker it does not mean "folders only", as it does in git.

``build*/`` leaves out ``build-xcframework.sh`` as well. Reported only where a file of this tree is
hit that nothing calls generated. ``build*/**`` hits what is in the folders and leaves files alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts, is_waste
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import Trial, try_edits
from ctxopt.rules.written import WrittenPattern, place, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import Hit, find_hits
from ctxopt.tree.model import DIR, FILE


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line with a slash at its end that excludes a file."""
    suspects = [
        item
        for item in written_patterns(facts)
        if item.written.endswith("/")
        and not item.pattern.exception
        and item.pattern.text.strip("*/.") != ""
    ]
    if not suspects:
        return
    hits = find_hits(facts.view, [item.pattern for item in suspects])
    decide = facts.matcher.decide
    for item, found in zip(suspects, hits, strict=True):
        files = [
            hit
            for hit in found.shown
            if hit.kind == FILE
            and hit.excluded
            and not is_waste(facts, hit.path, is_dir=False)
            and decide(hit.path).index == item.index
            and not _is_inside_excluded(facts, hit.path)
        ]
        if files:
            folders = {hit.path for hit in found.shown if hit.kind == DIR}
            yield _report(facts, item, files, folders)


def _is_inside_excluded(facts: Facts, path: str) -> bool:
    folder = path.rpartition("/")[0]
    return folder != "" and facts.matcher.decide(folder).excluded


def _report(facts: Facts, item: WrittenPattern, files: list[Hit], folders: set[str]) -> Finding:
    line = item.line.number
    text = item.written.rstrip("/") + "/**"
    edit = replace_line(line, text, f"{text} excludes what is in folders and no file beside them")
    trial = try_edits(facts, [edit])
    wanted = {hit.path for hit in files}
    cures = trial is not None and not trial.difference.lost and _brings(trial, wanted, folders)
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"{item.written} excludes files, too: a slash at the end does not mean folders",
        location=place(facts, line),
        subject=item.written,
        paths=shown(sorted(wanted)),
        size=sum(hit.size for hit in files),
        entries=len(files),
        edits=(edit,) if cures else (),
        help=f"write {text}" if cures else "add an exception for what the build needs",
    )


def _brings(trial: Trial, wanted: set[str], folders: set[str]) -> bool:
    """Whether nothing comes back but those files, and folders emptied of what is in them."""
    gained = set(trial.difference.gained)
    return trial.is_exact and wanted <= gained and gained <= wanted | folders


RULE = Rule("trailing-slash", "Slash that hides files", Severity.WARNING, check, about="lines")
