"""A pattern without a slash, meant as in ``.gitignore``, matches only at the root of the context.

``node_modules`` leaves out ``./node_modules`` and sends ``packages/web/node_modules``; git would
ignore both. The cure is ``**/node_modules``. A name alone does not say that the nested ones are
meant, so a plain name is reported only where git ignores them or the catalogue knows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxopt.evidence.facts import Facts, is_read, is_waste
from ctxopt.languages.ignore.matcher import read_matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.rules.finding import Finding
from ctxopt.rules.rule import Rule, replace_line
from ctxopt.rules.trial import try_edits
from ctxopt.rules.written import WrittenPattern, place, shown, written_patterns
from ctxopt.severity import Severity
from ctxopt.tree.hits import Hits, find_hits
from ctxopt.tree.model import DIR

_WILD = frozenset("*?[")
_QUIRKS = frozenset("|{}^\\ #")


def check(facts: Facts) -> Iterator[Finding]:
    """Yield a finding for each line whose nested matches are still sent."""
    suspects = [item for item in written_patterns(facts) if _may_mean_every_depth(item)]
    if not suspects:
        return
    forms = read_matcher((None, "**/" + item.pattern.text) for item in suspects)
    hits = find_hits(facts.analysis.permitted, forms.patterns)
    for item, found in zip(suspects, hits, strict=True):
        finding = _judge(facts, item, found)
        if finding is not None:
            yield finding


def _may_mean_every_depth(item: WrittenPattern) -> bool:
    """A leading slash says that only the root is meant; ``*`` takes everything anyway."""
    text = item.pattern.text
    return (
        not item.pattern.exception
        and not item.written.startswith(("/", "./"))
        and "/" not in text
        and "**" not in text
        and text.strip("*?.") != ""
        and not _QUIRKS.intersection(text)
    )


def _judge(facts: Facts, item: WrittenPattern, found: Hits) -> Finding | None:
    nested = [hit for hit in found.kept() if "/" in hit.path and not is_read(facts, hit.path)]
    certain = [hit for hit in nested if is_waste(facts, hit.path, hit.kind == DIR)]
    is_loose = bool(_WILD.intersection(item.pattern.text)) or item.written.endswith("/")
    if not nested or not (certain or is_loose):
        return None
    line = item.line.number
    text = f"**/{item.written}"
    reason = f"{item.written} matches only at the root of the context, {text} at every depth"
    edit = replace_line(line, text, reason)
    trial = try_edits(facts, [edit])
    if trial is None or not trial.difference.lost or trial.difference.gained:
        return None
    lost = trial.difference
    folders = facts.analysis.tree.folders
    # A folder of sources may well be called like one that is generated: nobody wants it hidden.
    sources = [p for p in lost.lost if certain and not is_waste(facts, p, p in folders)]
    is_safe = not sources and not any(is_read(facts, path) for path in lost.lost)
    if not (certain or _is_alike(item.pattern, found)):
        return None
    if not certain and lost.lost_bytes < facts.config.noise_floor:
        return None
    told = [path for path in lost.lost if path not in sources]
    return Finding(
        rule=RULE.id,
        severity=Severity.WARNING if certain else Severity.INFO,
        message=f"{item.written} matches only at the root; the same is still sent from below",
        location=place(facts, line),
        subject=item.written,
        paths=shown(sorted(told, key=lambda path: -facts.total(path).bytes)),
        size=lost.lost_bytes - sum(facts.total(path).bytes for path in sources),
        entries=lost.lost_entries - sum(facts.total(path).entries + 1 for path in sources),
        edits=(edit,) if is_safe else (),
        reach=facts.reach(lost.lost[0]),
        help=f"write {text}" if is_safe else f"{text} would hide something that the build reads",
    )


def _is_alike(pattern: Pattern, found: Hits) -> bool:
    """Whether the nested matches are what the pattern excludes at the root: a file, or a folder."""
    kinds = {hit.kind for hit in found.shown if "/" not in hit.path}
    return pattern.text.startswith("*.") or any(hit.kind in kinds for hit in found.kept())


RULE = Rule(
    "root-only-pattern", "Pattern for the root only", Severity.WARNING, check, about="lines"
)
