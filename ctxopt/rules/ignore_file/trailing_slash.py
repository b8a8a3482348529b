"""A trailing slash that hides files: in Docker it does not mean "folders only", as it does in git.

``build*/`` leaves out ``build-xcframework.sh`` as well. Reported only where a file of this tree is
hit that nothing calls generated. ``build*/**`` hits what is in the folders and leaves files alone. ``!lib/*/`` lets files
of ``lib`` in as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts, is_waste
from ctxopt.languages.ignore.edits import Edit
from ctxopt.paths import name, parent
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import Trial, try_edits
from ctxopt.rules.written import WrittenPattern, place, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import Hit
from ctxopt.tree.model import DIR, FILE


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line with a slash at its end that excludes a file, or lets one in."""
    yield from _let_in(facts)
    suspects = [item for item in written_patterns(facts) if _seems_to_mean_folders(item)]
    if not suspects:
        return
    hits = facts.hits([item.pattern for item in suspects])
    for item, found in zip(suspects, hits, strict=True):
        # That it hides folders is what the line is for; only files are a surprise.
        files = [hit for hit in found.shown if _is_hidden_by(facts, item, hit)]
        if files:
            folders = {hit.path for hit in found.shown if hit.kind == DIR}
            yield _finding_for(facts, item, files, folders)


def _let_in(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each exception whose slash was to spare the files beside the folders."""
    suspects = [item for item in written_patterns(facts) if _seems_to_spare_files(item)]
    if not suspects:
        return
    hits = facts.hits([item.pattern for item in suspects])
    for item, found in zip(suspects, hits, strict=True):
        decided = (hit for hit in found.shown if facts.matcher.decide(hit.path).index == item.index)
        here = [hit for hit in decided if not hit.excluded]
        files = [hit for hit in here if hit.kind == FILE]
        # Where it meets no folder it was written for the files.
        if files and len(files) < len(here):
            yield Finding(
                rule=RULE.id,
                severity=RULE.severity,
                message=f"{item.written} lets files in, too: a slash at the end does not mean folders",
                location=place(facts, item.line.number),
                subject=item.written,
                paths=shown(sorted(hit.path for hit in files)),
                size=sum(hit.size for hit in files),
                entries=len(files),
                help=f"write {item.written}** if only what is in folders is meant",
            )


def _seems_to_spare_files(item: WrittenPattern) -> bool:
    """Whether an exception has a wildcard before a slash at its end, and is not about everything."""
    last = name(item.pattern.text)
    is_wild = "*" in last and last != "**"
    return item.pattern.exception and item.written.endswith("/") and is_wild


def _seems_to_mean_folders(item: WrittenPattern) -> bool:
    """Whether a line has a slash at its end, and more to say than "everything"."""
    return (
        item.written.endswith("/")
        and not item.pattern.exception
        and item.pattern.text.strip("*/.") != ""
    )


def _is_hidden_by(facts: Facts, item: WrittenPattern, hit: Hit) -> bool:
    """Whether the line, and no other one, hides a file that no evidence calls generated."""
    if hit.kind != FILE or not hit.excluded or is_waste(facts, hit.path, is_dir=False):
        return False
    if facts.matcher.decide(hit.path).index != item.index:
        return False
    # In an excluded folder the file would be gone without this line as well.
    folder = parent(hit.path)
    return not folder or not facts.matcher.decide(folder).excluded


def _finding_for(
    facts: Facts, item: WrittenPattern, files: list[Hit], folders: set[str]
) -> Finding:
    line = item.line.number
    text = item.written.rstrip("/") + "/**"
    edit = replace_line(line, text, f"{text} excludes what is in folders and no file beside them")
    trial = try_edits(facts, [edit])
    wanted = {hit.path for hit in files}
    edits: tuple[Edit, ...] = ()
    advice = "add an exception for what the build needs"
    if trial is not None and not trial.difference.lost and _brings(trial, wanted, folders):
        edits = (edit,)
        advice = f"write {text}"
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        message=f"{item.written} excludes files, too: a slash at the end does not mean folders",
        location=place(facts, line),
        subject=item.written,
        paths=shown(sorted(wanted)),
        size=sum(hit.size for hit in files),
        entries=len(files),
        edits=edits,
        help=advice,
    )


def _brings(trial: Trial, wanted: set[str], folders: set[str]) -> bool:
    """Whether nothing comes back but those files, and folders emptied of what is in them."""
    gained = set(trial.difference.gained)
    return trial.is_exact and wanted <= gained and gained <= wanted | folders


RULE = Rule("trailing-slash", "Slash that hides files", Severity.WARNING, check, about="lines")
