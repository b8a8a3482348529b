"""What must not disappear from a context: asked of every line before it is proposed.

Pure: values in, a reason or None out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ctxopt.build.sources import CheckKind, SourceUse
from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.paths import folders_above

_FAILING: tuple[CheckKind, ...] = ("missing", "ignored", "not-transferred", "empty-wildcard")


class Safety:
    """Says why paths must stay: sources, needs, the configuration, the file's own exceptions."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        before = facts.analysis.matcher
        self._named = [need for need in facts.needs.named if not before.decide(need.path).excluded]
        # An exception that ends in a star brings back a folder, not what is named below it.
        patterns = facts.analysis.matcher.patterns
        wild = [
            pattern
            for pattern in patterns
            if pattern.exception and has_meta(pattern.text) and not pattern.text.endswith("*")
        ]
        self._exceptions = _matchers(pattern.text for pattern in wild)
        self._without = read_matcher(
            (pattern.line, "!" * pattern.exception + pattern.text)
            for pattern in patterns
            if pattern not in wild
        )
        self._sources = _source_folders(facts)
        self._follows_links = any(map(_follows_links, facts.main_uses))
        self._git_is_sent = bool(facts.needs.git) and facts.total(".git").entries > 0

    def refusal(self, lost: Sequence[str], files: Sequence[str], matcher: Matcher) -> str | None:
        """Return why ``lost``, with ``files`` in it, must stay; None where nothing says so.

        ``matcher`` excludes it: that of the whole file, or of the new lines alone.
        """
        needs = self._facts.needs
        for need in self._named:
            # Also what is not there yet: a build that makes it first would fail.
            if matcher.decide(need.path).excluded:
                return f"{need.path}: {need.reason}"
        for path in lost:
            why = needs.why(path)
            if why is None and needs.git and (path == ".git" or path.endswith("/.git")):
                why = needs.git[0]
            if why is not None:
                return f"{path}: {why}"
        for path in files:
            if (keeper := self._facts.kept.why(path)) is not None:
                return f"{path}: {keeper}"
            if self._is_brought_back(path):
                return f"{path}: an exception in the ignore file brings it back"
        evidence = self._facts.evidence
        if self._git_is_sent and evidence and any(map(evidence.is_tracked, files)):
            return "tracked files would be missing beside .git, which the build reads"
        return None

    def meets_source(self, lost: Sequence[str]) -> bool:
        """Whether what a source names may be in ``lost``; else no source can miss any of it."""
        return bool(lost) and (self._follows_links or any(path in self._sources for path in lost))

    def _is_brought_back(self, path: str) -> bool:
        """Whether a wildcard after ``!`` is what lets ``path`` in; what git ignores it did not mean."""
        if not any(_is_itself_matched(matcher, path) for matcher in self._exceptions):
            return False
        evidence = self._facts.evidence
        if evidence is not None and evidence.is_ignored(path):
            return False
        return self._without.decide(path).excluded


def _source_folders(facts: Facts) -> set[str]:
    """Return all that sources name or take by name, and the folders above."""
    named = {
        path
        for use in facts.main_uses
        for path in (*use.roots, *(item.path.strip("/") for item in use.source.paths))
    }
    return named | folders_above(named)


def _follows_links(use: SourceUse) -> bool:
    """Whether what an instruction takes is not where its sources say."""
    folders = {path.path.strip("/").rpartition("/")[0] for path in use.source.paths}
    return any(has_meta(folder) for folder in folders) or any(
        root.rpartition("/")[0] not in folders for root in use.roots
    )


def lost_sources(before: Facts, after: Facts) -> str | None:
    """Return what no longer resolves as it did; None where every named source still does."""
    old, new = before.analysis.plan, after.analysis.plan
    if old is None or new is None:
        return None
    known = {
        (item.source.stage, item.source.line, item.text)
        for item in old.sources.checks
        if item.kind in _FAILING
    }
    for item in new.sources.checks:
        place = (item.source.stage, item.source.line, item.text)
        if item.kind in _FAILING and place not in known:
            return (
                f"{item.source.instruction} in line {item.source.line} would not find {item.text}"
            )
    for was, now in zip(before.main_uses, after.main_uses, strict=True):
        for root in sorted(set(was.roots) - set(now.roots)):
            if before.needs.why(root) is not None:
                return f"{was.source.instruction} in line {was.source.line} would not find {root}"
    return None


def _matchers(patterns: Iterable[str]) -> list[Matcher]:
    found = []
    for pattern in patterns:
        if not re.fullmatch(r"[*/]*", pattern):
            try:
                found.append(read_matcher([(None, pattern.strip("/"))]))
            except IgnoreFileError:
                continue
    return found


def _is_itself_matched(matcher: Matcher, path: str) -> bool:
    parent = path.rpartition("/")[0]
    return matcher.decide(path).excluded and not (parent and matcher.decide(parent).excluded)


__all__ = ["Safety", "lost_sources"]
