"""What must not disappear from a context: asked of every line before it is proposed.

Pure: values in, a reason or None out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Final

from ctxopt.build.plan import Plan
from ctxopt.build.sources import CheckKind, SourceCheck, SourceUse
from ctxopt.errors import IgnoreFileError
from ctxopt.evidence.facts import Facts
from ctxopt.languages.dockerfile import Source
from ctxopt.languages.golang.paths import has_meta
from ctxopt.languages.ignore.matcher import Matcher, read_matcher
from ctxopt.languages.ignore.pattern import Pattern
from ctxopt.paths import folders_above, is_at_or_below, name, parent

_ANYTHING: Final = r"[*/]*"
_FAILING: Final[tuple[CheckKind, ...]] = ("missing", "ignored", "not-transferred", "empty-wildcard")


class Safety:
    """Says why paths must stay: sources, needs, the configuration, the file's own exceptions."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        before = facts.matcher
        self._named = [need for need in facts.needs.named if not before.decide(need.path).excluded]
        brings_back = [pattern for pattern in before.patterns if _is_wildcard_exception(pattern)]
        self._exceptions = _matchers(pattern.text for pattern in brings_back)
        self._without = read_matcher(
            (pattern.line, _as_line(pattern))
            for pattern in before.patterns
            if pattern not in brings_back
        )
        self._sources = _source_folders(facts)
        links = _links(facts)
        self._follows_links = any(_follows_links(use, links) for use in facts.main_uses)
        is_sent = facts.total(".git").entries > 0
        self._git_compares = bool(facts.needs.git) and facts.needs.compares and is_sent

    def refusal(self, lost: Sequence[str], files: Collection[str], matcher: Matcher) -> str | None:
        """Return why ``lost``, with ``files`` in it, must stay; None where nothing says so.

        ``matcher`` excludes it: that of the whole file, or of the new lines alone.
        """
        return (
            self._needed(lost, matcher)
            or self._wanted_by_people(files)
            or self._would_look_dirty(files)
        )

    def _needed(self, lost: Sequence[str], matcher: Matcher) -> str | None:
        """Say what the build reads of ``lost``."""
        needs = self._facts.needs
        for need in self._named:
            # Also what is not there yet: a build that makes it first would fail.
            if matcher.decide(need.path).excluded:
                return f"{need.path}: {need.reason}"
        for path in lost:
            why = needs.why(path)
            if why is None and needs.git and name(path) == ".git":
                why = needs.git[0]
            if why is not None:
                return f"{path}: {why}"
        return None

    def _wanted_by_people(self, files: Collection[str]) -> str | None:
        """Say who asked for a file to stay: the configuration, a comment, an exception."""
        # Mostly no one did, and the files are many.
        if not self._facts.kept and not self._exceptions:
            return None
        for path in files:
            keeper = self._facts.kept.why(path)
            if keeper is not None:
                return f"{path}: {keeper}"
            if self._is_brought_back(path):
                return f"{path}: an exception in the ignore file brings it back"
        return None

    def _would_look_dirty(self, files: Collection[str]) -> str | None:
        """Say that the build asks git, to which a tracked file that is missing is a deleted one."""
        evidence = self._facts.evidence
        if self._git_compares and evidence and any(map(evidence.is_tracked, files)):
            return "tracked files would be missing beside .git, which the build reads"
        return None

    def meets_source(self, lost: Sequence[str]) -> bool:
        """Whether what a source names may be in ``lost``; else no source can miss any of it."""
        return bool(lost) and (self._follows_links or any(path in self._sources for path in lost))

    def _is_brought_back(self, path: str) -> bool:
        """Whether a wildcard after ``!`` is what lets ``path`` in; what git ignores it did not mean."""
        if not any(is_itself_matched(matcher, path) for matcher in self._exceptions):
            return False
        evidence = self._facts.evidence
        if evidence is not None and evidence.is_ignored(path):
            return False
        return self._without.decide(path).excluded


def _is_wildcard_exception(pattern: Pattern) -> bool:
    """Whether it names what it brings back by a shape.

    One that ends in a star brings back a folder, not what is named below it.
    """
    if not pattern.exception or pattern.text.endswith("*"):
        return False
    return has_meta(pattern.text)


def _as_line(pattern: Pattern) -> str:
    return f"!{pattern.text}" if pattern.exception else pattern.text


def _source_folders(facts: Facts) -> set[str]:
    """Return all that sources name or take by name, and the folders above."""
    named = {
        path
        for use in facts.main_uses
        for path in (*use.roots, *(item.path.strip("/") for item in use.source.paths))
    }
    return named | folders_above(named)


def _links(facts: Facts) -> list[str]:
    """Return the symbolic links of the context."""
    folders = facts.view.tree.folders.values()
    return [folder.child(link) for folder in folders if folder.links for link in folder.links]


def _follows_links(use: SourceUse, links: Sequence[str]) -> bool:
    """Whether what an instruction takes is not where its sources say."""
    if not links:
        return False
    paths = [path.path.strip("/") for path in use.source.paths]
    folders = set(map(parent, paths))
    above = {_plain_start(folder) for folder in folders if has_meta(folder)}
    if not above:
        return any(parent(root) not in folders for root in use.roots)
    # A wildcard in a folder's name may meet a link as well as a folder.
    is_met = any(is_at_or_below(link, folder) for link in links for folder in above)
    return is_met or any(is_at_or_below(path, link) for link in links for path in paths)


def _plain_start(shape: str) -> str:
    """Return the folders in front of the first that holds a wildcard."""
    return "/".join(takewhile(lambda part: not has_meta(part), shape.split("/")))


def lost_sources(before: Facts, after: Facts) -> str | None:
    """Return what no longer resolves as it did; None where every named source still does."""
    if before.plan is None or after.plan is None:
        return None
    # What fails already is none of a line's doing.
    known = set(map(_place, _failing(before.plan)))
    for check in _failing(after.plan):
        if _place(check) not in known:
            return _would_not_find(check.source, check.text)
    for was, now in zip(before.main_uses, after.main_uses, strict=True):
        for root in sorted(set(was.roots) - set(now.roots)):
            if before.needs.why(root) is not None:
                return _would_not_find(was.source, root)
    return None


def _failing(plan: Plan) -> Iterator[SourceCheck]:
    return (check for check in plan.sources.checks if check.kind in _FAILING)


def _place(check: SourceCheck) -> tuple[object, int, str]:
    return check.source.stage, check.source.line, check.text


def _would_not_find(source: Source, what: str) -> str:
    return f"{source.instruction} in line {source.line} would not find {what}"


def _matchers(patterns: Iterable[str]) -> list[Matcher]:
    found = []
    for pattern in patterns:
        # What matches every name says nothing of one.
        if re.fullmatch(_ANYTHING, pattern):
            continue
        try:
            found.append(read_matcher([(None, pattern.strip("/"))]))
        except IgnoreFileError:
            # What cannot be read as a pattern of its own brings nothing back.
            continue
    return found


def is_itself_matched(matcher: Matcher, path: str) -> bool:
    """Whether a pattern matches ``path`` by its own name, not by that of a folder above."""
    above = parent(path)
    if above and matcher.decide(above).excluded:
        return False
    return matcher.decide(path).excluded


__all__ = ["Safety", "is_itself_matched", "lost_sources"]
