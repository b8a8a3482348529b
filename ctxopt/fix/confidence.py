"""How sure it is that no build misses what a line hides: ``proven``, ``likely`` or ``possible``, and why.

Asks git, the builds and what is known of each path. What is likely has something that speaks for it: a step that makes
the path again, or a kind that cannot be input. That nothing is seen to read a path makes a line possible, no more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ctxopt.evidence.candidates import Candidate
from ctxopt.evidence.entry_choice import Topic
from ctxopt.evidence.env_files import env_reader, is_env_file, is_for_builds
from ctxopt.evidence.facts import Facts
from ctxopt.evidence.generated_input import GeneratedInput
from ctxopt.evidence.git_history import BuildTakings
from ctxopt.evidence.test_folders import lies_in_tests
from ctxopt.fix.unit import Confidence
from ctxopt.git.evidence import GitEvidence
from ctxopt.paths import is_at_or_below, name, overlaps, upwards

if TYPE_CHECKING:
    from ctxopt.evidence.packages.model import OutsidePackage

GIT_IGNORES: Final = "git ignores it: a clean checkout does not have it"
UNLESS_MADE: Final = "git ignores it: right unless something makes it for the build beforehand"
NOT_TAKEN: Final = "no instruction takes it"

_DATA: Final = frozenset({"data", "model", "archive", "media", "large"})
"""Kinds that may be input as well as a leftover."""
_UNKNOWN: Final = frozenset({"ignored", "large"})
"""What evidence alone has found: no name says what it is."""
_MAY_COME: Final = frozenset({"media", "large"})
"""Kinds of which a file that git does not know yet may be an asset of tomorrow's commit."""

_VENDORS: Final = frozenset({"go mod vendor", "cargo vendor"})
"""What makes folders of packages that a build takes unasked, and from which people commit them."""


class Assurance(NamedTuple):
    """How sure a line is, and the reason in a clause."""

    confidence: Confidence
    reason: str
    is_ignored: bool = False
    """Whether git ignores all that the line hides."""


class Confidences:
    """Judges one line after the other, and remembers what it has looked up for them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._evidence = _usable(facts.evidence)
        self._generated = GeneratedInput(facts)
        self._candidates = {item.path: item for item in facts.candidates.found}

    def of(self, lost: Sequence[str], files: Collection[str]) -> Assurance:
        """Return how sure it is that nothing misses ``lost``, with ``files`` in it."""
        if not lost:
            return Assurance("proven", "it changes nothing that is sent")
        evidence = self._evidence
        is_ignored = evidence is not None and _git_ignores(evidence, lost, files)
        taken = [path for path in lost if self._is_taken(path)]
        if not taken and is_ignored:
            return Assurance("proven", GIT_IGNORES, is_ignored)
        if not taken:
            return Assurance(self._of_untaken(lost, files), NOT_TAKEN)
        # One path in doubt is enough: the line takes all of them.
        for path in taken:
            doubt = self._doubt(path, is_ignored=is_ignored)
            if doubt is not None:
                return Assurance("possible", doubt, is_ignored)
        if not is_ignored:
            seen = "nothing seen in the build reads it"
            if all(map(self._outside_member, taken)):
                seen = "no package that is built asks for it"
            return Assurance("likely", _seen(seen, evidence, lost, files))
        if not all(map(self._is_known, taken)):
            return Assurance("likely", UNLESS_MADE, is_ignored)
        reader = next(filter(None, map(self._env_reader, taken)), None)
        if reader is not None:
            return Assurance("likely", f"{GIT_IGNORES}; {reader} reads it where it is there", True)
        return Assurance("proven", GIT_IGNORES, is_ignored)

    def _of_untaken(self, lost: Sequence[str], files: Collection[str]) -> Confidence:
        """Judge what no known build takes: another one may, of what every checkout has."""
        evidence = self._evidence
        is_history = any(name(path) == ".git" for path in lost)
        if is_history or (evidence is not None and any(map(evidence.is_tracked, files))):
            return "likely"
        return "proven"

    def _doubt(self, path: str, *, is_ignored: bool) -> str | None:
        """Return why nothing speaks for a path that is taken, in a clause; None where something does."""
        found = self._candidate(path)
        member = self._outside_member(path)
        # What is generated or local in a package is so whether or not an image is made of that.
        is_own = found is not None and found.state != "tracked"
        if member is not None and not is_ignored and not is_own:
            return self._doubt_member(path, member)
        if found is not None and found.topic == "build-output":
            return self._doubt_output(path)
        # What no checkout has can only be missed where something makes it, or reads it where it is there.
        if is_ignored:
            if found is None or found.topic in _UNKNOWN:
                return self._generated.why_unknown(path, is_made=self._facts.makings.is_made(path))
            if found.topic in _DATA:
                return self._generated.why_named(path)
            return self._doubt_kind(found.topic, path)
        if found is None:
            return None
        if self._may_be_committed(found):
            return "the build takes its packages from there, where they are committed"
        if found.topic not in _DATA:
            return self._facts.remade.why_doubtful(found.topic, path)
        if _has_sure_name(found):
            return None
        if found.state == "untracked" and self._is_seldom_input(found):
            return None
        return "nothing seen in the build reads it, which is all that speaks for the line"

    def _may_be_committed(self, found: Candidate) -> bool:
        """Whether packages that git does not ignore may be there to stay: no step vendors them again."""
        if found.entry is None or found.entry.rebuilt_by not in _VENDORS:
            return False
        scripts = (text for taken in self._facts.needs.builds for text in taken.build.scripts())
        return not any(found.entry.rebuilt_by in text for text in scripts)

    def _doubt_kind(self, topic: Topic, path: str) -> str | None:
        """Return the doubt about what git ignores and no checkout has."""
        reader = self._env_reader(path)
        if reader is not None and is_for_builds(self._facts.analysis.tree.root, path):
            return f"{reader} reads it where it makes the output, and it holds values for that"
        if topic == "dependencies" and "sometimes" in self._facts.makings.fetching(path):
            return "the step that installs it depends on a condition"
        return self._facts.remade.why_doubtful(topic, path)

    def _is_seldom_input(self, found: Candidate) -> bool:
        """Whether data that no checkout has is no asset of tomorrow's commit either, by its kind or its place."""
        if found.topic not in _MAY_COME and not _is_general(found):
            return True
        # Tests that no step runs need no data, of whatever kind.
        return self._facts.needs.tests is None and lies_in_tests(self._facts.catalog, found.path)

    def _doubt_output(self, path: str) -> str | None:
        if not self._facts.needs.builds:
            return "no Dockerfile says whether a build makes it again"
        if self._facts.makings.is_made(path):
            return None
        doubt = self._facts.remade.why_doubtful("build-output", path)
        if doubt is None and "never" not in self._facts.makings.of(path):
            return "the step that makes it again depends on a condition"
        return doubt or "no step of the build is known to make it again"

    def _env_reader(self, path: str) -> str | None:
        """Return the tool of a build that reads the file at ``path``; None where none does."""
        if not is_env_file(path):
            return None
        readers = (env_reader(taken.texts) for taken in self._facts.makings.takers(path))
        return next(filter(None, readers), None)

    def _candidate(self, path: str) -> Candidate | None:
        """Return what is known of ``path`` or of a folder above it."""
        return next(
            (self._candidates[here] for here in upwards(path) if here in self._candidates), None
        )

    def _outside_member(self, path: str) -> OutsidePackage | None:
        """Return the package of a workspace that ``path`` lies in and no build needs; None where there is none."""
        outside = self._facts.needs.outside
        if outside is None:
            return None
        return next((item for item in outside.of_all if is_at_or_below(path, item.folder)), None)

    def _doubt_member(self, path: str, member: OutsidePackage) -> str | None:
        if self._facts.is_in_an_image(path):
            return "the final image takes it, and other commands than those seen may be run there"
        return member.doubt

    def _is_known(self, path: str) -> bool:
        """Whether the kind of a path says that a build can do without what git ignores."""
        found = self._candidate(path)
        return found is not None and found.topic not in _UNKNOWN

    def _is_taken(self, path: str) -> bool:
        """Whether a build with this ignore file takes anything of ``path``; without any, the next one may."""
        needs = self._facts.needs
        if not needs.builds:
            return True
        if any(_takes(build, path) for build in needs.builds):
            return True
        return any(overlaps(root, path) for root in needs.elsewhere)


def _takes(build: BuildTakings, path: str) -> bool:
    return any(overlaps(root, path) for taking in build.takings for root in taking.roots)


def _has_sure_name(found: Candidate) -> bool:
    return found.entry is not None and found.entry.confidence == "high"


def _is_general(found: Candidate) -> bool:
    """Whether the name of a folder, as ``data``, may be that of sources."""
    return found.entry is None or found.entry.is_ambiguous


def _usable(evidence: GitEvidence | None) -> GitEvidence | None:
    """Return what git says where it can tell a clean checkout; None where it cannot.

    Without an index, or with nothing in it, everything would look generated; and in a repository
    that ignores the whole context, so would the sources.
    """
    if evidence is None or not evidence.knows_tracked or not evidence.tracked:
        return None
    return None if "" in evidence.ignored else evidence


def _git_ignores(evidence: GitEvidence, lost: Sequence[str], files: Collection[str]) -> bool:
    """Whether git ignores all that is lost, as whole folders or file by file."""
    # A folder that git ignores may still hold files that were added by force.
    if all(evidence.is_ignored(path) and not evidence.has_tracked_below(path) for path in lost):
        return True
    return bool(files) and all(map(evidence.is_ignored, files))


def _seen(
    seen: str, evidence: GitEvidence | None, lost: Sequence[str], files: Collection[str]
) -> str:
    """Say what speaks for a line that nothing proves, after what is ``seen`` of it."""
    # Git does not track its own folder, so what it says of files means nothing there.
    if any(name(path) == ".git" for path in lost):
        return seen
    if evidence is None:
        return f"{seen}; no repository tells what is generated"
    number = sum(map(evidence.is_tracked, files))
    if number and number == len(files):
        return f"{seen}; git tracks it"
    if number:
        return f"{seen}; git tracks {number} of its files"
    return f"{seen}; untracked, yet not ignored by git"


__all__ = ["GIT_IGNORES", "Assurance", "Confidences"]
